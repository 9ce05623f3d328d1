//! Which files are collected: the winners of the finders, and a refusal of what cannot lie in one
//! tree.

use std::io::{self, BufRead, BufReader};

use rayon::prelude::*;

use super::Collection;
use super::report::Event;
use crate::error::{Error, Result};
use crate::finders::{FoundFile, Listing};
use crate::name::StaticName;

/// The files to collect, sorted by name, and those of other content that lost to them.
pub(super) struct Plan {
    pub(super) files: Vec<FoundFile>,
    pub(super) skipped: Vec<StaticName>,
}

impl Plan {
    /// The place of a name among the files.
    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.name.as_str().cmp(name)).ok()
    }

    /// Whether files lie below this name.
    pub(super) fn is_directory(&self, name: &str) -> bool {
        let below = format!("{name}/");
        let next = self.files.partition_point(|file| file.name.as_str() < below.as_str());
        self.files.get(next).is_some_and(|file| file.name.as_str().starts_with(&below))
    }
}

pub(super) fn plan(collection: &Collection<'_>, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Plan> {
    let listing = collection.finders.list(&collection.ignore)?;
    refuse_conflicts(&listing)?;
    refuse_manifest(collection, &listing)?;
    let conflicts = listing.duplicates.par_iter().filter(|loser| !is_identical(&listing.files[&loser.name], loser));
    let conflicts: Vec<&FoundFile> = conflicts.collect();
    for loser in &conflicts {
        on_event(Event::Duplicate { winner: &listing.files[&loser.name], loser });
    }
    let skipped = conflicts.into_iter().map(|file| file.name.clone()).collect();
    Ok(Plan { files: listing.files.into_values().collect(), skipped })
}

/// Whether it makes no difference which of two files is collected (B16).
fn is_identical(a: &FoundFile, b: &FoundFile) -> bool {
    let is_one_file = a.fingerprint.is_some() && a.fingerprint == b.fingerprint;
    is_one_file || (a.size == b.size && has_same_bytes(a, b).unwrap_or(false))
}

fn has_same_bytes(a: &FoundFile, b: &FoundFile) -> io::Result<bool> {
    let mut a = BufReader::new(a.content.reader()?);
    let mut b = BufReader::new(b.content.reader()?);
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        a.consume(length);
        b.consume(length);
    }
}

/// A name cannot be a file and a directory (B22).
fn refuse_conflicts(listing: &Listing) -> Result<()> {
    let mut conflicts = Vec::new();
    for (name, file) in &listing.files {
        for parent in name.ancestors() {
            if let Some(other) = listing.files.get(parent) {
                let problem = format!(
                    "it would be collected as `{name}`, but {} is collected as the file `{parent}`; rename or ignore one",
                    other.origin
                );
                conflicts.push(Error::Source { path: file.origin.to_string(), problem });
            }
        }
    }
    Error::none_of(conflicts)
}

/// A collected file with the manifest's name would be overwritten by it (B26).
fn refuse_manifest(collection: &Collection<'_>, listing: &Listing) -> Result<()> {
    let reserved = collection.naming.as_ref().and_then(|naming| naming.manifests.reserved_name());
    match reserved.and_then(|name| listing.files.get(&name)) {
        None => Ok(()),
        Some(file) => Err(Error::Source {
            path: file.origin.to_string(),
            problem: format!(
                "it would be collected as `{}`, the name of the manifest; rename or ignore it, or set storage.manifest_name",
                file.name
            ),
        }),
    }
}
