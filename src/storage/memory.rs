//! Files in memory: for tests, and for programs that collect at start and keep what they serve.

use std::collections::BTreeMap;
use std::io;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;

use super::{Content, Metadata, Storage};
use crate::name::StaticName;

/// A [`Storage`] in memory, gone with the process.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    files: RwLock<BTreeMap<StaticName, Bytes>>,
}

impl MemoryStorage {
    /// An empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    // The map is whole after every operation, so a panic elsewhere does not spoil it.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<StaticName, Bytes>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, BTreeMap<StaticName, Bytes>> {
        self.files.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, name: &StaticName) -> io::Result<Bytes> {
        self.read().get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Storage for MemoryStorage {
    fn open(&self, name: &StaticName) -> io::Result<Content> {
        self.get(name).map(Content::Bytes)
    }

    fn metadata(&self, name: &StaticName) -> io::Result<Metadata> {
        Ok(Metadata::new(self.get(name)?.len() as u64))
    }

    fn write(&self, name: &StaticName, content: &Content) -> io::Result<()> {
        let bytes = content.read()?;
        self.change().insert(name.clone(), bytes);
        Ok(())
    }

    fn delete(&self, name: &StaticName) -> io::Result<()> {
        self.change().remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self) -> Box<dyn Iterator<Item = io::Result<(StaticName, Metadata)>> + '_> {
        let files: Vec<_> =
            self.read().iter().map(|(name, bytes)| Ok((name.clone(), Metadata::new(bytes.len() as u64)))).collect();
        Box::new(files.into_iter())
    }

    fn location(&self) -> String {
        "memory".to_owned()
    }
}
