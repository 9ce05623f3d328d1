//! Files below a directory. Every write is whole: a temporary file beside the target, then a
//! rename, so that no reader and no crash meets half a file.

use std::any::Any;
use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, RwLock};

use tempfile::Builder;

use super::{Content, Metadata, Storage, is_absent, local_metadata};
use crate::name::StaticName;

/// How temporary files begin and end, so that [`FileSystemStorage::clean`] knows its own.
const TEMPORARY: (&str, &str) = (".staticfiles-", ".tmp");

/// The permissions of what is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PermissionsMode {
    /// Whatever the process's umask leaves.
    #[default]
    Umask,
    /// Exactly this mode, such as `0o644`. Has no meaning outside Unix.
    Mode(u32),
}

/// A [`Storage`] below a directory of the local file system.
#[derive(Debug)]
pub struct FileSystemStorage {
    root: PathBuf,
    file_mode: PermissionsMode,
    directory_mode: PermissionsMode,
    /// Directories of the root that are known to lie in it.
    inside: RwLock<HashSet<PathBuf>>,
    /// The group of new files, if it is another than that of the process.
    group: OnceLock<Option<u32>>,
    /// Whether the file system has refused to share blocks between files, so that it is asked once.
    no_reflink: AtomicBool,
}

impl FileSystemStorage {
    /// The files below `root`, which need not exist yet. Files are created with mode `0o644`,
    /// directories as the umask says (Django behaviours 98 and 100).
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            file_mode: PermissionsMode::Mode(0o644),
            directory_mode: PermissionsMode::Umask,
            inside: RwLock::default(),
            group: OnceLock::new(),
            no_reflink: AtomicBool::new(false),
        }
    }

    /// Sets the mode of the files that are created.
    pub fn file_mode(mut self, mode: PermissionsMode) -> Self {
        self.file_mode = mode;
        self
    }

    /// Sets the mode of the directories that are created.
    pub fn directory_mode(mut self, mode: PermissionsMode) -> Self {
        self.directory_mode = mode;
        self
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts what `make` creates at a temporary path in the place of `name`.
    fn replace<T>(&self, name: &StaticName, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<()> {
        let target = name.path_in(&self.root);
        let directory = target.parent().unwrap_or(&self.root);
        self.stay_inside(directory)?;
        let attempt = || Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).make_in(directory, &make);
        let temporary = match attempt() {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                self.create_directories(directory)?;
                attempt()?
            }
            made => made?,
        };
        let persisted = temporary.into_temp_path().persist(&target);
        persisted.map_err(|failed| in_the_way(failed.error, &target))
    }

    /// Refuses a directory below the root that a link leads out of it: what is written there would
    /// replace somebody else's files, a source of this very collection for one.
    fn stay_inside(&self, directory: &Path) -> io::Result<()> {
        let is_known = |known: &HashSet<PathBuf>| known.contains(directory);
        if directory == self.root || self.inside.read().is_ok_and(|known| is_known(&known)) {
            return Ok(());
        }
        match (directory.canonicalize(), self.root.canonicalize()) {
            (Ok(real), Ok(root)) if !real.starts_with(&root) => {
                let (directory, real) = (directory.display(), real.display());
                let text = format!("{directory} leads out of the static root, to {real}; remove the link");
                Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
            }
            (Ok(_), _) => {
                drop(self.inside.write().map(|mut known| known.insert(directory.to_path_buf())));
                Ok(())
            }
            // What is not there yet is created, and no link; what it will lie in may be one.
            (Err(_), _) if directory.symlink_metadata().is_err() => {
                directory.parent().map_or(Ok(()), |parent| self.stay_inside(parent))
            }
            (Err(_), _) => Ok(()),
        }
    }

    /// Creates the missing directories down to `directory`, each with exactly the mode of the
    /// settings (Django behaviour 100).
    fn create_directories(&self, directory: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        for ancestor in directory.ancestors().take_while(|path| !path.as_os_str().is_empty()) {
            match fs::metadata(ancestor) {
                Ok(metadata) if metadata.is_dir() => break,
                Ok(_) => return Err(not_a_directory(ancestor)),
                Err(_) => missing.push(ancestor),
            }
        }
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => set_mode(path, self.directory_mode)?,
                // Another thread was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What lies below the root, links not followed, sorted by name; directories after what is in
    /// them. Nothing if there is no root.
    fn below_root(&self) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> + use<> {
        let walk = walkdir::WalkDir::new(&self.root).sort_by(by_name).min_depth(1).contents_first(true);
        Some(walk).filter(|_| self.root.is_dir()).into_iter().flatten()
    }

    /// A new file at `path` with the bytes of `content` and the mode of the settings.
    fn create(&self, path: &Path, content: &Content) -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).open(path)?;
        match content {
            Content::Bytes(bytes) => io::Write::write_all(&mut file, bytes)?,
            // On Linux the kernel copies from file to file.
            Content::File(source) => drop(io::copy(&mut File::open(source)?, &mut file)?),
        }
        self.set_group(&file);
        set_file_mode(&file, self.file_mode)
    }

    /// New files belong to the group of the root, where the process may give them away (Django
    /// behaviour 102).
    #[cfg(unix)]
    fn set_group(&self, file: &File) {
        use std::os::unix::fs::{MetadataExt, fchown};
        let other_group = || {
            let group = fs::metadata(&self.root).ok()?.gid();
            (group != file.metadata().ok()?.gid()).then_some(group)
        };
        if let Some(group) = self.group.get_or_init(other_group) {
            let _ = fchown(file, None, Some(*group));
        }
    }

    #[cfg(not(unix))]
    fn set_group(&self, _: &File) {}

    /// A new file at `to` that shares its bytes with `from` where the file system can.
    fn share(&self, from: &Path, to: &Path) -> io::Result<()> {
        #[cfg(unix)]
        if !self.no_reflink.load(Ordering::Relaxed) {
            match reflink_copy::reflink(from, to) {
                Ok(()) => {
                    let file = File::open(to)?;
                    self.set_group(&file);
                    return set_file_mode(&file, self.file_mode);
                }
                Err(_) => self.no_reflink.store(true, Ordering::Relaxed),
            }
        }
        // A link shares every later write in place; nothing here writes in place.
        match fs::hard_link(from, to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) => self.create(to, &Content::File(from.to_path_buf())),
            Ok(()) => Ok(()),
        }
    }
}

