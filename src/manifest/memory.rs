//! The manifest in the memory of the process.

use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use super::{Manifest, ManifestStore, integrity};
use crate::error::Result;

/// A [`ManifestStore`] in memory, gone with the process: for tests, and for programs that collect
/// when they start. Cheap to clone; all clones are one.
///
/// ```
/// use staticfiles::manifest::MemoryManifestStore;
/// use staticfiles::storage::MemoryStorage;
/// use staticfiles::{Settings, StaticFiles};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sources = tempfile::tempdir()?;
/// # std::fs::write(sources.path().join("app.css"), "a{}")?;
/// let settings = Settings::new().debug(false).dir(sources.path());
/// let builder = StaticFiles::builder(settings).storage(MemoryStorage::new());
/// let static_files = builder.manifests(MemoryManifestStore::new()).build()?;
/// # #[cfg(feature = "collect")] {
/// static_files.collect(&Default::default(), &|_event| {})?;
/// static_files.reload()?;
/// assert_eq!(static_files.url("app.css")?, "/static/app.307cc22fa776.css");
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryManifestStore(Arc<RwLock<Option<Saved>>>);

#[derive(Debug)]
struct Saved {
    manifest: Manifest,
    revision: String,
}

impl MemoryManifestStore {
    /// A store that holds no manifest yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `get` takes of the saved manifest. It is replaced whole, so a panic elsewhere does not
    /// spoil it.
    fn saved<T>(&self, get: impl FnOnce(&Saved) -> T) -> Option<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(get)
    }
}

impl ManifestStore for MemoryManifestStore {
    fn load(&self) -> Result<Option<Manifest>> {
        Ok(self.saved(|saved| saved.manifest.clone()))
    }

    fn save(&self, manifest: &Manifest) -> Result<()> {
        let revision = integrity(&Sha256::digest(manifest.to_json()));
        let saved = Saved { manifest: manifest.clone(), revision };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(saved);
        Ok(())
    }

    fn revision(&self) -> Result<Option<String>> {
        Ok(self.saved(|saved| saved.revision.clone()))
    }

    fn load_with_revision(&self) -> Result<Option<(Manifest, String)>> {
        Ok(self.saved(|saved| (saved.manifest.clone(), saved.revision.clone())))
    }

    fn location(&self) -> String {
        "in memory".to_owned()
    }
}
