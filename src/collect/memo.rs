//! What a run notes for the next, outside the published tree: digests of the sources and
//! fingerprints of both sides, so that an unchanged tree is known as such without reading it.
//!
//! A note is trusted only where the fingerprint (git's rule: device, inode, size, both times) is the
//! same and was settled when it was taken; never for a modification time alone (B10). Whatever is
//! wrong with the notes, the run goes on without them.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::compress::Declined;
use super::digest::Digest;
use super::plan::Plan;
use super::stamp::{Stamp, read_digest};
use super::write::is_published;
use super::{CollectOptions, Collection, NameHash};
use crate::coding::Coding;
use crate::error::{Problem, Result};
use crate::finders::FoundFile;
use crate::manifest::{FileRecord, Manifest, Variant};
use crate::name::{StaticName, StoredName};
use crate::storage::{Fingerprint, Storage, local_metadata};

/// A fingerprint as it is noted: only ever compared, so a hash of it will do, and is read faster.
type Mark = u64;

fn mark(fingerprint: Fingerprint) -> Mark {
    let mut hasher = DefaultHasher::new();
    fingerprint.hash(&mut hasher);
    hasher.finish()
}

/// The notes of the last run. Names are sorted, and not checked again: they are only compared.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memo {
    /// Everything beside the files that the result depends on.
    key: String,
    /// The revision of the manifest that was published.
    manifest: Option<String>,
    sources: Vec<(String, Digest, Option<Mark>)>,
    published: Vec<(String, Option<Mark>)>,
    /// The directories that variants lie in. There are several variants for each file, and who
    /// removes or replaces one changes its directory, so they need not be looked at one by one.
    directories: Vec<(String, Option<Mark>)>,
    /// Those of them that are as they were noted.
    #[serde(skip)]
    rested: HashSet<String>,
    /// What that run warned of; a run that finds nothing new says it again.
    warnings: Vec<Problem>,
    /// Contents that a coding makes no smaller, sorted.
    declined: Vec<Declined>,
}

/// What a run has learnt beside what it published.
pub(super) struct Learnt<'a> {
    pub(super) warnings: &'a [Problem],
    pub(super) declined: Vec<Declined>,
}

impl Memo {
    /// The notes for this collection, empty if there are none that fit.
    pub(super) fn load(collection: &Collection<'_>, options: &CollectOptions) -> Self {
        let read = || serde_json::from_slice::<Self>(&std::fs::read(path(collection, options)?).ok()?).ok();
        read().filter(|memo| memo.key == key(collection, options)).unwrap_or_default()
    }

    /// The digest of a source file that was not written to since.
    pub(super) fn source(&self, file: &FoundFile) -> Option<Digest> {
        let (_, digest, fingerprint) = self.noted(&file.name)?;
        is_same(*fingerprint, file.fingerprint).then(|| digest.clone())
    }

    /// Whether a published file is as the last run left it, and that run published this content
    /// under this name: under a hashed one it can have been no other.
    pub(super) fn vouches_for(&self, name: &StaticName, digest: &Digest, fingerprint: Option<Fingerprint>) -> bool {
        let noted = |index: usize| is_same(self.published[index].1, fingerprint);
        self.published.binary_search_by(|(noted, _)| noted.as_str().cmp(name.as_str())).is_ok_and(noted)
            && self.noted(name).is_none_or(|(_, source, _)| source.integrity == digest.integrity)
    }

    /// Whether it is known that a coding makes this content no smaller.
    pub(super) fn declines(&self, integrity: &str, coding: Coding) -> bool {
        let key = |(noted, other): &Declined| noted.as_str().cmp(integrity).then(other.cmp(&coding));
        self.declined.binary_search_by(key).is_ok()
    }

    /// Whether a variant of the present manifest is as the last run left it.
    pub(super) fn vouches_for_variant(&self, name: &StaticName) -> bool {
        self.rested.contains(name.parent())
    }

    fn noted(&self, name: &StaticName) -> Option<&(String, Digest, Option<Mark>)> {
        let found = self.sources.binary_search_by(|(noted, ..)| noted.as_str().cmp(name.as_str()));
        found.ok().map(|index| &self.sources[index])
    }

    /// Whether everything that the last run published is still there as it was. The manifest itself
    /// is not read for it.
    pub(super) fn holds(&mut self, collection: &Collection<'_>, options: &CollectOptions) -> Result<bool> {
        let Some(naming) = collection.naming.as_ref().filter(|_| !options.clear && !options.link) else {
            return Ok(false);
        };
        // A manifest that cannot be read is reported where it is needed.
        let is_same_manifest = self.manifest.is_some() && naming.manifests.revision().ok().flatten() == self.manifest;
        if !is_same_manifest {
            return Ok(false);
        }
        let rested = self.directories.iter().filter(|(name, noted)| is_same(*noted, directory(collection, name)));
        self.rested = rested.map(|(name, _)| name.clone()).collect();
        self.is_all_there(collection)
    }