impl Storage for FileSystemStorage {
    fn open(&self, name: &StaticName) -> io::Result<Content> {
        let path = name.path_in(&self.root);
        match fs::metadata(&path)? {
            metadata if metadata.is_file() => Ok(Content::File(path)),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn metadata(&self, name: &StaticName) -> io::Result<Metadata> {
        match fs::metadata(name.path_in(&self.root))? {
            metadata if metadata.is_file() => Ok(Metadata::of(&metadata)),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn write(&self, name: &StaticName, content: &Content) -> io::Result<()> {
        self.replace(name, |path| {
            // A temporary file that could not be filled is not left behind.
            self.create(path, content).inspect_err(|error| {
                if error.kind() != io::ErrorKind::AlreadyExists {
                    let _ = fs::remove_file(path);
                }
            })
        })
    }

    fn delete(&self, name: &StaticName) -> io::Result<()> {
        fs::remove_file(name.path_in(&self.root))
    }

    fn list(&self) -> Box<dyn Iterator<Item = io::Result<(StaticName, Metadata)>> + '_> {
        Box::new(self.below_root().filter_map(|entry| listed(&self.root, entry).transpose()))
    }

    fn copy(&self, from: &StaticName, to: &StaticName) -> io::Result<()> {
        let (source, target) = (from.path_in(&self.root), to.path_in(&self.root));
        self.stay_inside(target.parent().unwrap_or(&self.root))?;
        // Where nothing is yet, a link is whole at once.
        if self.no_reflink.load(Ordering::Relaxed) && fs::hard_link(&source, &target).is_ok() {
            return Ok(());
        }
        // A rename between two links of one file does nothing and leaves the temporary one.
        if is_same_file(&source, &target) {
            return Ok(());
        }
        self.replace(to, |path| self.share(&source, path))
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn sync(&self) -> io::Result<()> {
        // One call for the whole file system instead of one for every file.
        match File::open(&self.root) {
            Ok(root) => Ok(rustix::fs::syncfs(root)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn sync(&self) -> io::Result<()> {
        for entry in walkdir::WalkDir::new(&self.root) {
            let entry = entry?;
            if entry.file_type().is_file() {
                File::open(entry.path())?.sync_all()?;
            }
        }
        Ok(())
    }

    fn lock(&self, waiting: &dyn Fn()) -> io::Result<Option<Box<dyn Any + Send>>> {
        self.create_directories(&self.root)?;
        loop {
            let lock = open_lock(&self.root)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    waiting();
                    lock.lock()?;
                }
                // Some network file systems lock no directories; collecting works there all the same.
                Err(TryLockError::Error(_)) => return Ok(None),
            }
            // The directory may have been replaced while we waited for the old one.
            if matches!((lock.metadata(), fs::metadata(&self.root)), (Ok(a), Ok(b)) if identity(&a) == identity(&b)) {
                return Ok(Some(Box::new(lock)));
            }
            self.create_directories(&self.root)?;
        }
    }

    fn clean(&self) -> io::Result<()> {
        for entry in walkdir::WalkDir::new(&self.root).into_iter().filter_map(Result::ok) {
            if entry.file_type().is_file() && is_temporary(&entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn entries(&self) -> io::Result<Vec<String>> {
        let entries =
            self.below_root().filter(|entry| entry.as_ref().map_or(true, |entry| !entry.file_type().is_dir()));
        entries.map(|entry| Ok(shown_below(&self.root, entry?.path()))).collect()
    }

    fn clear(&self, keep: &dyn Fn(&StaticName) -> bool) -> io::Result<()> {
        let entries: Vec<walkdir::DirEntry> = self.below_root().collect::<Result<_, _>>()?;
        for entry in entries {
            let path = entry.path();
            let removed = if entry.file_type().is_dir() {
                // Only the empty ones can be removed, and only they should be.
                fs::remove_dir(path).or_else(|error| if path.is_dir() { Ok(()) } else { Err(error) })
            } else if name_below(&self.root, path).is_some_and(|name| !leads_to_directory(&entry) && keep(&name)) {
                Ok(())
            } else {
                remove_link_or_file(path)
            };
            removed.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn link(&self, name: &StaticName, source: &Path) -> io::Result<()> {
        self.replace(name, |path| std::os::unix::fs::symlink(source, path))
    }

    #[cfg(windows)]
    fn link(&self, name: &StaticName, source: &Path) -> io::Result<()> {
        self.replace(name, |path| std::os::windows::fs::symlink_file(source, path))
    }

    fn link_target(&self, name: &StaticName) -> io::Result<Option<PathBuf>> {
        let path = name.path_in(&self.root);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => fs::read_link(&path).map(Some),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn local_path(&self, name: &StaticName) -> Option<PathBuf> {
        Some(name.path_in(&self.root))
    }

    fn location(&self) -> String {
        self.root.display().to_string()
    }
}

/// A file of the listing; directories and what is no file, or no possible name, is passed over.
fn listed(root: &Path, entry: walkdir::Result<walkdir::DirEntry>) -> io::Result<Option<(StaticName, Metadata)>> {
    let entry = entry?;
    if entry.file_type().is_dir() || is_temporary(&entry.file_name().to_string_lossy()) {
        return Ok(None);
    }
    let Some(name) = name_below(root, entry.path()) else { return Ok(None) };
    match local_metadata(entry.path()) {
        // A link to a directory is no file.
        Ok(_) if leads_to_directory(&entry) => Ok(None),
        Ok(metadata) => Ok(Some((name, metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name of the file at `path` below `root`, if it can have one.
pub(super) fn name_below(root: &Path, path: &Path) -> Option<StaticName> {
    let segments: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|segment| segment.to_str()).collect();
    StaticName::new(segments?.join("/")).ok()
}

/// A path below the root as a person would name it.
fn shown_below(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn leads_to_directory(entry: &walkdir::DirEntry) -> bool {
    entry.path_is_symlink() && entry.path().is_dir()
}

/// Removes what is no directory. A link to one is a directory of its own kind on Windows.
fn remove_link_or_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|error| if cfg!(windows) { fs::remove_dir(path) } else { Err(error) })
}

fn by_name(a: &walkdir::DirEntry, b: &walkdir::DirEntry) -> std::cmp::Ordering {
    // As whole names sort: a directory `a` counts as `a/`, after `a-b`.
    let key = |entry: &walkdir::DirEntry| {
        let mut name = entry.file_name().as_encoded_bytes().to_vec();
        if entry.file_type().is_dir() {
            name.push(b'/');
        }
        name
    };
    key(a).cmp(&key(b))
}

/// Whether a file is one that a write makes on its way, and nobody else's.
pub(crate) fn is_temporary(file_name: &str) -> bool {
    file_name.starts_with(TEMPORARY.0) && file_name.ends_with(TEMPORARY.1)
}

fn not_a_directory(path: &Path) -> io::Error {
    let text = format!("{} is a file where a directory is needed; remove it or rename one of them", path.display());
    io::Error::new(io::ErrorKind::NotADirectory, text)
}

/// Says in plain words that a directory has the name a file should get.
fn in_the_way(error: io::Error, target: &Path) -> io::Error {
    if !target.is_dir() {
        return error;
    }
    let text = format!("{} is a directory where a file is needed; remove it or rename one of them", target.display());
    io::Error::new(io::ErrorKind::IsADirectory, text)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: PermissionsMode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match mode {
        PermissionsMode::Umask => Ok(()),
        PermissionsMode::Mode(mode) => fs::set_permissions(path, fs::Permissions::from_mode(mode)),
    }
}

#[cfg(unix)]
fn set_file_mode(file: &File, mode: PermissionsMode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match mode {
        PermissionsMode::Umask => Ok(()),
        PermissionsMode::Mode(mode) => file.set_permissions(fs::Permissions::from_mode(mode)),
    }
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: PermissionsMode) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn set_file_mode(_: &File, _: PermissionsMode) -> io::Result<()> {
    Ok(())
}

/// The directory itself carries the lock, so that no lock file is published with the tree.
#[cfg(unix)]
fn open_lock(root: &Path) -> io::Result<File> {
    File::open(root)
}

/// Elsewhere a directory cannot be opened; a file of ours beside the published ones is locked.
#[cfg(not(unix))]
fn open_lock(root: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(root.join(".staticfiles-lock.tmp"))
}

/// Whether two names are links to one file.
fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((fs::symlink_metadata(a), fs::symlink_metadata(b)), (Ok(a), Ok(b)) if identity(&a).is_some() && identity(&a) == identity(&b))
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Elsewhere the identity of a file is out of reach.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
