//! Where source files are found: the [`Finder`] trait for one place, and [`Finders`], many places
//! in order of which the first that has a name wins. Nothing is read here.

#[cfg(feature = "cargo-metadata")]
pub(crate) mod cargo_metadata;
mod directory;
mod embedded;
mod ignore;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

pub use self::directory::DirectoryFinder;
pub use self::embedded::EmbeddedFinder;
pub use self::ignore::Ignore;
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::{Content, Fingerprint};

/// One place where source files are found. Many places are many finders.
///
/// # A finder of your own
///
/// A place can be anything that has files with names: an archive, a table, files that are made from
/// something else. Three things have to be said of it: the file of a name, all files, and what a
/// person would call the place.
///
/// - [`find`](Self::find) is asked in debug, for every request, and by `findstatic`;
///   [`list`](Self::list) when collecting. Both have to give the same [`FoundFile`].
/// - Nothing is read for it. [`Content`] says where the bytes are: `Content::File` leaves the reading
///   to whoever needs it, `Content::Bytes` is for what is at hand anyway.
/// - A file that is not there is `Ok(None)`; an error is for a place that cannot be looked at.
/// - Ignore patterns count for the list alone. [`Ignore::leaves_out`] knows them.
/// - Where [`FoundFile::fingerprint`] is unknown, every collection reads the file to see whether it
///   changed. [`Metadata::of`](crate::storage::Metadata::of) has the one of a local file.
///
/// [`finder_contract`](crate::testing::finder_contract) checks all of it in a test.
///
/// ```
/// use staticfiles::finders::{Finder, FoundFile, Ignore};
/// use staticfiles::storage::Content;
/// use staticfiles::{Result, Settings, StaticFiles, StaticName};
///
/// /// The settings of a program, for the scripts of its pages.
/// #[derive(Debug)]
/// struct Generated(Vec<(StaticName, String)>);
///
/// impl Generated {
///     fn found(&self, (name, text): &(StaticName, String)) -> FoundFile {
///         let content = Content::Bytes(text.clone().into());
///         FoundFile::new(name.clone(), content, text.len() as u64, format!("generated: {name}"))
///     }
/// }
///
/// impl Finder for Generated {
///     fn find(&self, name: &StaticName) -> Result<Option<FoundFile>> {
///         Ok(self.0.iter().find(|(known, _)| known == name).map(|file| self.found(file)))
///     }
///
///     fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = Result<FoundFile>> + 'a> {
///         let kept = self.0.iter().filter(|(name, _)| !ignore.leaves_out(name.as_str()));
///         Box::new(kept.map(|file| Ok(self.found(file))))
///     }
///
///     fn location(&self) -> String {
///         "generated files".to_owned()
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let generated = || -> Result<Generated> {
///     Ok(Generated(vec![(StaticName::new("js/settings.js")?, "export const pages = 10;".to_owned())]))
/// };
/// // In a test:
/// staticfiles::testing::finder_contract(&generated()?, &[("js/settings.js", b"export const pages = 10;")]);
///
/// // In the program. It is asked after the finders of the settings.
/// let static_files = StaticFiles::builder(Settings::new().debug(true)).finder(generated()?).build()?;
/// assert!(static_files.find("js/settings.js")?.is_some());
/// # Ok(())
/// # }
/// ```
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
    /// The local directory that no link on the way to the file may lead out of when it is served,
    /// where there is one.
    pub root: Option<Arc<Path>>,
}

impl FoundFile {
    /// A file of this name, content and size.
    pub fn new(name: StaticName, content: Content, size: u64, origin: impl Into<Arc<str>>) -> Self {
        Self { name, content, size, modified: None, fingerprint: None, origin: origin.into(), root: None }
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
        Error::none_of(errors).map(|()| listing)
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
