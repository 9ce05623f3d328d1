//! Variants that no longer belong to what is published. A file server that looks for them beside the
//! file, such as nginx, would send old bytes.

use std::collections::HashSet;
use std::io;

use super::super::plan::Plan;
use super::super::write::Outcome;
use super::super::{CollectOptions, Collection};
use crate::coding::Coding;
use crate::error::{Error, Result};
use crate::manifest::{Manifest, Variant};
use crate::name::{StaticName, StoredName};

/// The names of all variants that a manifest lists.
pub(in super::super) fn published(manifest: &Manifest) -> impl Iterator<Item = StaticName> {
    manifest
        .files
        .iter()
        .flat_map(|(stored, record)| record.encodings.keys().map(|coding| Variant::name(stored, *coding)))
}

/// Deletes the variants that the manifest has forgotten.
pub(in super::super) fn forget(
    collection: &Collection<'_>,
    previous: &Manifest,
    manifest: &Manifest,
    options: &CollectOptions,
) -> Result<()> {
    if options.dry_run || collection.naming.is_none() {
        return Ok(());
    }
    let kept: HashSet<StaticName> = published(manifest).collect();
    let is_forgotten = |name: &StaticName| !kept.contains(name) && !manifest.files.contains_key(name.as_str());
    published(previous).filter(is_forgotten).try_for_each(|name| delete(collection, &name))
}

/// Deletes the variants of files that a run without hashed names has replaced: the manifest still
/// lists them, and they are of the old bytes.
pub(in super::super) fn forget_replaced(
    collection: &Collection<'_>,
    plan: &Plan,
    outcomes: &[Outcome],
    options: &CollectOptions,
) -> Result<()> {
    if options.dry_run || collection.naming.is_some() {
        return Ok(());
    }
    let replaced = plan.files.iter().zip(outcomes).filter(|(_, outcome)| outcome.replaced);
    let variants = replaced.flat_map(|(file, _)| {
        let stored = StoredName::plain(&file.name);
        Coding::ALL.map(|coding| Variant::name(&stored, coding))
    });
    let is_none_of_ours = |name: &StaticName| plan.index_of(name.as_str()).is_none();
    variants.filter(is_none_of_ours).try_for_each(|name| delete(collection, &name))
}

fn delete(collection: &Collection<'_>, name: &StaticName) -> Result<()> {
    use io::ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound};
    match collection.storage.delete(name) {
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | IsADirectory | InvalidFilename) => Ok(()),
        deleted => deleted.map_err(|source| Error::stored("delete", name, &collection.storage.location(), source)),
    }
}
