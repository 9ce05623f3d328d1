//! What is computed over a file's bytes: size, integrity and the hash for its name, in one reading
//! in bounded memory.

use std::io::{self, Read};

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::manifest::integrity;

/// The hash in the names of published files: the first 12 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NameHash {
    /// MD5, as Django names files (behaviour 128).
    #[default]
    Md5,
    /// SHA-256, where MD5 is not allowed.
    Sha256,
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
    pub(super) fn of_bytes(bytes: &[u8], hash: Option<NameHash>) -> Self {
        let mut hasher = Hasher::new(hash);
        hasher.update(bytes);
        hasher.finish()
    }

    pub(super) fn of_reader(mut reader: impl Read, hash: Option<NameHash>) -> io::Result<Self> {
        let mut hasher = Hasher::new(hash);
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                read => hasher.update(&buffer[..read]),
            }
        }
    }
}

/// The digest of a group of files that refer to each other, over what [`update`](Self::update) gets.
pub(super) struct Hasher {
    hash: Option<NameHash>,
    size: u64,
    sha256: Sha256,
    md5: Md5,
}

impl Hasher {
    pub(super) fn new(hash: Option<NameHash>) -> Self {
        Self { hash, size: 0, sha256: Sha256::new(), md5: Md5::new() }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
        if self.hash == Some(NameHash::Md5) {
            self.md5.update(bytes);
        }
    }

    pub(super) fn finish(self) -> Digest {
        let sha256 = self.sha256.finalize();
        let name_hash = match self.hash {
            None => String::new(),
            Some(NameHash::Md5) => name_hash(&self.md5.finalize()),
            Some(NameHash::Sha256) => name_hash(&sha256),
        };
        Digest { size: self.size, integrity: integrity(&sha256), name_hash }
    }
}

fn name_hash(digest: &[u8]) -> String {
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
