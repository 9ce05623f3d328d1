//! The manifest as a file of a storage: `staticfiles.json` in the static root, or elsewhere.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Manifest, ManifestStore, integrity};
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::{Content, Fingerprint, Storage};

/// A [`ManifestStore`] that keeps the manifest as a file of a [`Storage`].
#[derive(Debug, Clone)]
pub struct FileManifestStore {
    storage: Arc<dyn Storage>,
    name: StaticName,
    among_published: bool,
    /// The digest of the file as it was last read, while it is not written to.
    digest: Arc<Mutex<Option<(Fingerprint, String)>>>,
}

impl FileManifestStore {
    /// The manifest `name` beside the published files in `storage`.
    pub fn new(storage: Arc<dyn Storage>, name: StaticName) -> Self {
        Self { storage, name, among_published: true, digest: Arc::default() }
    }

    /// The manifest `name` in a storage of its own.
    pub fn elsewhere(storage: Arc<dyn Storage>, name: StaticName) -> Self {
        Self { storage, name, among_published: false, digest: Arc::default() }
    }
}

impl FileManifestStore {
    fn read(&self) -> Result<Option<Bytes>> {
        match self.storage.open(&self.name).and_then(|content| content.read()) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::stored("read", &self.name, &self.storage.location(), error)),
        }
    }
}

impl ManifestStore for FileManifestStore {
    fn load(&self) -> Result<Option<Manifest>> {
        Ok(self.load_with_revision()?.map(|(manifest, _)| manifest))
    }

    fn load_with_revision(&self) -> Result<Option<(Manifest, String)>> {
        let Some(bytes) = self.read()? else { return Ok(None) };
        match Manifest::from_json(&bytes) {
            Ok(manifest) => Ok(Some((manifest, integrity(&Sha256::digest(&bytes))))),
            Err(problem) => Err(Error::Manifest { location: self.location(), problem }),
        }
    }

    fn save(&self, manifest: &Manifest) -> Result<()> {
        let content = Content::Bytes(manifest.to_json().into());
        let saved = self.storage.write(&self.name, &content).and_then(|()| self.storage.sync());
        saved.map_err(|error| Error::stored("write", &self.name, &self.storage.location(), error))
    }

    fn revision(&self) -> Result<Option<String>> {
        // Before it is read: what is written meanwhile has another fingerprint.
        let asked = SystemTime::now();
        let metadata = self.storage.metadata(&self.name).ok();
        let fingerprint = metadata.and_then(|metadata| metadata.fingerprint);
        let mut known = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(fingerprint), Some((of, digest))) = (fingerprint, &*known)
            && fingerprint == *of
        {
            return Ok(Some(digest.clone()));
        }
        let digest = self.read()?.map(|bytes| integrity(&Sha256::digest(bytes)));
        let settled = fingerprint.filter(|fingerprint| fingerprint.is_settled(asked));
        *known = settled.zip(digest.clone());
        Ok(digest)
    }

    fn local_path(&self) -> Option<PathBuf> {
        self.storage.local_path(&self.name)
    }

    fn location(&self) -> String {
        self.storage
            .local_path(&self.name)
            .map_or_else(|| format!("{} in {}", self.name, self.storage.location()), |path| path.display().to_string())
    }

    fn reserved_name(&self) -> Option<StaticName> {
        self.among_published.then(|| self.name.clone())
    }
}
