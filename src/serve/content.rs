//! Opening what is served, on a blocking thread: small files whole in memory, large ones as open
//! files, with the hash of their content. Which file, and what is said of it, is for the look-ups.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use super::body::{FileStream, Own, Piece};
use super::range::ByteRange;
use crate::manifest::integrity_of;
use crate::name::StaticName;
use crate::storage::{Content, Fingerprint, Metadata};

/// Files up to this size are read whole before they are sent.
pub(super) const SMALL: u64 = 256 * 1024;

/// How many hashes of large files are remembered.
const MOST_HASHES: usize = 4096;

/// How often a file is hashed that is written to meanwhile.
const ATTEMPTS: usize = 3;

/// Content ready to be sent.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) metadata: Metadata,
    pub(super) payload: Payload,
}

#[derive(Debug)]
pub(super) enum Payload {
    Bytes(Bytes),
    /// A file larger than [`SMALL`], at its start.
    File(File),
}

impl Opened {
    /// Opens the content. What is no file is not found; a file is refused if links lead to it out of
    /// the directory `within`.
    pub(super) fn new(content: Content, within: Option<&Path>) -> io::Result<Self> {
        match content {
            Content::Bytes(bytes) => Ok(Self::bytes(bytes, Metadata::new(0))),
            Content::File(path) => {
                let file = File::open(&path)?;
                within.map_or(Ok(()), |root| confine(&file, &path, root))?;
                Self::file(file)
            }
        }
    }

    fn bytes(bytes: Bytes, metadata: Metadata) -> Self {
        let metadata = Metadata { size: bytes.len() as u64, ..metadata };
        Self { metadata, payload: Payload::Bytes(bytes) }
    }

    fn file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let metadata = Metadata::of(&metadata);
        if metadata.size > SMALL {
            return Ok(Self { metadata, payload: Payload::File(file) });
        }
        let mut bytes = Vec::with_capacity(metadata.size as usize);
        (&file).read_to_end(&mut bytes)?;
        Ok(Self::bytes(bytes.into(), metadata))
    }

    /// The hash of the content: of exactly the bytes in memory, or of a large file at a moment when
    /// nobody wrote to it. Known hashes of files that rest are not computed again.
    pub(super) fn integrity(&mut self, hashes: &Hashes) -> io::Result<Arc<str>> {
        match &mut self.payload {
            Payload::Bytes(bytes) => integrity_of(&bytes[..]).map(|(_, integrity)| integrity.into()),
            Payload::File(file) => {
                if let Some(known) = self.metadata.fingerprint.and_then(|fingerprint| hashes.get(fingerprint)) {
                    return Ok(known);
                }
                for _ in 0..ATTEMPTS {
                    let started = SystemTime::now();
                    file.rewind()?;
                    let (size, integrity) = integrity_of(&*file)?;
                    file.rewind()?;
                    let before = std::mem::replace(&mut self.metadata, Metadata::of(&file.metadata()?));
                    if self.metadata == before && size == before.size {
                        let integrity: Arc<str> = integrity.into();
                        hashes.remember(before.fingerprint, started, &integrity);
                        return Ok(integrity);
                    }
                }
                Err(io::Error::other("it is being written to"))
            }
        }
    }
}

impl Payload {
    /// The body that sends these pieces of it.
    pub(super) fn into_body(self, pieces: Vec<Piece>) -> io::Result<Own> {
        match self {
            Self::Bytes(bytes) => pieces_of(&bytes, &pieces).map(Own::Full),
            Self::File(file) => FileStream::new(file, pieces).map(Own::File),
        }
    }
}

/// The pieces as one: a slice if it is one piece.
fn pieces_of(bytes: &Bytes, pieces: &[Piece]) -> io::Result<Bytes> {
    let piece = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => Ok(bytes.clone()),
        Piece::Part(ByteRange { first, last }) if *last < bytes.len() as u64 => {
            Ok(bytes.slice(*first as usize..=*last as usize))
        }
        Piece::Part(_) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
    };
    match pieces {
        [] => Ok(Bytes::new()),
        [one] => piece(one),
        several => several
            .iter()
            .map(piece)
            .try_fold(Vec::new(), |mut all, piece| {
                all.extend_from_slice(&piece?);
                Ok(all)
            })
            .map(Bytes::from),
    }
}

/// Hashes of large files, remembered as long as they are not written to.
#[derive(Debug, Default)]
pub(super) struct Hashes(Mutex<HashMap<Fingerprint, Arc<str>>>);

impl Hashes {
    fn get(&self, fingerprint: Fingerprint) -> Option<Arc<str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&fingerprint).cloned()
    }

    /// Remembers the hash of a file that was at rest when it began to be computed.
    fn remember(&self, fingerprint: Option<Fingerprint>, started: SystemTime, integrity: &Arc<str>) {
        let Some(fingerprint) = fingerprint.filter(|fingerprint| fingerprint.is_settled(started)) else { return };
        let mut hashes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hashes.len() >= MOST_HASHES {
            hashes.clear();
        }
        hashes.insert(fingerprint, integrity.clone());
    }
}

/// Refuses an open file that does not lie below `root`.
fn confine(file: &File, path: &Path, root: &Path) -> io::Result<()> {
    let real = real_path(file, path)?;
    if real.starts_with(root.canonicalize()?) {
        return Ok(());
    }
    let text = format!("a link leads out of the root, to {}; serve.follow_links would allow it", real.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

/// Where an open file lies. Linux knows it of the file itself, so that links that are changed
/// meanwhile are of no use to anybody; elsewhere the path is followed once more.
fn real_path(file: &File, path: &Path) -> io::Result<PathBuf> {
    of_descriptor(file).map_or_else(|| path.canonicalize(), Ok)
}

#[cfg(target_os = "linux")]
fn of_descriptor(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn of_descriptor(_: &File) -> Option<PathBuf> {
    None
}

/// The directory below which a path has this name, if it ends with it.
pub(super) fn root_of(path: &Path, name: &StaticName) -> Option<PathBuf> {
    let root = path.ancestors().nth(name.as_str().split('/').count())?;
    let is_below = name.path_in(root) == path;
    is_below.then(|| if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.to_path_buf() })
}
