//! The facade: [`StaticFiles`] wires the parts together and is the one place that reads
//! [`Settings`]; every part is handed plain values.

mod builder;
#[cfg(feature = "collect")]
mod collecting;
mod doubt;
mod examine;
#[cfg(feature = "notify")]
mod notice;
mod packages;
mod published;
#[cfg(feature = "serve")]
mod serving;
mod sources;
mod stores;
mod watch;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

pub use self::builder::StaticFilesBuilder;
use self::published::{Current, Published};
pub use self::watch::ManifestWatch;
use crate::error::{Check, Error, Result};
use crate::finders::{Finders, FoundFile};
use crate::manifest::{Manifest, ManifestStore};
use crate::name::StaticName;
use crate::resolver::{Resolver, StaticUrl};
use crate::settings::Settings;
use crate::storage::Storage;
use crate::trouble::OnTrouble;

/// The static files of a program: found, collected, served and named in templates. Cheap to clone;
/// all clones are one.
///
/// In debug everything comes from the finders under plain names. In release it comes from the last
/// collection, by its manifest.
#[derive(Debug, Clone)]
pub struct StaticFiles(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    debug: bool,
    static_url: StaticUrl,
    media_url: String,
    /// What dependencies declare, where the settings ask for it.
    packages: packages::Packages,
    finders: Finders,
    /// `None` without a static root: then only debug works.
    storage: Option<Arc<dyn Storage>>,
    /// `None` where names are plain.
    manifests: Option<Arc<dyn ManifestStore>>,
    #[cfg(feature = "collect")]
    scanners: Vec<Arc<dyn crate::references::Scanner>>,
    #[cfg(feature = "collect")]
    name_hash: crate::collect::NameHash,
    current: Arc<Current>,
    #[cfg(feature = "serve")]
    serving: serving::Serving,
    #[cfg(feature = "serve")]
    tally: Arc<crate::serve::Tally>,
    taken: Mutex<watch::Taken>,
    /// Names of which was told that they have no file.
    doubted: Mutex<HashSet<String>>,
    trouble: OnTrouble,
}

impl StaticFiles {
    /// The static files of these settings. In release, loads the manifest of the last collection if
    /// there is one.
    ///
    /// # Errors
    ///
    /// When a setting is wrong, or the manifest cannot be used.
    pub fn new(settings: Settings) -> Result<Self> {
        Self::builder(settings).build()
    }

    /// Begins a set of static files with parts of one's own.
    pub fn builder(settings: Settings) -> StaticFilesBuilder {
        StaticFilesBuilder {
            settings,
            finders: Vec::new(),
            storage: None,
            manifests: None,
            #[cfg(feature = "collect")]
            scanners: Vec::new(),
            #[cfg(feature = "collect")]
            name_hash: None,
            trouble: OnTrouble::default(),
        }
    }

    /// Whether files are served from the finders under their plain names.
    pub fn is_debug(&self) -> bool {
        self.0.debug
    }

    /// The URL prefix of all static files.
    pub fn static_url(&self) -> &StaticUrl {
        &self.0.static_url
    }

    /// The URL prefix of uploads, as it stands in a page: from slash to slash or a full URL,
    /// percent-encoded. `/` where none is set.
    pub fn media_url(&self) -> &str {
        &self.0.media_url
    }

    /// Where files are collected to, as a person would name it.
    pub fn location(&self) -> Option<String> {
        self.0.storage.as_ref().map(|storage| storage.location())
    }

    /// The directory that files are collected to, if it is one of this machine.
    #[cfg(feature = "cli")]
    pub(crate) fn local_root(&self) -> Option<std::path::PathBuf> {
        crate::storage::local_root(&**self.0.storage.as_ref()?)
    }

    /// The URL of a file for a template: hashed in release, plain in debug, percent-encoded, query
    /// and fragment kept.
    ///
    /// In debug every name has a URL; of one that no finder has, and that would be an error in
    /// release, is told once through [`on_trouble`](StaticFilesBuilder::on_trouble) (B13).
    ///
    /// # Errors
    ///
    /// In release, with `storage.manifest_strict`, for a name that was not collected; the error
    /// names the nearest that were.
    pub fn url(&self, name: &str) -> Result<String> {
        self.0.doubt(name);
        let published = self.0.current.load();
        let resolver = &published.resolver;
        resolver.url(name).map_err(|error| match &self.0.manifests {
            Some(manifests) if resolver.lists_nothing() => {
                let problem = format!("there is none yet that lists `{name}`");
                Error::Manifest { location: manifests.location(), problem }
            }
            _ => error,
        })
    }

    /// The source file of this name: the first that a finder has.
    ///
    /// # Errors
    ///
    /// When the name cannot be one, or a finder cannot look at its place.
    pub fn find(&self, name: &str) -> Result<Option<FoundFile>> {
        self.0.finders.find(&StaticName::new(name)?)
    }

    /// Every source file of this name: the one that wins first, then those that lose to it.
    ///
    /// ```
    /// # use staticfiles::{Settings, StaticFiles};
    /// # fn main() -> staticfiles::Result<()> {
    /// let settings = Settings::new().dir("src").dir("src/finders").debug(true);
    /// let static_files = StaticFiles::new(settings)?;
    /// let found = static_files.find_all("mod.rs")?;
    /// assert_eq!(found.len(), 1); // src/finders/mod.rs
    /// assert_eq!(static_files.locations(), ["src", "src/finders"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the name cannot be one, or a finder cannot look at its place.
    pub fn find_all(&self, name: &str) -> Result<Vec<FoundFile>> {
        self.0.finders.find_all(&StaticName::new(name)?)
    }

    /// The places where source files are looked for, in order, no place twice.
    pub fn locations(&self) -> Vec<String> {
        self.0.finders.locations()
    }