    /// Whether the sources are those of the last run. Only doubtful ones are read.
    pub(super) fn has_same_sources(&self, collection: &Collection<'_>, plan: &Plan) -> Result<bool> {
        let hash = collection.naming.as_ref().map(|naming| &naming.hash);
        if self.sources.len() != plan.files.len() {
            return Ok(false);
        }
        let same = plan.files.par_iter().zip(&self.sources).map(|(file, (name, digest, fingerprint))| {
            let is_known = is_same(*fingerprint, file.fingerprint);
            Ok(file.name.as_str() == name && (is_known || read_digest(file, hash)? == *digest))
        });
        same.try_reduce(|| true, |a, b| Ok(a && b))
    }

    /// The warnings of the last run, which this one found nothing to add to. Files that had to be
    /// read because they were too young to be trusted are noted for the next time.
    pub(super) fn learn(
        mut self,
        collection: &Collection<'_>,
        plan: &Plan,
        started: SystemTime,
        options: &CollectOptions,
    ) -> Vec<Problem> {
        let mut is_new = false;
        for (file, (.., noted)) in plan.files.iter().zip(&mut self.sources) {
            let found = file.fingerprint.filter(|found| found.is_settled(started)).map(mark);
            is_new |= found.is_some() && *noted != found;
            *noted = found;
        }
        let now = SystemTime::now();
        for (stored, noted) in self.published.iter_mut().filter(|(_, noted)| noted.is_none()) {
            *noted = StaticName::new(stored).ok().and_then(|name| published(collection, &name, now));
            is_new |= noted.is_some();
        }
        for (name, noted) in self.directories.iter_mut() {
            let found = directory(collection, name).filter(|found| found.is_settled(started)).map(mark);
            is_new |= found.is_some() && *noted != found;
            *noted = found;
        }
        if is_new {
            self.write(collection, options);
        }
        self.warnings
    }

    /// Writes the notes whole. Failing to is no failure of the run.
    fn write(&self, collection: &Collection<'_>, options: &CollectOptions) {
        let Some(path) = path(collection, options).filter(|_| !options.dry_run) else { return };
        let write = || {
            let directory = path.parent()?;
            std::fs::create_dir_all(directory).ok()?;
            let temporary = tempfile::NamedTempFile::new_in(directory).ok()?;
            std::fs::write(&temporary, serde_json::to_vec(self).ok()?).ok()?;
            temporary.persist(&path).ok()
        };
        let _ = write();
    }

    fn is_all_there(&self, collection: &Collection<'_>) -> Result<bool> {
        let storage = collection.storage;
        let vouched = |(stored, noted): &(String, Option<Mark>)| {
            let metadata = StaticName::new(stored).ok().and_then(|name| storage.metadata(&name).ok());
            is_same(*noted, metadata.and_then(|metadata| metadata.fingerprint))
        };
        let doubtful: Vec<&str> =
            self.published.par_iter().filter(|noted| !vouched(noted)).map(|(stored, _)| stored.as_str()).collect();
        let is_doubtful = !doubtful.is_empty() || self.rested.len() < self.directories.len();
        let manifests = collection.naming.as_ref().filter(|_| is_doubtful).map(|naming| naming.manifests);
        let Some(manifests) = manifests else { return Ok(true) };
        // One that is broken, or gone by now, is made anew.
        let Ok(Some(manifest)) = manifests.load() else { return Ok(false) };
        let is_as_recorded = |name: &StaticName, size: u64, integrity: &str| {
            let digest = Digest { size, integrity: integrity.to_owned(), name_hash: String::new() };
            is_published(storage, name, &digest, self)
        };
        let is_there = |stored: &&str| match manifest.files.get_key_value(*stored) {
            None => Ok(false),
            Some((name, record)) => is_as_recorded(name.as_name(), record.size, &record.integrity),
        };
        let variants: Vec<(StaticName, &Variant)> = self.doubtful_variants(&manifest).collect();
        let are_variants_there = variants.par_iter().map(|(name, of)| is_as_recorded(name, of.size, &of.integrity));
        if !are_variants_there.try_reduce(|| true, |a, b| Ok(a && b))? {
            return Ok(false);
        }
        doubtful.par_iter().map(is_there).try_reduce(|| true, |a, b| Ok(a && b))
    }

