//! What is computed over a file's bytes: size, integrity and the hash for its name, in one reading
//! in bounded memory.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::manifest::integrity;
use crate::name::{StaticName, is_name_hash};

/// The hash in the names of published files.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum NameHash {
    /// The first 12 hex digits of MD5, as Django names files (behaviour 128).
    #[default]
    Md5,
    /// The first 12 hex digits of SHA-256, where MD5 is not allowed.
    Sha256,
    /// One of the program's own: Django's `file_hash`.
    Custom(CustomHash),
}

/// A hash of the program's own for the names of published files.
#[derive(Clone)]
pub struct CustomHash(Arc<HashFn>);

type HashFn = dyn Fn(&StaticName, &mut dyn Read) -> io::Result<Option<String>> + Send + Sync;

impl CustomHash {
    /// A function from a file's logical name and what is published under it to the part that goes
    /// into its name; `None` publishes the file under its plain name, which may change its content.
    ///
    /// The same bytes have to give the same hash, and other bytes another one, or a changed file
    /// stays in the caches of browsers. A hash is letters, digits, `-` and `_`. For files that refer to each other in a circle it gets the
    /// bytes of all of them.
    pub fn new(
        hash: impl Fn(&StaticName, &mut dyn Read) -> io::Result<Option<String>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(hash))
    }

    /// The hash of these bytes, empty for none.
    pub(super) fn of(&self, name: &StaticName, mut bytes: impl Read) -> io::Result<String> {
        let hash = (self.0)(name, &mut bytes)?.unwrap_or_default();
        if is_name_hash(&hash) {
            return Ok(hash);
        }
        Err(io::Error::other(format!("the name hash gave {hash:?}; it has to be letters, digits, `-` and `_`")))
    }
}

impl fmt::Debug for CustomHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomHash")
    }
}

/// Size and hashes of one content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    pub(super) size: u64,
    pub(super) integrity: String,
    /// The hash for the name; empty where names are plain.
    pub(super) name_hash: String,
}

impl Digest {
    /// The digest of `bytes`, published for `name`.
    pub(super) fn of_bytes(name: &StaticName, bytes: &[u8], hash: Option<&NameHash>) -> io::Result<Self> {
        let mut hasher = Hasher::new(hash);
        hasher.update(bytes);
        hasher.finish(|custom| custom.of(name, bytes))
    }

    /// The digest of what `open` reads, which is opened again for a custom hash.
    pub(super) fn of_reader<R: Read>(
        name: &StaticName,
        open: impl Fn() -> io::Result<R>,
        hash: Option<&NameHash>,
    ) -> io::Result<Self> {
        let mut hasher = Hasher::new(hash);
        let mut buffer = vec![0; 128 * 1024];
        let mut reader = open()?;
        loop {
            match reader.read(&mut buffer)? {
                0 => return hasher.finish(|custom| custom.of(name, open()?)),
                read => hasher.update(&buffer[..read]),
            }
        }
    }
}

/// Size and hashes of what [`update`](Self::update) gets.
struct Hasher<'a> {
    hash: Option<&'a NameHash>,
    size: u64,
    sha256: Sha256,
    md5: Md5,
}

impl<'a> Hasher<'a> {
    fn new(hash: Option<&'a NameHash>) -> Self {
        Self { hash, size: 0, sha256: Sha256::new(), md5: Md5::new() }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
        if let Some(NameHash::Md5) = self.hash {
            self.md5.update(bytes);
        }
    }

    fn finish(self, custom: impl FnOnce(&CustomHash) -> io::Result<String>) -> io::Result<Digest> {
        let sha256 = self.sha256.finalize();
        let name_hash = match self.hash {
            None => String::new(),
            Some(NameHash::Md5) => name_hash(&self.md5.finalize()),
            Some(NameHash::Sha256) => name_hash(&sha256),
            Some(NameHash::Custom(hash)) => custom(hash)?,
        };
        Ok(Digest { size: self.size, integrity: integrity(&sha256), name_hash })
    }
}

fn name_hash(digest: &[u8]) -> String {
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
