//! Writes what is not there yet: plain copies or links and hashed files, in parallel, each one
//! whole. What lies there with the right content is not touched.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

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
use crate::storage::{Content, Storage, is_absent};

/// What was done, or in a dry run would be done, for one file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// The plain copy or link was made.
    pub(super) copied: bool,
    /// It is a link to the source.
    pub(super) linked: bool,
    /// It took the place of another.
    pub(super) replaced: bool,
    /// The hashed file was written.
    pub(super) post_processed: bool,
}

/// What lies under a name before it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Found {
    Nothing,
    Same,
    Other,
}

pub(super) fn write(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    memo: &Memo,
    options: &CollectOptions,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Outcome>> {
    let storage = collection.storage;
    let keep_originals = collection.naming.as_ref().is_none_or(|naming| naming.keep_originals);
    let done = Progress::new(plan.files.len(), "writing", on_event);
    // Where there is nothing yet, or nothing counts, nothing need be looked for.
    let is_empty = options.clear || storage.list().next().is_none();
    if !is_empty {
        refuse_obstacles(storage, plan, stamps, keep_originals)?;
    }
    let look = |name: &StaticName, digest: &Digest, link: Option<&Path>| match link {
        _ if is_empty => Ok(Found::Nothing),
        Some(source) => look_for_link(storage, name, source),
        None => look_for_file(storage, name, digest, memo),
    };
    let files = || plan.files.par_iter().zip(stamps);
    // Hashed names first: they are new, so a failure on the way leaves the old site as it is. Plain
    // names, which the old site has too, change only when everything else has worked.
    let hashed = files().map(|(file, stamp)| {
        done.step();
        let name = stamp.stored.as_name();
        let is_missing = name != &file.name && look(name, stamp.published(), None)? != Found::Same;
        if is_missing && !options.dry_run {
            write_hashed(storage, file, stamp)?;
        }
        Ok(is_missing)
    });
    let hashed = hashed.collect::<Result<Vec<bool>>>()?;
    let plain = files().map(|(file, stamp)| {
        let is_plain = stamp.stored.as_name() == &file.name;
        if !keep_originals && !is_plain {
            return Ok(Outcome::default());
        }
        let link = link_to(file, options)?;
        // Without a name of its own a rewritten text is published under the plain one.
        let link = link.filter(|_| !is_plain || stamp.rewritten.is_none());
        let digest = if is_plain { stamp.published() } else { &stamp.source };
        let found = look(&file.name, digest, link.as_deref())?;
        if found != Found::Same && !options.dry_run {
            match &link {
                Some(source) => {
                    storage.link(&file.name, source).map_err(|error| cannot_write(storage, &file.name, error))?
                }
                None => write_plain(storage, file, stamp)?,
            }
        }
        let copied = found != Found::Same;
        Ok(Outcome { copied, linked: copied && link.is_some(), replaced: found == Found::Other, post_processed: false })
    });
    let plain = plain.collect::<Result<Vec<Outcome>>>()?;
    let outcome = |(post_processed, plain): (bool, Outcome)| Outcome {
        post_processed,
        // Without originals the hashed file is the copy.
        copied: plain.copied || (!keep_originals && post_processed),
        ..plain
    };
    Ok(hashed.into_iter().zip(plain).map(outcome).collect())
}

/// Everything that lies where a file or its directory has to be, before anything is written (B22).
fn refuse_obstacles(storage: &dyn Storage, plan: &Plan, stamps: &[Stamp], keep_originals: bool) -> Result<()> {
    let directories: BTreeSet<&str> = plan.files.iter().map(|file| file.name.parent()).collect();
    let wanted_directories = directories.into_iter().filter(|directory| !directory.is_empty());
    let mut obstacles: Vec<Error> = Vec::new();
    for directory in wanted_directories {
        let Some(path) = StaticName::new(directory).ok().and_then(|name| storage.local_path(&name)) else { break };
        if path.symlink_metadata().is_ok() && !path.is_dir() {
            let problem = "it is a file where a directory is needed; remove it or rename one of them";
            obstacles.push(Error::source_file(&path, problem));
        }
    }
    let names = plan.files.par_iter().zip(stamps).flat_map_iter(|(file, stamp)| {
        let plain = Some(&file.name).filter(|name| keep_originals || *name == stamp.stored.as_name());
        plain.into_iter().chain(Some(stamp.stored.as_name()))
    });
    let directories = names.filter_map(|name| storage.local_path(name)).filter(|path| path.is_dir());
    let mut directories: Vec<PathBuf> = directories.collect();
    directories.sort_unstable();
    directories.dedup();
    let problem = "it is a directory where a file is needed; remove it or rename one of them";
    obstacles.extend(directories.iter().map(|path| Error::source_file(path, problem)));
    Error::none_of(obstacles)
}

/// Whether the plain name of a file becomes a link to its source.
pub(super) fn is_linked(file: &FoundFile, options: &CollectOptions) -> bool {
    options.link && matches!(file.content, Content::File(_))
}

/// Where the plain name of a file leads as a link, if links are made and the file is one that can be
/// linked to (Django behaviour 94).
fn link_to(file: &FoundFile, options: &CollectOptions) -> Result<Option<PathBuf>> {
    match &file.content {
        Content::File(path) if is_linked(file, options) => {
            std::path::absolute(path).map(Some).map_err(|error| Error::io("look at", path, error))
        }
        _ => Ok(None),
    }
}

fn look_for_link(storage: &dyn Storage, name: &StaticName, source: &Path) -> Result<Found> {
    let look = || match storage.link_target(name)? {
        Some(target) if target == source => Ok(Found::Same),
        Some(_) => Ok(Found::Other),
        None => Ok(if storage.metadata(name).is_ok() { Found::Other } else { Found::Nothing }),
    };
    look().map_err(|error| Error::stored("read", name, &storage.location(), error))
}

/// Whether the storage has the file with this content already.
pub(super) fn is_published(storage: &dyn Storage, name: &StaticName, digest: &Digest, memo: &Memo) -> Result<bool> {
    Ok(look_for_file(storage, name, digest, memo)? == Found::Same)
}

fn look_for_file(storage: &dyn Storage, name: &StaticName, digest: &Digest, memo: &Memo) -> Result<Found> {
    let look = || {
        let metadata = match storage.metadata(name) {
            // A broken link is in the way of nothing. What is, or is too long, is said when it is
            // written.
            Err(error) if is_absent(&error) => return Ok(Found::Nothing),
            metadata => metadata?,
        };
        if memo.vouches_for(name, digest, metadata.fingerprint) {
            return Ok(Found::Same);
        }
        if metadata.size != digest.size || storage.link_target(name)?.is_some() {
            return Ok(Found::Other);
        }
        let (_, integrity) = integrity_of(storage.open(name)?.reader()?)?;
        Ok(if integrity == digest.integrity { Found::Same } else { Found::Other })
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
    if stamp.stored.as_name() == &file.name {
        return write_hashed(storage, file, stamp);
    }
    if stamp.rewritten.is_some() {
        return copy(storage, file, stamp, &file.name);
    }
    let copied = storage.copy(stamp.stored.as_name(), &file.name);
    copied.map_err(|error| cannot_write(storage, &file.name, error))
}

fn cannot_write(storage: &dyn Storage, name: &StaticName, error: io::Error) -> Error {
    Error::stored("write", name, &storage.location(), error)
}
