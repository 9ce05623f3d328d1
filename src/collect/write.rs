//! Writes what is not there yet: plain copies and hashed files, in parallel, each one whole. What
//! lies there with the right content is not touched.

use std::io;

use rayon::prelude::*;

use super::digest::Digest;
use super::memo::Memo;
use super::plan::Plan;
use super::report::{Event, Progress};
use super::stamp::{Stamp, unchanged};
use super::{CollectOptions, Collection};
use crate::error::{Error, Result};
use crate::finders::FoundFile;
use crate::manifest::integrity_of;
use crate::name::StaticName;
use crate::storage::{Content, Storage};

/// What was done, or in a dry run would be done, for one file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// The plain copy was written.
    pub(super) copied: bool,
    /// The hashed file was written.
    pub(super) post_processed: bool,
}

pub(super) fn write(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    memo: &Memo,
    options: &CollectOptions,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Outcome>> {
    let keep_originals = collection.naming.as_ref().is_none_or(|naming| naming.keep_originals);
    let done = Progress::new(plan.files.len(), "writing", on_event);
    // Where there is nothing yet, nothing need be looked for.
    let is_empty = collection.storage.list().next().is_none();
    let is_there = |name: &StaticName, digest: &Digest| -> Result<bool> {
        Ok(!is_empty && is_published(collection.storage, name, digest, memo)?)
    };
    plan.files
        .par_iter()
        .zip(stamps)
        .map(|(file, stamp)| {
            done.step();
            let mut outcome = Outcome::default();
            let hashed = stamp.stored.as_name() != &file.name;
            if keep_originals || !hashed {
                outcome.copied = !is_there(&file.name, &stamp.source)?;
                if outcome.copied && !options.dry_run {
                    copy(collection.storage, file, stamp, &file.name)?;
                }
            }
            if hashed {
                let name = stamp.stored.as_name();
                outcome.post_processed = !is_there(name, stamp.published())?;
                if outcome.post_processed && !options.dry_run {
                    write_hashed(collection.storage, file, stamp, keep_originals)?;
                }
                // Without originals the hashed file is the copy.
                outcome.copied |= !keep_originals && outcome.post_processed;
            }
            Ok(outcome)
        })
        .collect()
}

/// Whether the storage has the file with this content already.
pub(super) fn is_published(storage: &dyn Storage, name: &StaticName, digest: &Digest, memo: &Memo) -> Result<bool> {
    let look = || {
        let metadata = match storage.metadata(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(false),
            metadata => metadata?,
        };
        if metadata.size != digest.size {
            return Ok(false);
        }
        if memo.vouches_for(name, metadata.fingerprint) {
            return Ok(true);
        }
        let (_, integrity) = integrity_of(storage.open(name)?.reader()?)?;
        Ok(integrity == digest.integrity)
    };
    look().map_err(|error| Error::stored("read", name, &storage.location(), error))
}

/// Copies a source file, which must still be the one that was hashed.
fn copy(storage: &dyn Storage, file: &FoundFile, stamp: &Stamp, name: &StaticName) -> Result<()> {
    let content = stamp.bytes.clone().map_or_else(|| file.content.clone(), Content::Bytes);
    storage.write(name, &content).map_err(|error| Error::stored("write", name, &storage.location(), error))?;
    if stamp.bytes.is_some() {
        return Ok(());
    }
    unchanged(file).map_err(|source| Error::Io { action: "read", subject: file.origin.to_string(), source })
}

fn write_hashed(storage: &dyn Storage, file: &FoundFile, stamp: &Stamp, has_plain_copy: bool) -> Result<()> {
    let name = stamp.stored.as_name();
    let written = match &stamp.rewritten {
        Some((bytes, _)) => storage.write(name, &Content::Bytes(bytes.clone())),
        None if has_plain_copy => storage.copy(&file.name, name),
        None => return copy(storage, file, stamp, name),
    };
    written.map_err(|error| Error::stored("write", name, &storage.location(), error))
}
