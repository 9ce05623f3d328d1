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
    let files = || plan.files.par_iter().zip(stamps);
    // Hashed names first: they are new, so a failure on the way leaves the old site as it is. Plain
    // names, which the old site has too, change only when everything else has worked.
    let hashed = files().map(|(file, stamp)| {
        done.step();
        let is_missing = stamp.stored.as_name() != &file.name && !is_there(stamp.stored.as_name(), stamp.published())?;
        if is_missing && !options.dry_run {
            write_hashed(collection.storage, file, stamp)?;
        }
        Ok(is_missing)
    });
    let hashed = hashed.collect::<Result<Vec<bool>>>()?;
    let plain = files().map(|(file, stamp)| {
        let is_plain = stamp.stored.as_name() == &file.name;
        let is_missing = (keep_originals || is_plain) && !is_there(&file.name, &stamp.source)?;
        if is_missing && !options.dry_run {
            write_plain(collection.storage, file, stamp)?;
        }
        Ok(is_missing)
    });
    let plain = plain.collect::<Result<Vec<bool>>>()?;
    let outcome = |(post_processed, copied)| Outcome {
        post_processed,
        // Without originals the hashed file is the copy.
        copied: copied || (!keep_originals && post_processed),
    };
    Ok(hashed.into_iter().zip(plain).map(outcome).collect())
}

/// Whether the storage has the file with this content already.
pub(super) fn is_published(storage: &dyn Storage, name: &StaticName, digest: &Digest, memo: &Memo) -> Result<bool> {
    let look = || {
        let metadata = match storage.metadata(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            // What is in the way, or too long, is said when it is written.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename) => {
                return Ok(false);
            }
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
    storage.write(name, &content).map_err(|error| cannot_write(storage, name, error))?;
    if stamp.bytes.is_some() {
        return Ok(());
    }
    unchanged(file).map_err(|source| Error::Io { action: "read", subject: file.origin.to_string(), source })
}

fn write_hashed(storage: &dyn Storage, file: &FoundFile, stamp: &Stamp) -> Result<()> {
    let name = stamp.stored.as_name();
    let Some((bytes, _)) = &stamp.rewritten else { return copy(storage, file, stamp, name) };
    storage.write(name, &Content::Bytes(bytes.clone())).map_err(|error| cannot_write(storage, name, error))
}

/// The plain copy shares its bytes with the hashed file, unless that one was rewritten.
fn write_plain(storage: &dyn Storage, file: &FoundFile, stamp: &Stamp) -> Result<()> {
    if stamp.rewritten.is_some() || stamp.stored.as_name() == &file.name {
        return copy(storage, file, stamp, &file.name);
    }
    let copied = storage.copy(stamp.stored.as_name(), &file.name);
    copied.map_err(|error| cannot_write(storage, &file.name, error))
}

fn cannot_write(storage: &dyn Storage, name: &StaticName, error: io::Error) -> Error {
    Error::stored("write", name, &storage.location(), error)
}
