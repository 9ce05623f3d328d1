//! Where published files live: the [`Storage`] trait, a flat set of named files, and what comes out
//! of it. A file system and memory are here; a name's meaning is for the manifest.

mod fs;
mod memory;

use std::any::Any;
use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(crate) use self::fs::is_temporary;
pub use self::fs::{FileSystemStorage, PermissionsMode};
pub use self::memory::MemoryStorage;
use crate::name::StaticName;

/// A flat set of named files: what collecting writes and serving reads.
///
/// The five methods without a body are what a new storage has to bring; the others have a default
/// that is right everywhere and that a storage may do better. All methods are synchronous and
/// report a missing file as [`io::ErrorKind::NotFound`].
///
/// A storage of your own is checked with [`storage_contract`](crate::testing::storage_contract).
pub trait Storage: Debug + Send + Sync + 'static {
    /// The content of the file.
    fn open(&self, name: &StaticName) -> io::Result<Content>;

    /// Size and, where known, dates of the file, without reading it.
    fn metadata(&self, name: &StaticName) -> io::Result<Metadata>;

    /// Writes the whole file or nothing: whoever opens it meanwhile, or after a failure, reads the
    /// old bytes or the new, never something between.
    fn write(&self, name: &StaticName, content: &Content) -> io::Result<()>;

    /// Deletes the file.
    fn delete(&self, name: &StaticName) -> io::Result<()>;

    /// Every file of the storage, sorted by name.
    fn list(&self) -> Box<dyn Iterator<Item = io::Result<(StaticName, Metadata)>> + '_>;

    /// Makes `to` a file with the bytes of `from`. The two may share their bytes as long as a later
    /// [`write`](Self::write) to one does not change the other.
    fn copy(&self, from: &StaticName, to: &StaticName) -> io::Result<()> {
        self.write(to, &self.open(from)?)
    }

    /// Returns when everything written so far survives a loss of power. Called once before a
    /// manifest that names the files is written, and once after.
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// Keeps other writers out until the returned guard is dropped. When another has the lock,
    /// calls `waiting` once and waits. `None` where there is nothing to lock.
    fn lock(&self, waiting: &dyn Fn()) -> io::Result<Option<Box<dyn Any + Send>>> {
        let _ = waiting;
        Ok(None)
    }

    /// Removes what an interrupted [`write`](Self::write) left behind. Called with the lock held.
    fn clean(&self) -> io::Result<()> {
        Ok(())
    }

    /// Everything that lies in the storage, as a person would name it and in their order: what
    /// [`list`](Self::list) gives and, where there is such a thing, what it passes over, such as a
    /// broken link.
    fn entries(&self) -> io::Result<Vec<String>> {
        self.list().map(|file| Ok(file?.0.to_string())).collect()
    }

    /// Deletes everything whose name `keep` does not keep, and all that can have no name. A link is
    /// removed and never followed (B1). Called with the lock held.
    fn clear(&self, keep: &dyn Fn(&StaticName) -> bool) -> io::Result<()> {
        let all: Vec<StaticName> = self.list().map(|file| Ok(file?.0)).collect::<io::Result<_>>()?;
        all.iter().filter(|name| !keep(name)).try_for_each(|name| self.delete(name))
    }

    /// Makes the file a symbolic link to `source`, an absolute path, instead of a copy of it. What
    /// was there is replaced. [`io::ErrorKind::Unsupported`] where there are no such links.
    fn link(&self, name: &StaticName, source: &Path) -> io::Result<()> {
        let _ = (name, source);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Where the file leads if it is a symbolic link.
    fn link_target(&self, name: &StaticName) -> io::Result<Option<PathBuf>> {
        let _ = name;
        Ok(None)
    }

    /// Where the file is in the local file system, if it is there.
    fn local_path(&self, name: &StaticName) -> Option<PathBuf> {
        let _ = name;
        None
    }

    /// The storage as a person would name it: a directory, a bucket.
    fn location(&self) -> String {
        "the storage".to_owned()
    }
}

/// The content of a file: bytes at hand, or a local file that nobody has read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A file of the local file system.
    File(PathBuf),
}

impl Content {
    /// The whole content in memory.
    pub fn read(&self) -> io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::File(path) => std::fs::read(path).map(Bytes::from),
        }
    }

    /// A reader over the content, for what may be large.
    pub fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// What is known of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// Size in bytes.
    pub size: u64,
    /// When it was last modified.
    pub modified: Option<SystemTime>,
    /// What changes whenever the file does, where the system has such a thing.
    pub fingerprint: Option<Fingerprint>,
}

impl Metadata {
    /// What is known of a file of this size.
    pub fn new(size: u64) -> Self {
        Self { size, modified: None, fingerprint: None }
    }

    /// What is known of a local file.
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok(), fingerprint: Fingerprint::of(metadata) }
    }
}

/// Device, inode, size, modification and change time of a local file, in the manner of git's
/// index: a file that was written to since does not keep all of them, whatever was done to its
/// modification time, because nobody can set the change time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint([i64; 7]);

impl Fingerprint {
    #[cfg(unix)]
    fn of(metadata: &std::fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self([
            metadata.dev() as i64,
            metadata.ino() as i64,
            metadata.size() as i64,
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.ctime(),
            metadata.ctime_nsec(),
        ]))
    }

    /// Elsewhere than on Unix the change time is out of reach, and nothing less is safe.
    #[cfg(not(unix))]
    fn of(_: &std::fs::Metadata) -> Option<Self> {
        None
    }

    /// Whether the file had been left alone for longer than the grain of its file system's clock at
    /// `now`. A younger one may be written to once more without a change of its fingerprint (the
    /// «racily clean» entries of git).
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let Self([.., mtime_nsec, ctime, ctime_nsec]) = *self;
        // Whole seconds in both dates: a file system that counts in seconds, or in pairs of them.
        let grain = if mtime_nsec == 0 && ctime_nsec == 0 { Duration::from_secs(3) } else { Duration::from_millis(50) };
        let changed = Duration::new(ctime.max(0) as u64, ctime_nsec.clamp(0, 999_999_999) as u32);
        SystemTime::UNIX_EPOCH.checked_add(changed + grain).is_some_and(|settled| settled < now)
    }
}

/// What is known of the local file at `path`, links followed.
pub(crate) fn local_metadata(path: &Path) -> io::Result<Metadata> {
    std::fs::metadata(path).map(|metadata| Metadata::of(&metadata))
}

/// Whether the system says in some way that there is no such file: too long a name and a file in the
/// place of a directory included.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

/// The directory that the files of a storage lie in, if they lie in the local file system.
#[cfg(feature = "collect")]
pub(crate) fn local_root(storage: &dyn Storage) -> Option<PathBuf> {
    let any = StaticName::new("x").ok()?;
    Some(storage.local_path(&any)?.parent()?.to_path_buf())
}
