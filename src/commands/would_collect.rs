//! What `collectstatic` would take and how it would name it: the listing of the finders, and a dry
//! run into an empty storage.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::output::Output;
use super::project::Project;
use crate::collect::{CollectOptions, Event};
use crate::error::{Error, Result};
use crate::finders::{Ignore, Listing};
use crate::name::{StaticName, StoredName};
use crate::resolver::{StaticUrl, encode_path};
use crate::static_files::StaticFiles;
use crate::storage::MemoryStorage;

type StoredNames = BTreeMap<StaticName, StoredName>;

pub(super) struct WouldCollect {
    /// `None` if the files cannot be listed, which was said.
    listing: Option<Listing>,
    /// `None` if collecting would fail, which was said.
    stored: Option<StoredNames>,
}

impl WouldCollect {
    pub(super) fn new(project: &Project<'_>, output: &Output) -> Self {
        let said = |error: Error| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            output.warning(format_args!("the stored names are not shown, because collectstatic would fail: {first}"));
        };
        // Of two failures the second is the first again.
        let (listing, stored) = match listing(project) {
            Err(error) => {
                said(error);
                (None, None)
            }
            Ok(listing) => (Some(listing), stored_names(project).map_err(said).ok()),
        };
        Self { listing, stored }
    }

    /// Lines about what becomes of the files of this name, each behind a line end.
    pub(super) fn say(&self, name: &StaticName, static_url: &StaticUrl) -> String {
        let Some(listing) = &self.listing else { return String::new() };
        let Some(file) = listing.files.get(name) else { return without_file(listing, name) };
        match self.stored.as_ref().and_then(|stored| stored.get(name)) {
            None => format!("\nCollected from:\n  {}", file.origin),
            Some(stored) => {
                let url = format!("{}{}", static_url.as_str(), encode_path(stored.as_str()));
                format!("\nCollected from:\n  {}\nas:\n  {stored}\nwith the URL:\n  {url}", file.origin)
            }
        }
    }
}

/// A directory, or a file that is left out.
fn without_file(listing: &Listing, name: &StaticName) -> String {
    let below = format!("{name}/");
    match listing.files.keys().filter(|file| file.as_str().starts_with(&below)).count() {
        0 => "\nNot collected: the ignore patterns match it.".to_owned(),
        1 => "\nA directory; 1 file below it is collected.".to_owned(),
        count => format!("\nA directory; {count} files below it are collected."),
    }
}

fn listing(project: &Project<'_>) -> Result<Listing> {
    let static_files = project.builder().build_for_collecting()?;
    static_files.finders().list(&Ignore::new(&project.settings.ignore_patterns))
}

/// The names that all files would be published under. Into an empty storage everything would be
/// written, so that everything is told.
fn stored_names(project: &Project<'_>) -> Result<StoredNames> {
    let static_files: StaticFiles = project.builder().storage(MemoryStorage::new()).build_for_collecting()?;
    let stored = Mutex::new(StoredNames::new());
    let note = |name: &StaticName, under: &StoredName| {
        stored.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), under.clone());
    };
    static_files.collect(&CollectOptions::new().dry_run(true), &|event| match event {
        // Plain names come first, and stay where nothing is hashed.
        Event::Copied { file } => note(&file.name, &StoredName::plain(&file.name)),
        Event::PostProcessed { name, stored } => note(name, stored),
        _ => {}
    })?;
    Ok(stored.into_inner().unwrap_or_else(PoisonError::into_inner))
}
