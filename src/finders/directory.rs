//! Files below one directory, under a prefix or none: an entry of STATICFILES_DIRS, an app's
//! `static` folder, the media root.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::{Finder, FoundFile, Ignore};
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::{Content, Metadata, is_absent, is_temporary, local_metadata};

/// A [`Finder`] over a directory. Links are followed; a directory that does not exist has no files
/// (the checks say so, W004).
#[derive(Debug, Clone)]
pub struct DirectoryFinder {
    prefix: String,
    root: Arc<Path>,
    /// A directory that no link may lead to.
    apart_from: Option<PathBuf>,
}

impl DirectoryFinder {
    /// The files below `root` under their own names.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { prefix: String::new(), root: root.into().into(), apart_from: None }
    }

    /// Puts `prefix/` before every name.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Makes a link that leads to, or into, this directory an error: collecting into it would
    /// collect its own output (B23).
    pub fn apart_from(mut self, directory: impl Into<PathBuf>) -> Self {
        self.apart_from = Some(directory.into());
        self
    }

    fn refuse_link(&self, path: &Path) -> Result<()> {
        let Some(apart) = self.apart_from.as_ref().and_then(|apart| apart.canonicalize().ok()) else { return Ok(()) };
        match path.canonicalize() {
            Ok(real) if real.starts_with(&apart) || apart.starts_with(&real) => {
                let problem =
                    format!("the link leads to {}, where files are collected to; remove or ignore it", apart.display());
                Err(Error::source_file(path, problem))
            }
            _ => Ok(()),
        }
    }

    fn found(&self, name: StaticName, path: PathBuf, metadata: Metadata) -> FoundFile {
        FoundFile {
            name,
            origin: path.to_string_lossy().into(),
            content: Content::File(path),
            size: metadata.size,
            modified: metadata.modified,
            fingerprint: metadata.fingerprint,
            root: Some(self.root.clone()),
        }
    }

    /// An entry of the walk as a file, `None` for a directory.
    fn entry(&self, entry: walkdir::Result<DirEntry>) -> Result<Option<FoundFile>> {
        let entry = entry.map_err(walk_error)?;
        if entry.file_type().is_dir() {
            if entry.path_is_symlink() && entry.depth() > 0 {
                self.refuse_link(entry.path())?;
            }
            return Ok(None);
        }
        let name = self.name_of(entry.path())?;
        if !entry.file_type().is_file() {
            return Err(Error::source_file(entry.path(), "it is neither a file nor a directory; remove or ignore it"));
        }
        if entry.path_is_symlink() {
            self.refuse_link(entry.path())?;
        }
        let metadata = entry.metadata().map_err(walk_error)?;
        Ok(Some(self.found(name, entry.into_path(), Metadata::of(&metadata))))
    }

    fn name_of(&self, path: &Path) -> Result<StaticName> {
        let Some(name) = relative(&self.root, path).to_str() else {
            return Err(Error::source_file(path, "its name is not UTF-8; rename or ignore it"));
        };
        let name = if cfg!(windows) { name.replace('\\', "/").into() } else { Cow::Borrowed(name) };
        StaticName::new(name).and_then(|name| name.with_prefix(&self.prefix)).map_err(|error| {
            Error::source_file(path, format!("it cannot be collected: {}; rename or ignore it", error.reason()))
        })
    }
}

impl Finder for DirectoryFinder {
    fn find(&self, name: &StaticName) -> Result<Option<FoundFile>> {
        let below = below_prefix(name, &self.prefix).filter(|below| !is_temporary(below.file_name()));
        let Some(below) = below else { return Ok(None) };
        let path = below.path_in(&self.root);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(self.found(name.clone(), path, Metadata::of(&metadata)))),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::io("look at", &path, error)),
        }
    }

    fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = Result<FoundFile>> + 'a> {
        if !self.root.is_dir() {
            return Box::new(std::iter::empty());
        }
        let is_collected = |entry: &DirEntry| {
            entry.depth() == 0
                || !ignore.ignores(&entry.file_name().to_string_lossy(), &self.prefix, || {
                    relative(&self.root, entry.path()).to_string_lossy().replace('\\', "/")
                })
        };
        // Links are looked through here, so that an ignored broken link is no error.
        let walk = WalkDir::new(&self.root).follow_links(true).sort_by(by_path).into_iter();
        let walk = walk.filter_entry(is_collected);
        let kept = move |entry: &walkdir::Result<DirEntry>| match entry {
            Ok(_) => true,
            Err(error) => error.path().is_none_or(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                !ignore.ignores(&name, &self.prefix, || relative(&self.root, path).to_string_lossy().into_owned())
            }),
        };
        Box::new(walk.filter(kept).filter_map(|entry| self.entry(entry).transpose()))
    }

    fn location(&self) -> String {
        self.root.display().to_string()
    }

    fn directory(&self, name: &StaticName) -> Option<PathBuf> {
        let path = match below_prefix(name, &self.prefix) {
            Some(below) => below.path_in(&self.root),
            None if name.as_str() == self.prefix => self.root.to_path_buf(),
            None => return None,
        };
        path.is_dir().then_some(path)
    }
}

/// Siblings by their names. Their whole paths say the same, and need not be taken apart.
fn by_path(a: &DirEntry, b: &DirEntry) -> std::cmp::Ordering {
    a.path().as_os_str().cmp(b.path().as_os_str())
}

fn relative<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

/// The part of `name` below `prefix/`, if it lies there (Django behaviour 19).
fn below_prefix(name: &StaticName, prefix: &str) -> Option<StaticName> {
    if prefix.is_empty() {
        return Some(name.clone());
    }
    let below = name.as_str().strip_prefix(prefix)?.strip_prefix('/')?;
    StaticName::new(below).ok()
}

/// What went wrong on the way, said of the file it is about.
fn walk_error(error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(Path::new("")).to_path_buf();
    if let Some(ancestor) = error.loop_ancestor() {
        let problem = format!("the link leads back to {}, a loop; remove or ignore it", ancestor.display());
        return Error::source_file(&path, problem);
    }
    let is_link = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    if is_link && local_metadata(&path).is_err() {
        let target = std::fs::read_link(&path).unwrap_or_default();
        let problem = format!("the link is broken: {} does not exist; mend, remove or ignore it", target.display());
        return Error::source_file(&path, problem);
    }
    match error.into_io_error() {
        Some(source) => Error::io("read", &path, source),
        None => Error::source_file(&path, "it cannot be read"),
    }
}