    /// The finders, those of the settings first.
    pub fn finders(&self) -> &Finders {
        &self.0.finders
    }

    /// What is wrong with the settings, in Django's codes and words.
    pub fn check(&self) -> Vec<Check> {
        examine::check(&self.0.settings, &self.0.static_url, self.0.debug, &self.0.packages)
    }

    /// The findings of [`check`](Self::check) that are only warnings.
    ///
    /// # Errors
    ///
    /// When some are errors.
    pub fn checked(&self) -> Result<Vec<Check>> {
        Error::none_among(self.check())
    }

    /// Collects all files into the static root: copies, hashed names, rewritten references, and at
    /// the end the manifest. `on_event` is told what happens, from several threads.
    ///
    /// Nothing of this value changes by it; [`reload`](Self::reload) takes the new manifest over.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the settings, the files or their references. Then nothing was
    /// published, and what was published before is whole.
    #[cfg(feature = "collect")]
    pub fn collect(
        &self,
        options: &crate::collect::CollectOptions,
        on_event: &(dyn Fn(crate::collect::Event<'_>) + Sync),
    ) -> Result<crate::collect::Report> {
        use crate::collect::{Collection, Naming};
        let inner = &*self.0;
        self.checked()?;
        let settings = &inner.settings;
        let defaults = settings.ignore_patterns.iter().filter(|_| !options.no_default_ignore);
        let naming = inner.manifests.as_deref().filter(|_| !options.no_post_process).map(|manifests| Naming {
            manifests,
            hash: inner.name_hash.clone(),
            keep_originals: settings.storage.keep_originals,
            scanners: &inner.scanners,
            static_url: &inner.static_url,
            missing: collecting::missing(&settings.rewrite),
            style: collecting::style(settings.rewrite.style),
            prehashed: crate::finders::Ignore::new(&settings.storage.prehashed),
            compression: collecting::compression(&settings.compress),
        });
        let collection = Collection {
            finders: &inner.finders,
            ignore: crate::finders::Ignore::new(defaults.chain(&options.ignore)),
            storage: &**inner.storage()?,
            naming,
            manifest_name: inner.manifests.as_ref().and_then(|manifests| manifests.reserved_name()),
        };
        collection.collect(options, on_event)
    }

    /// The Tower layer that answers requests under the static URL, and for the root files of the
    /// settings, and passes on all others.
    ///
    /// ```
    /// # use staticfiles::{Settings, StaticFiles};
    /// # fn main() -> staticfiles::Result<()> {
    /// let static_files = StaticFiles::new(Settings::new().dir("frontend").debug(true))?;
    /// let app: axum::Router = axum::Router::new().layer(static_files.layer());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "serve")]
    pub fn layer(&self) -> crate::serve::StaticFilesLayer {
        crate::serve::StaticFilesLayer::new(self.0.serving.paths.clone(), self.0.current.clone(), self.0.tally.clone())
    }

    /// How the requests of all layers were answered so far: a metrics exporter reads it when it is
    /// asked.
    ///
    /// ```
    /// # use staticfiles::{Settings, StaticFiles};
    /// # fn main() -> staticfiles::Result<()> {
    /// let static_files = StaticFiles::new(Settings::new().dir("frontend").debug(true))?;
    /// let counters = static_files.counters();
    /// println!("static_files_requests_total {}", counters.requests);
    /// # assert_eq!(counters, Default::default());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "serve")]
    pub fn counters(&self) -> crate::serve::Counters {
        self.0.tally.read()
    }

    /// The path below which requests are answered, percent-encoded.
    #[cfg(feature = "cli")]
    pub(crate) fn served_path(&self) -> &str {
        &self.0.serving.prefix
    }

    /// How often a server should look for a new manifest; `None` for never.
    #[cfg(feature = "cli")]
    pub(crate) fn reload_interval(&self) -> Option<std::time::Duration> {
        let seconds = Some(self.0.settings.serve.reload_every).filter(|seconds| *seconds > 0);
        seconds.map(std::time::Duration::from_secs)
    }
}

#[cfg(feature = "axum")]
impl StaticFiles {
    /// The finders as a look-up, whatever the mode.
    pub(crate) fn live_lookup(&self) -> crate::serve::Lookup {
        let policy = crate::serve::LivePolicy::NoCache;
        self.0.serving.live(self.0.finders.clone(), policy).on_trouble(self.0.trouble.clone())
    }

    /// The layer for routes below the static URL, whatever other paths are served.
    pub(crate) fn layer_of_routes(&self) -> crate::serve::StaticFilesLayer {
        let paths = crate::serve::Paths::below(self.0.static_url.path());
        crate::serve::StaticFilesLayer::new(paths, self.0.current.clone(), self.0.tally.clone())
    }
}

impl Inner {
    fn storage(&self) -> Result<&Arc<dyn Storage>> {
        self.storage.as_ref().ok_or_else(|| {
            Error::Settings(
                "You're using the staticfiles app without having set the STATIC_ROOT setting to a filesystem path; \
                 set static_root in staticfiles.toml or with STATICFILES_STATIC_ROOT"
                    .to_owned(),
            )
        })
    }

    /// Goes over to this manifest.
    fn take(&self, mut manifest: Manifest) -> Result<()> {
        let storage = self.storage()?;
        if manifest.files.is_empty() {
            manifest.complete(&**storage)?;
        }
        let strict = self.settings.storage.manifest_strict;
        #[cfg(feature = "serve")]
        let lookup = self.serving.index(&manifest, storage, &self.trouble);
        self.current.store(Published {
            resolver: Resolver::listed(self.static_url.clone(), manifest.paths, strict),
            #[cfg(feature = "serve")]
            lookup,
        });
        Ok(())
    }
}
