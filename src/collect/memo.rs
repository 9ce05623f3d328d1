//! What a run notes for the next, outside the published tree: digests of the sources and
//! fingerprints of both sides, so that an unchanged tree is known as such without reading it.
//!
//! A note is trusted only where the fingerprint (git's rule: device, inode, size, both times) is the
//! same and was settled when it was taken; never for a modification time alone (B10). Whatever is
//! wrong with the notes, the run goes on without them.

use std::collections::{BTreeSet, HashMap};
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
use crate::storage::{Fingerprint, Storage};

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

    fn noted(&self, name: &StaticName) -> Option<&(String, Digest, Option<Mark>)> {
        let found = self.sources.binary_search_by(|(noted, ..)| noted.as_str().cmp(name.as_str()));
        found.ok().map(|index| &self.sources[index])
    }

    /// Whether everything that the last run published is still there as it was. The manifest itself
    /// is not read for it.
    pub(super) fn holds(&self, collection: &Collection<'_>, options: &CollectOptions) -> Result<bool> {
        let Some(naming) = collection.naming.as_ref().filter(|_| !options.clear && !options.link) else {
            return Ok(false);
        };
        // A manifest that cannot be read is reported where it is needed.
        let is_same_manifest = self.manifest.is_some() && naming.manifests.revision().ok().flatten() == self.manifest;
        Ok(is_same_manifest && self.is_all_there(collection)?)
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
        let manifests = collection.naming.as_ref().filter(|_| !doubtful.is_empty()).map(|naming| naming.manifests);
        let Some(manifests) = manifests else { return Ok(true) };
        // One that is broken, or gone by now, is made anew.
        let Ok(Some(manifest)) = manifests.load() else { return Ok(false) };
        let listed = listed(&manifest);
        let is_there = |stored: &&str| match listed.get(*stored) {
            None => Ok(false),
            Some((name, size, integrity)) => {
                let digest = Digest { size: *size, integrity: (*integrity).to_owned(), name_hash: String::new() };
                is_published(storage, name, &digest, self)
            }
        };
        doubtful.par_iter().map(is_there).try_reduce(|| true, |a, b| Ok(a && b))
    }
}

/// Every file that a manifest lists, variants too, with its size and integrity.
fn listed(manifest: &Manifest) -> HashMap<String, (StaticName, u64, &str)> {
    let files = manifest.files.iter();
    let files = files.flat_map(|(stored, FileRecord { size, integrity, encodings, .. })| {
        let variants = encodings.iter();
        let variants = variants.map(|(coding, of)| (Variant::name(stored, *coding), of.size, &*of.integrity));
        variants.chain([(stored.as_name().clone(), *size, &**integrity)])
    });
    files.map(|file| (file.0.to_string(), file)).collect()
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
    let files: BTreeSet<&StoredName> = stamps.iter().map(|stamp| &stamp.stored).chain(plain).collect();
    let variants = files.iter().flat_map(|stored| {
        let codings = manifest.files.get(*stored).into_iter().flat_map(|record| record.encodings.keys());
        codings.map(|coding| Variant::name(stored, *coding))
    });
    let mut stored: Vec<StaticName> = variants.chain(files.iter().map(|stored| stored.as_name().clone())).collect();
    stored.par_sort_unstable();
    let now = SystemTime::now();
    let look = |stored: &StaticName| (stored.to_string(), published(collection, stored, now));
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
    };
    memo.write(collection, options);
}

/// The mark of a published file, if it is settled.
fn published(collection: &Collection<'_>, name: &StaticName, now: SystemTime) -> Option<Mark> {
    let fingerprint = collection.storage.metadata(name).ok()?.fingerprint?;
    fingerprint.is_settled(now).then(|| mark(fingerprint))
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
