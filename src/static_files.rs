//! The facade: [`StaticFiles`] wires the parts together and is the one place that reads
//! [`Settings`]; every part is handed plain values.

mod doubt;
mod examine;
#[cfg(feature = "notify")]
mod notice;
mod packages;
mod published;
#[cfg(feature = "serve")]
mod serving;
mod sources;
mod watch;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use self::published::{Current, Published};
pub use self::watch::ManifestWatch;
use crate::error::{Check, Error, Result, Severity};
use crate::finders::{Finder, Finders, FoundFile};
use crate::manifest::{FileManifestStore, Manifest, ManifestStore};
use crate::name::StaticName;
use crate::resolver::{Resolver, StaticUrl};
use crate::settings::{Backend, ManifestLocation, Settings, scheme};
use crate::storage::{FileSystemStorage, Storage};
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

/// Puts a [`StaticFiles`] together from settings and parts of one's own.
#[derive(Debug)]
pub struct StaticFilesBuilder {
    settings: Settings,
    finders: Vec<Arc<dyn Finder>>,
    storage: Option<Arc<dyn Storage>>,
    manifests: Option<Arc<dyn ManifestStore>>,
    #[cfg(feature = "collect")]
    scanners: Vec<Arc<dyn crate::references::Scanner>>,
    #[cfg(feature = "collect")]
    name_hash: Option<crate::collect::CustomHash>,
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
        let any = StaticName::new("x").ok()?;
        Some(self.0.storage.as_ref()?.local_path(&any)?.parent()?.to_path_buf())
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
        let (errors, warnings): (Vec<_>, Vec<_>) =
            self.check().into_iter().partition(|check| check.severity == Severity::Error);
        if errors.is_empty() { Ok(warnings) } else { Err(Error::Checks { checks: errors }) }
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
            missing: missing(&settings.rewrite),
            style: style(settings.rewrite.style),
            prehashed: crate::finders::Ignore::new(&settings.storage.prehashed),
            compression: compression(&settings.compress),
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
        hash: impl Fn(&StaticName, &mut dyn std::io::Read) -> std::io::Result<Option<String>> + Send + Sync + 'static,
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
            (None, Some(root)) => Some(file_system(&settings, root)),
            (None, None) => None,
        };
        let manifests = match (self.manifests, &storage, settings.storage.backend) {
            (Some(manifests), ..) => Some(manifests),
            (None, Some(storage), Backend::Manifest) => Some(manifest_store(&settings, storage)?),
            (None, ..) => None,
        };
        #[cfg(feature = "collect")]
        let scanners = self.scanners.into_iter().chain(scanners(&settings.rewrite)).collect();
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
                .map_or_else(|| name_hash(settings.storage.hash), crate::collect::NameHash::Custom),
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

fn file_system(settings: &Settings, root: &Path) -> Arc<dyn Storage> {
    let storage = FileSystemStorage::new(root)
        .file_mode(settings.file_permissions_mode)
        .directory_mode(settings.directory_permissions_mode);
    Arc::new(storage)
}

fn manifest_store(settings: &Settings, storage: &Arc<dyn Storage>) -> Result<Arc<dyn ManifestStore>> {
    let name = StaticName::new(&settings.storage.manifest_name)
        .map_err(|error| Error::Settings(format!("storage.manifest_name: {error}")))?;
    Ok(match &settings.storage.manifest_location {
        Some(ManifestLocation::Directory(directory)) => match below_static_root(settings, directory, &name) {
            Some(name) => Arc::new(FileManifestStore::new(storage.clone(), name)),
            None => Arc::new(FileManifestStore::elsewhere(file_system(settings, directory), name)),
        },
        Some(ManifestLocation::Url(url)) => return manifest_server(url, &name),
        None => Arc::new(FileManifestStore::new(storage.clone(), name)),
    })
}

