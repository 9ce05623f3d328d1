//! Puts a [`StaticFiles`] together: settings, and parts of one's own.

use std::sync::{Arc, Mutex};

#[cfg(feature = "collect")]
use super::collecting;
use super::published::{Current, Published};
#[cfg(feature = "serve")]
use super::serving;
use super::{Inner, StaticFiles, examine, packages, sources, stores};
use crate::error::Result;
use crate::finders::{Finder, Finders};
use crate::manifest::ManifestStore;
use crate::resolver::{Resolver, StaticUrl};
use crate::settings::{Backend, Settings};
use crate::storage::Storage;
use crate::trouble::OnTrouble;

/// Puts a [`StaticFiles`] together from settings and parts of one's own.
#[derive(Debug)]
pub struct StaticFilesBuilder {
    pub(super) settings: Settings,
    pub(super) finders: Vec<Arc<dyn Finder>>,
    pub(super) storage: Option<Arc<dyn Storage>>,
    pub(super) manifests: Option<Arc<dyn ManifestStore>>,
    #[cfg(feature = "collect")]
    pub(super) scanners: Vec<Arc<dyn crate::references::Scanner>>,
    #[cfg(feature = "collect")]
    pub(super) name_hash: Option<crate::collect::CustomHash>,
    pub(super) trouble: OnTrouble,
}

impl StaticFilesBuilder {
    /// Says whether files are served from the finders under their plain names, over what the
    /// settings say.
    pub fn debug(mut self, debug: bool) -> Self {
        self.settings.debug = Some(debug);
        self
    }

    /// Asks this finder too, after those of the settings.
    pub fn finder(mut self, finder: impl Finder) -> Self {
        self.finders.push(Arc::new(finder));
        self
    }

    /// Publishes into this storage instead of the static root.
    pub fn storage(mut self, storage: impl Storage) -> Self {
        self.storage = Some(Arc::new(storage));
        self
    }

    /// Keeps the manifest there instead of in the storage.
    pub fn manifests(mut self, manifests: impl ManifestStore) -> Self {
        self.manifests = Some(Arc::new(manifests));
        self
    }

    /// Rewrites the references of another kind of text too.
    #[cfg(feature = "collect")]
    pub fn scanner(mut self, scanner: impl crate::references::Scanner) -> Self {
        self.scanners.push(Arc::new(scanner));
        self
    }

    /// Names files by this hash instead of the one of the settings: Django's `file_hash` (behaviour
    /// 128).
    ///
    /// ```
    /// # use staticfiles::{Settings, StaticFiles};
    /// # fn main() -> staticfiles::Result<()> {
    /// let static_files = StaticFiles::builder(Settings::new().static_root("out"))
    ///     .name_hash(|_name, content| {
    ///         let mut bytes = Vec::new();
    ///         content.read_to_end(&mut bytes)?;
    ///         Ok(Some(format!("{:08x}", bytes.iter().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte)))))
    ///     })
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "collect")]
    pub fn name_hash(
        mut self,
        hash: impl Fn(&crate::name::StaticName, &mut dyn std::io::Read) -> std::io::Result<Option<String>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.name_hash = Some(crate::collect::CustomHash::new(hash));
        self
    }

    /// Tells of files that should be served and cannot, and of manifests that should be taken over
    /// and cannot, a line at a time.
    pub fn on_trouble(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.trouble = OnTrouble::new(tell);
        self
    }

    /// Puts everything together and, in release, loads the manifest of the last collection if there
    /// is one.
    ///
    /// # Errors
    ///
    /// When a setting is wrong, or the manifest cannot be used.
    pub fn build(self) -> Result<StaticFiles> {
        let static_files = self.build_for_collecting()?;
        if !static_files.is_debug() {
            static_files.0.load()?;
        }
        Ok(static_files)
    }

    /// Puts everything together without a look at the manifest: a broken one must not keep
    /// collecting from replacing it (B19).
    ///
    /// # Errors
    ///
    /// When a setting is wrong.
    pub fn build_for_collecting(self) -> Result<StaticFiles> {
        let settings = self.settings;
        let static_url = StaticUrl::new(&settings.static_url)?;
        let media_url = StaticUrl::media(&settings.media_url)?;
        let debug = settings.debug.unwrap_or(cfg!(debug_assertions));
        let packages = packages::Packages::new(&settings);
        examine::refuse_media(&settings, &static_url, debug, &packages)?;
        let finders = Finders::new(sources::finders(&settings, &packages, debug)?.into_iter().chain(self.finders));
        let storage = match (self.storage, &settings.static_root) {
            (Some(storage), _) => Some(storage),
            (None, Some(root)) => Some(stores::file_system(&settings, root)),
            (None, None) => None,
        };
        let manifests = match (self.manifests, &storage, settings.storage.backend) {
            (Some(manifests), ..) => Some(manifests),
            (None, Some(storage), Backend::Manifest) => Some(stores::manifest_store(&settings, storage)?),
            (None, ..) => None,
        };
        #[cfg(feature = "collect")]
        let scanners = self.scanners.into_iter().chain(collecting::scanners(&settings.rewrite)).collect();
        let resolver = match (debug, &manifests) {
            (false, Some(_)) => {
                Resolver::listed(static_url.clone(), Default::default(), settings.storage.manifest_strict)
            }
            (_, None) if settings.storage.backend == Backend::FileSystem => Resolver::verbatim(static_url.clone()),
            _ => Resolver::plain(static_url.clone()),
        };
        #[cfg(feature = "serve")]
        let serving = serving::Serving::new(&settings, &static_url)?;
        #[cfg(feature = "serve")]
        let lookup = serving
            .first(&settings, debug, &finders, storage.as_ref(), manifests.is_some())
            .on_trouble(self.trouble.clone());
        let current = Current::new(Published {
            resolver,
            #[cfg(feature = "serve")]
            lookup,
        });
        Ok(StaticFiles(Arc::new(Inner {
            debug,
            static_url,
            media_url: media_url.to_string(),
            packages,
            finders,
            storage,
            manifests,
            #[cfg(feature = "collect")]
            scanners,
            #[cfg(feature = "collect")]
            name_hash: self
                .name_hash
                .map_or_else(|| collecting::name_hash(settings.storage.hash), crate::collect::NameHash::Custom),
            current: Arc::new(current),
            #[cfg(feature = "serve")]
            serving,
            #[cfg(feature = "serve")]
            tally: Arc::default(),
            taken: Mutex::default(),
            doubted: Mutex::default(),
            trouble: self.trouble,
            settings,
        })))
    }
}

impl From<Settings> for StaticFilesBuilder {
    fn from(settings: Settings) -> Self {
        StaticFiles::builder(settings)
    }
}