    /// The variants of what the last run published, in directories that were touched since.
    fn doubtful_variants<'m>(&self, manifest: &'m Manifest) -> impl Iterator<Item = (StaticName, &'m Variant)> {
        let is_noted = |stored: &str| self.published.binary_search_by(|(noted, _)| noted.as_str().cmp(stored)).is_ok();
        let files = manifest.files.iter().filter(move |(stored, _)| is_noted(stored.as_str()));
        let files = files.filter(|(stored, _)| !self.rested.contains(stored.as_name().parent()));
        files.flat_map(|(stored, FileRecord { encodings, .. })| {
            encodings.iter().map(|(coding, variant)| (Variant::name(stored, *coding), variant))
        })
    }
}

/// Whether a note still holds.
fn is_same(noted: Option<Mark>, now: Option<Fingerprint>) -> bool {
    noted.is_some() && noted == now.map(mark)
}

/// Notes this run for the next.
pub(super) fn save(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    manifest: &Manifest,
    learnt: Learnt<'_>,
    started: SystemTime,
    options: &CollectOptions,
) {
    // What was not settled when the run began may have been written to after it was read.
    let settled =
        |fingerprint: Option<Fingerprint>| fingerprint.filter(|fingerprint| fingerprint.is_settled(started)).map(mark);
    let sources = plan.files.iter().zip(stamps);
    let sources = sources.map(|(file, stamp)| (file.name.to_string(), stamp.source.clone(), settled(file.fingerprint)));
    let plain = manifest.files.iter().filter(|(_, record)| !record.immutable).map(|(stored, _)| stored);
    let mut stored: Vec<&StoredName> = stamps.iter().map(|stamp| &stamp.stored).chain(plain).collect();
    stored.sort_unstable();
    stored.dedup();
    let has_variants = |stored: &&&StoredName| manifest.files.get(**stored).is_some_and(|of| !of.encodings.is_empty());
    let directories: BTreeSet<&str> = stored.iter().filter(has_variants).map(|of| of.as_name().parent()).collect();
    let now = SystemTime::now();
    let look = |stored: &&StoredName| (stored.to_string(), published(collection, stored.as_name(), now));
    let look_at_directory =
        |name: &str| (name.to_owned(), directory(collection, name).filter(|it| it.is_settled(now)).map(mark));
    let Learnt { warnings, mut declined } = learnt;
    declined.sort_unstable();
    declined.dedup();
    let revision = collection.naming.as_ref().and_then(|naming| naming.manifests.revision().ok().flatten());
    let memo = Memo {
        key: key(collection, options),
        manifest: revision,
        sources: sources.collect(),
        published: stored.par_iter().map(look).collect(),
        warnings: warnings.to_vec(),
        declined,
        directories: directories.into_iter().map(look_at_directory).collect(),
        rested: HashSet::new(),
    };
    memo.write(collection, options);
}

/// The mark of a published file, if it is settled.
fn published(collection: &Collection<'_>, name: &StaticName, now: SystemTime) -> Option<Mark> {
    let fingerprint = collection.storage.metadata(name).ok()?.fingerprint?;
    fingerprint.is_settled(now).then(|| mark(fingerprint))
}

/// The fingerprint of the directory of this name in the storage, if it is one of this machine.
fn directory(collection: &Collection<'_>, name: &str) -> Option<Fingerprint> {
    let inside = StaticName::new("x").ok()?.with_prefix(name).ok()?;
    let path = collection.storage.local_path(&inside)?;
    local_metadata(path.parent()?).ok()?.fingerprint
}

/// One file of notes for each place that is collected to. None where names are hashed by a function
/// of the program, of which nobody knows whether it has changed.
fn path(collection: &Collection<'_>, options: &CollectOptions) -> Option<PathBuf> {
    let is_custom = collection.naming.as_ref().is_some_and(|naming| matches!(naming.hash, NameHash::Custom(_)));
    let directory = options.cache.as_ref().filter(|_| !is_custom)?;
    let location = std::path::absolute(collection.storage.location()).ok()?;
    let digest = Sha256::digest(location.as_os_str().as_encoded_bytes());
    let name: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(directory.join(format!("{name}.json")))
}

fn key(collection: &Collection<'_>, options: &CollectOptions) -> String {
    let naming = collection.naming.as_ref().map(|naming| {
        let manifest = naming.manifests.location();
        (
            &naming.hash,
            naming.keep_originals,
            naming.static_url,
            manifest,
            naming.scanners,
            &naming.missing,
            naming.style,
            &naming.compression,
        )
    });
    let location = Storage::location(collection.storage);
    format!("{} {location} {} {naming:?}", env!("CARGO_PKG_VERSION"), options.link)
}