/// The name of a manifest in a directory of the static root: among the published files it has to be
/// known as one that is none of them.
fn below_static_root(settings: &Settings, directory: &Path, name: &StaticName) -> Option<StaticName> {
    let below = directory.strip_prefix(settings.static_root.as_deref()?).ok()?;
    name.with_prefix(&below.to_str()?.replace('\\', "/")).ok()
}

/// Where a URL leads. It may hold a password, so an error says no more of it than the scheme.
fn manifest_server(url: &str, name: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    let scheme = scheme(url).unwrap_or_default().to_ascii_lowercase();
    match &*scheme {
        "redis" | "rediss" | "redis+unix" | "valkey" | "valkeys" | "valkey+unix" => in_redis(url, name),
        _ => Err(Error::Settings(format!(
            "storage.manifest_location: no manifest can be kept at {scheme}://; name a directory, or redis://HOST"
        ))),
    }
}

#[cfg(feature = "redis")]
fn in_redis(url: &str, name: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    match crate::manifest::RedisManifestStore::new(url, name) {
        Ok(manifests) => Ok(Arc::new(manifests)),
        Err(error) => Err(Error::Settings(format!("storage.manifest_location: {error}"))),
    }
}

#[cfg(not(feature = "redis"))]
fn in_redis(_: &str, _: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    let text = "storage.manifest_location: a manifest in Redis needs the feature `redis` of the crate `staticfiles`, \
                which this program was built without";
    Err(Error::Settings(text.to_owned()))
}

/// The scanners that the settings ask for.
#[cfg(feature = "collect")]
fn scanners(rewrite: &crate::settings::RewriteSettings) -> Vec<Arc<dyn crate::references::Scanner>> {
    use crate::references::{CssScanner, HtmlScanner, JsScanner, Scanner, SvgScanner, WebManifestScanner};
    let modules = rewrite.js_modules;
    let mut scanners: Vec<Arc<dyn Scanner>> = vec![Arc::new(CssScanner), Arc::new(JsScanner::new(modules))];
    if rewrite.svg {
        scanners.push(Arc::new(SvgScanner));
    }
    if rewrite.web_manifests {
        scanners.push(Arc::new(WebManifestScanner));
    }
    if rewrite.html {
        scanners.push(Arc::new(HtmlScanner::new(modules)));
    }
    scanners
}

#[cfg(feature = "collect")]
fn name_hash(hash: crate::settings::HashKind) -> crate::collect::NameHash {
    match hash {
        crate::settings::HashKind::Md5 => crate::collect::NameHash::Md5,
        crate::settings::HashKind::Sha256 => crate::collect::NameHash::Sha256,
    }
}

#[cfg(feature = "collect")]
fn compression(compress: &crate::settings::CompressSettings) -> crate::collect::Compression {
    use crate::collect::{Compression, Effort};
    let effort = match compress.effort {
        crate::settings::Effort::Fast => Effort::Fast,
        crate::settings::Effort::Balanced => Effort::Balanced,
        crate::settings::Effort::Best => Effort::Best,
    };
    Compression { codings: compress.codings.clone(), effort }
}

#[cfg(feature = "collect")]
fn style(style: crate::settings::RewriteStyle) -> crate::collect::Style {
    match style {
        crate::settings::RewriteStyle::Minimal => crate::collect::Style::Minimal,
        crate::settings::RewriteStyle::Django => crate::collect::Style::Django,
    }
}

#[cfg(feature = "collect")]
fn missing(rewrite: &crate::settings::RewriteSettings) -> crate::collect::Missing {
    use crate::collect::MissingRule;
    use crate::settings::MissingSetting;
    let rule = |setting| match setting {
        MissingSetting::Error => MissingRule::Error,
        MissingSetting::Warn => MissingRule::Warn,
        MissingSetting::Ignore => MissingRule::Ignore,
    };
    let exceptions = rewrite.exceptions.iter();
    let exceptions = exceptions.map(|one| (one.files.clone(), one.references.clone(), rule(one.missing)));
    crate::collect::Missing { default: rule(rewrite.missing), exceptions: exceptions.collect() }
}
