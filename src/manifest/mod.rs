//! What was published: the [`Manifest`], which name leads to which stored file and what is known of
//! each, and [`ManifestStore`], where a manifest is kept between collecting and serving.

mod file;
mod format;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

pub use self::file::FileManifestStore;
pub use self::memory::MemoryManifestStore;
#[cfg(feature = "redis")]
pub use self::redis::RedisManifestStore;
use crate::coding::Coding;
use crate::error::{Error, Result};
use crate::name::{StaticName, StoredName};
use crate::storage::Storage;

/// What was published, in Django's format 1.1 with our `files` beside it.
///
/// # Invariant
///
/// Every name in it leads to a file that was written before the manifest was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Logical name → stored name, for every file of the last collection.
    pub paths: BTreeMap<StaticName, StoredName>,
    /// A record for every file that is served: those of the last collection and, while they are
    /// kept, the hashed files of earlier ones.
    pub files: BTreeMap<StoredName, FileRecord>,
}

/// What is known of one stored file, so that serving needs no look at it and pruning no guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileRecord {
    /// The logical name it was published for.
    pub name: StaticName,
    /// Its size in bytes.
    pub size: u64,
    /// When these bytes were first published under this name, in seconds since 1970.
    pub since: u64,
    /// Its content as subresource integrity: `sha256-` and base 64.
    pub integrity: String,
    /// Whether these bytes never change under this name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
    /// Its compressed variants, each published beside it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_codings")]
    pub encodings: BTreeMap<Coding, Variant>,
}

/// What is known of a compressed variant of a stored file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variant {
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes as subresource integrity.
    pub integrity: String,
}

impl Variant {
    /// What is known of a variant of this size and integrity.
    pub fn new(size: u64, integrity: String) -> Self {
        Self { size, integrity }
    }

    /// The name under which the variant of a stored file is published: `app.5f3a1c9e2b7d.css.br`.
    pub fn name(of: &StoredName, coding: Coding) -> StaticName {
        of.as_name().with_extension_added(coding.extension())
    }
}

/// A coding that is not known here is passed over, so that a manifest of a newer version is served.
fn known_codings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Coding, Variant>, D::Error> {
    let all = BTreeMap::<String, serde_json::Value>::deserialize(deserializer)?;
    let known = all.into_iter().filter_map(|(name, variant)| Some((Coding::named(&name)?, variant)));
    let read = |(coding, variant)| Ok((coding, serde_json::from_value(variant).map_err(serde::de::Error::custom)?));
    known.map(read).collect()
}

impl FileRecord {
    /// The record of a file published for `name` at `since`.
    pub fn new(name: StaticName, size: u64, integrity: String, since: u64) -> Self {
        Self { name, size, since, integrity, immutable: false, encodings: BTreeMap::new() }
    }

    /// Says that these bytes never change under their name.
    pub fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }
}

/// Where a manifest is kept: a file, a cache, a database.
pub trait ManifestStore: Debug + Send + Sync + 'static {
    /// The manifest, `None` if none was saved yet.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or cannot be understood.
    fn load(&self) -> Result<Option<Manifest>>;

    /// Saves the manifest in one step: who loads meanwhile gets the old one or the new.
    ///
    /// # Errors
    ///
    /// When it cannot be written; then the old one stays.
    fn save(&self, manifest: &Manifest) -> Result<()>;

    /// What changes whenever the saved manifest does, `None` while there is none. A store that can
    /// tell without understanding the manifest does it better than this default.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn revision(&self) -> Result<Option<String>> {
        Ok(self.load()?.map(|manifest| integrity(&Sha256::digest(manifest.to_json()))))
    }

    /// The manifest with its [`revision`](Self::revision), both of one moment, `None` if none was
    /// saved yet. A store with a revision of its own kind has to bring this too.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    fn load_with_revision(&self) -> Result<Option<(Manifest, String)>> {
        Ok(self.load()?.map(|manifest| {
            let revision = integrity(&Sha256::digest(manifest.to_json()));
            (manifest, revision)
        }))
    }

    /// The file of this machine that the manifest is, if it is one.
    fn local_path(&self) -> Option<PathBuf> {
        None
    }

    /// The place as a person would name it.
    fn location(&self) -> String;

    /// The name of the manifest among the published files, if it lies there: no collected file may
    /// have it.
    fn reserved_name(&self) -> Option<StaticName> {
        None
    }
}

impl Manifest {
    /// Reads a manifest in Django's format 1.0 or 1.1, with our records or without.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a phrase.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        format::read(bytes)
    }

    /// The manifest's bytes: those of Django 6.1 (behaviour 176) and our records behind them.
    pub fn to_json(&self) -> Vec<u8> {
        format::write(self)
    }

    /// The hash over [`paths`](Self::paths), as Django computes it (behaviour 177).
    pub fn hash(&self) -> String {
        format::paths_hash(self.paths.iter().map(|(name, stored)| (name.as_str(), stored.as_str())))
    }

    /// Makes records for the files that have none, as in a manifest that Django wrote, by reading
    /// them. A name whose file is not there keeps none.
    ///
    /// # Errors
    ///
    /// When a file is there and cannot be read.
    pub fn complete(&mut self, storage: &dyn Storage) -> Result<()> {
        let listed: Vec<(StaticName, StoredName)> =
            self.paths.iter().map(|(name, stored)| (name.clone(), stored.clone())).collect();
        for (name, stored) in listed {
            let plain = StoredName::plain(&name);
            for stored in [stored, plain] {
                if !self.files.contains_key(&stored)
                    && let Some(record) = record_of(storage, &name, &stored)?
                {
                    self.files.insert(stored, record);
                }
            }
        }
        Ok(())
    }
}

/// The record of a file that lies in the storage, `None` if it does not.
fn record_of(storage: &dyn Storage, name: &StaticName, stored: &StoredName) -> Result<Option<FileRecord>> {
    let made = storage.metadata(stored.as_name()).and_then(|metadata| {
        let (size, integrity) = integrity_of(storage.open(stored.as_name())?.reader()?)?;
        let since = metadata.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        Ok(FileRecord::new(name.clone(), size, integrity, since.unwrap_or_default().as_secs()))
    });
    match made {
        Ok(record) if stored.as_name() == name => Ok(Some(record)),
        Ok(record) => Ok(Some(record.immutable())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::stored("read", stored.as_name(), &storage.location(), error)),
    }
}

/// The size and the integrity of what is read.
pub(crate) fn integrity_of(mut reader: impl Read) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok((size, integrity(&hasher.finalize()))),
            read => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
}

/// A SHA-256 digest as subresource integrity.
pub(crate) fn integrity(digest: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(digest))
}
