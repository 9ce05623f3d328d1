//! What a run notes for the next, outside the published tree: digests of the sources and
//! fingerprints of both sides, so that an unchanged tree is known as such without reading it.
//!
//! A note is trusted only where the fingerprint (git's rule: device, inode, size, both times) is the
//! same and was settled when it was taken; never for a modification time alone (B10). Whatever is
//! wrong with the notes, the run goes on without them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::plan::Plan;
use super::report::Report;
use super::stamp::{Stamp, read_digest};
use super::write::is_published;
use super::{CollectOptions, Collection};
use crate::error::{Error, Result};
use crate::finders::FoundFile;
use crate::manifest::Manifest;
use crate::name::{StaticName, StoredName};
use crate::storage::{Fingerprint, Storage};

/// The notes of the last run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memo {
    /// Everything beside the files that the result depends on.
    key: String,
    /// The digest of the manifest that was published.
    manifest: String,
    sources: BTreeMap<StaticName, (Digest, Option<Fingerprint>)>,
    published: BTreeMap<StoredName, Option<Fingerprint>>,
}

impl Memo {
    /// The notes for this collection, empty if there are none that fit.
    pub(super) fn load(collection: &Collection<'_>, options: &CollectOptions) -> Self {
        let read = || serde_json::from_slice::<Self>(&std::fs::read(path(collection, options)?).ok()?).ok();
        read().filter(|memo| memo.key == key(collection)).unwrap_or_default()
    }

    /// The digest of a source file that was not written to since.
    pub(super) fn source(&self, file: &FoundFile) -> Option<Digest> {
        let (digest, fingerprint) = self.sources.get(&file.name)?;
        (fingerprint.is_some() && *fingerprint == file.fingerprint).then(|| digest.clone())
    }

    /// Whether a published file is as the last run left it.
    pub(super) fn vouches_for(&self, name: &StaticName, fingerprint: Option<Fingerprint>) -> bool {
        fingerprint.is_some() && self.published.get(name.as_str()).is_some_and(|noted| *noted == fingerprint)
    }

    /// The report of a run that has nothing to do: same sources, same settings, and everything that
    /// was published is still there.
    pub(super) fn unchanged(
        &self,
        collection: &Collection<'_>,
        plan: &Plan,
        previous: Option<&Manifest>,
        options: &CollectOptions,
    ) -> Result<Option<Report>> {
        let Some(previous) = previous else { return Ok(None) };
        if self.sources.len() != plan.files.len() || self.manifest != digest_of(previous) {
            return Ok(None);
        }
        let hash = collection.naming.as_ref().map(|naming| naming.hash);
        let same_sources = plan.files.par_iter().map(|file| match (self.source(file), self.sources.get(&file.name)) {
            (Some(_), _) => Ok::<bool, Error>(true),
            (None, Some((digest, _))) => Ok(read_digest(file, hash)? == *digest),
            (None, None) => Ok(false),
        });
        if !same_sources.try_reduce(|| true, |a, b| Ok(a && b))? {
            return Ok(None);
        }
        let all_there = self.published.par_iter().map(|(stored, _)| match previous.files.get(stored) {
            None => Ok::<bool, Error>(false),
            Some(record) => {
                let digest =
                    Digest { size: record.size, integrity: record.integrity.clone(), name_hash: String::new() };
                is_published(collection.storage, stored.as_name(), &digest, self)
            }
        });
        if !all_there.try_reduce(|| true, |a, b| Ok(a && b))? {
            return Ok(None);
        }
        Ok(Some(Report::unchanged(collection, plan, options)))
    }
}

/// Notes this run for the next. Failing to is no failure of the run.
pub(super) fn save(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    manifest: Option<&Manifest>,
    options: &CollectOptions,
) {
    let (Some(path), Some(manifest), false) = (path(collection, options), manifest, options.dry_run) else { return };
    let now = SystemTime::now();
    let settled = |fingerprint: Option<Fingerprint>| fingerprint.filter(|fingerprint| fingerprint.is_settled(now));
    let sources = plan.files.iter().zip(stamps);
    let sources = sources.map(|(file, stamp)| (file.name.clone(), (stamp.source.clone(), settled(file.fingerprint))));
    let stored: Vec<&StoredName> = stamps
        .iter()
        .map(|stamp| &stamp.stored)
        .chain(manifest.files.iter().filter(|(_, record)| !record.immutable).map(|(stored, _)| stored))
        .collect();
    let look = |stored: &&StoredName| {
        let metadata = collection.storage.metadata(stored.as_name());
        ((*stored).clone(), metadata.ok().and_then(|metadata| settled(metadata.fingerprint)))
    };
    let memo = Memo {
        key: key(collection),
        manifest: digest_of(manifest),
        sources: sources.collect(),
        published: stored.par_iter().map(look).collect::<Vec<_>>().into_iter().collect(),
    };
    let write = || {
        let directory = path.parent()?;
        std::fs::create_dir_all(directory).ok()?;
        let temporary = tempfile::NamedTempFile::new_in(directory).ok()?;
        std::fs::write(&temporary, serde_json::to_vec(&memo).ok()?).ok()?;
        temporary.persist(&path).ok()
    };
    let _ = write();
}

/// One file of notes for each place that is collected to.
fn path(collection: &Collection<'_>, options: &CollectOptions) -> Option<PathBuf> {
    let directory = options.cache.as_ref()?;
    let location = std::path::absolute(collection.storage.location()).ok()?;
    let digest = Digest::of_bytes(location.as_os_str().as_encoded_bytes(), Some(super::NameHash::Sha256));
    Some(directory.join(format!("{}.json", digest.name_hash)))
}

fn key(collection: &Collection<'_>) -> String {
    let naming = collection.naming.as_ref().map(|naming| {
        let manifest = naming.manifests.location();
        (naming.hash, naming.keep_originals, naming.static_url, manifest, naming.scanners, &naming.missing)
    });
    format!("{} {} {naming:?}", env!("CARGO_PKG_VERSION"), Storage::location(collection.storage))
}

fn digest_of(manifest: &Manifest) -> String {
    Digest::of_bytes(&manifest.to_json(), None).integrity
}
