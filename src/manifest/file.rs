//! The manifest as a file of a storage: `staticfiles.json` in the static root, or elsewhere.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Manifest, ManifestStore, integrity};
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::{Content, Storage};

/// A [`ManifestStore`] that keeps the manifest as a file of a [`Storage`].
#[derive(Debug, Clone)]
pub struct FileManifestStore {
    storage: Arc<dyn Storage>,
    name: StaticName,
    among_published: bool,
}

impl FileManifestStore {
    /// The manifest `name` beside the published files in `storage`.
    pub fn new(storage: Arc<dyn Storage>, name: StaticName) -> Self {
        Self { storage, name, among_published: true }
    }

    /// The manifest `name` in a storage of its own.
    pub fn elsewhere(storage: Arc<dyn Storage>, name: StaticName) -> Self {
        Self { storage, name, among_published: false }
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
        let Some(bytes) = self.read()? else { return Ok(None) };
        match Manifest::from_json(&bytes) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(problem) => Err(Error::Manifest { location: self.location(), problem }),
        }
    }

    fn save(&self, manifest: &Manifest) -> Result<()> {
        let content = Content::Bytes(manifest.to_json().into());
        let saved = self.storage.write(&self.name, &content).and_then(|()| self.storage.sync());
        saved.map_err(|error| Error::stored("write", &self.name, &self.storage.location(), error))
    }

    fn revision(&self) -> Result<Option<String>> {
        Ok(self.read()?.map(|bytes| integrity(&Sha256::digest(bytes))))
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
