//! `--clear`: everything that lies in the storage and is not published by this run goes, after the
//! new manifest is in its place, so that a run that is interrupted leaves the old site served.

use std::collections::HashSet;
use std::io;

use super::plan::Plan;
use super::{CollectOptions, Collection};
use crate::error::Result;
use crate::manifest::Manifest;
use crate::name::StaticName;

/// What lies in the storage now and will be deleted or written anew. What would be in the way of
/// the new files is removed: links to directories, through which writing would lead elsewhere, and
/// files in the place of directories or the other way round.
pub(super) fn begin(collection: &Collection<'_>, plan: &Plan, options: &CollectOptions) -> Result<Vec<String>> {
    if !options.clear {
        return Ok(Vec::new());
    }
    let storage = collection.storage;
    let begin = || {
        let entries = storage.entries()?;
        if !options.dry_run {
            let names: HashSet<&str> = plan.files.iter().map(|file| file.name.as_str()).collect();
            let directories: HashSet<&str> = plan.files.iter().flat_map(|file| file.name.ancestors()).collect();
            let is_in_the_way = |name: &StaticName| {
                directories.contains(name.as_str()) || name.ancestors().any(|above| names.contains(above))
            };
            storage.clear(&|name| !is_in_the_way(name))?;
        }
        Ok(entries)
    };
    begin().map_err(|source| collection.cannot_write(source))
}

/// Deletes what is not published. A manifest that is not written by this run goes first, so that it
/// never names what is no longer there.
pub(super) fn finish(
    collection: &Collection<'_>,
    plan: &Plan,
    manifest: &Manifest,
    options: &CollectOptions,
) -> Result<()> {
    if !options.clear || options.dry_run {
        return Ok(());
    }
    let storage = collection.storage;
    let plain = plan.files.iter().map(|file| &file.name).filter(|_| collection.naming.is_none());
    let variants: Vec<StaticName> = super::compress::published(manifest).collect();
    let mut published: HashSet<&StaticName> =
        manifest.files.keys().map(|stored| stored.as_name()).chain(plain).chain(&variants).collect();
    match &collection.manifest_name {
        Some(name) if collection.naming.is_some() => drop(published.insert(name)),
        Some(name) => match storage.delete(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            deleted => deleted.map_err(|source| collection.cannot_write(source))?,
        },
        None => {}
    }
    storage.clear(&|name| published.contains(name)).map_err(|source| collection.cannot_write(source))
}
