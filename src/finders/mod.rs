//! Where source files are found: the [`Finder`] trait for one place, and [`Finders`], many places
//! in order of which the first that has a name wins. Nothing is read here.

mod directory;
mod ignore;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

pub use self::directory::DirectoryFinder;
pub use self::ignore::Ignore;
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::{Content, Fingerprint};

/// One place where source files are found. Many places are many finders.
pub trait Finder: Debug + Send + Sync + 'static {
    /// The file of this name, if this place has it. Ignore patterns have no say here (Django
    /// behaviour 41).
    ///
    /// # Errors
    ///
    /// When the place cannot be looked at; a missing file is `Ok(None)`.
    fn find(&self, name: &StaticName) -> Result<Option<FoundFile>>;

    /// Every file of the place that is not ignored, in an order that depends on names alone. An
    /// error is about one file; the others follow it.
    fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = Result<FoundFile>> + 'a>;

    /// The place as a person would name it.
    fn location(&self) -> String;

    /// The local directory of this name, if the place has one. For people who ask where something
    /// is; collecting and serving know files alone.
    fn directory(&self, name: &StaticName) -> Option<PathBuf> {
        let _ = name;
        None
    }
}

/// A source file that was found, and nothing of it read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundFile {
    /// The name it will have, prefix included.
    pub name: StaticName,
    /// Where its bytes are.
    pub content: Content,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last modified, where that is known.
    pub modified: Option<SystemTime>,
    /// What changes whenever the file does, where that is known.
    pub fingerprint: Option<Fingerprint>,
    /// The file as a person would find it: usually its path.
    pub origin: Arc<str>,
}

impl FoundFile {
    /// A file of this name, content and size.
    pub fn new(name: StaticName, content: Content, size: u64, origin: impl Into<Arc<str>>) -> Self {
        Self { name, content, size, modified: None, fingerprint: None, origin: origin.into() }
    }
}

/// Several finders in order: the first that has a name wins, for finding, collecting and serving
/// alike (Django behaviour 13).
#[derive(Debug, Clone, Default)]
pub struct Finders(Arc<[Arc<dyn Finder>]>);

/// What all finders together have: the winners by name, and what lost to them.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files that are collected.
    pub files: BTreeMap<StaticName, FoundFile>,
    /// Files whose name an earlier finder has already, in the order they were met.
    pub duplicates: Vec<FoundFile>,
}

impl Finders {
    /// The finders in the order in which they are asked.
    pub fn new(finders: impl IntoIterator<Item = Arc<dyn Finder>>) -> Self {
        Self(finders.into_iter().collect())
    }

    /// The first file of this name.
    ///
    /// # Errors
    ///
    /// When a finder cannot look at its place.
    pub fn find(&self, name: &StaticName) -> Result<Option<FoundFile>> {
        self.0.iter().find_map(|finder| finder.find(name).transpose()).transpose()
    }

    /// Every file of this name, the one that wins first: at most one of each finder.
    ///
    /// # Errors
    ///
    /// When a finder cannot look at its place.
    pub fn find_all(&self, name: &StaticName) -> Result<Vec<FoundFile>> {
        self.0.iter().filter_map(|finder| finder.find(name).transpose()).collect()
    }

    /// The finders in the order in which they are asked.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Finder> {
        self.0.iter().map(|finder| &**finder)
    }

    /// Every file of every finder.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of the places or files, together.
    pub fn list(&self, ignore: &Ignore) -> Result<Listing> {
        let mut listing = Listing::default();
        let mut errors = Vec::new();
        for found in self.0.iter().flat_map(|finder| finder.list(ignore)) {
            match found {
                Err(error) => errors.push(error),
                Ok(file) if listing.files.contains_key(&file.name) => listing.duplicates.push(file),
                Ok(file) => drop(listing.files.insert(file.name.clone(), file)),
            }
        }
        if errors.is_empty() { Ok(listing) } else { Err(Error::several(errors)) }
    }

    /// The places in the order in which they are asked, no place twice.
    pub fn locations(&self) -> Vec<String> {
        let mut locations: Vec<String> = Vec::new();
        for location in self.0.iter().map(|finder| finder.location()) {
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
        locations
    }
}
