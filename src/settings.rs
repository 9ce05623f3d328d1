//! The settings: plain data with defaults, from a program or, when asked, from `staticfiles.toml`
//! and the environment. Only the facade reads them.

#[cfg(feature = "toml")]
mod file;
#[cfg(feature = "toml")]
mod given_serve;
mod manifest_location;
mod serve;

use std::path::PathBuf;

use serde::Deserialize;

pub use self::manifest_location::ManifestLocation;
pub(crate) use self::manifest_location::scheme;
pub use self::serve::{HeaderRule, ResourcePolicy, ServeSettings};
pub use crate::app::App;
pub use crate::coding::Coding;
pub use crate::storage::PermissionsMode;

/// Where static files come from, where they go, and how they are served.
///
/// ```
/// use staticfiles::Settings;
///
/// let settings = Settings::new()
///     .static_url("/assets/")
///     .static_root("target/assets")
///     .dir("frontend")
///     .dir_with_prefix("vendor", "node_modules/bootstrap/dist")
///     .app("shop", "src/shop");
/// assert_eq!(settings.static_url, "/assets/");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// URL prefix, or a full URL such as `https://cdn.example.com/static/`. Default `/static/`.
    pub static_url: String,
    /// Where `collectstatic` writes and production reads.
    pub static_root: Option<PathBuf>,
    /// URL prefix of uploads; must differ from the static one.
    pub media_url: String,
    /// Where uploads are; must differ from the static root.
    pub media_root: Option<PathBuf>,
    /// Whether files are served from the finders under their plain names. `None`: as this crate was
    /// built, with debug assertions or without.
    pub debug: Option<bool>,
    /// Which finders are asked, in this order.
    pub finders: Vec<FinderKind>,
    /// Directories of static files (STATICFILES_DIRS).
    pub dirs: Vec<SourceDir>,
    /// Apps whose `static` folder is searched.
    pub apps: Vec<App>,
    /// The directory of the cargo package, or a directory in it, that the finder
    /// [`CargoMetadata`](FinderKind::CargoMetadata) starts from. Default: that of the settings file,
    /// or the working directory where there is none.
    pub package: PathBuf,
    /// Patterns of files that are never collected. Default `CVS`, `.*`, `*~`.
    pub ignore_patterns: Vec<String>,
    /// Mode of collected files. Default `0o644`.
    pub file_permissions_mode: PermissionsMode,
    /// Mode of directories that collecting creates. Default: as the umask says.
    pub directory_permissions_mode: PermissionsMode,
    /// Where and how files are published.
    pub storage: StorageSettings,
    /// How references are rewritten.
    pub rewrite: RewriteSettings,
    /// Which compressed variants are made.
    pub compress: CompressSettings,
    /// Options of the server.
    pub serve: ServeSettings,
}

/// A kind of finder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinderKind {
    /// The directories of [`Settings::dirs`].
    FileSystem,
    /// The `static` folders of [`Settings::apps`].
    AppDirectories,
    /// The files below [`Settings::media_root`].
    DefaultStorage,
    /// The folders that the package of [`Settings::package`] and its dependencies declare in their
    /// `Cargo.toml`: `[package.metadata.staticfiles]`, with `dir` (default `"static"`) and `prefix`
    /// (default none). Needs the feature `cargo-metadata` and runs `cargo metadata`, with the cargo
    /// that the variable `CARGO` names, in any case without changing `Cargo.lock`.
    ///
    /// The order is that of nearness: the package itself (in a workspace without one, its default
    /// members), then its dependencies, then theirs, each once and siblings by name. Dependencies
    /// of tests and build scripts are left out, and so are apps of the settings, which have their
    /// place.
    CargoMetadata,
}

/// A directory of static files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(expecting = "expected a table with `path` and, where wanted, `prefix`")]
#[non_exhaustive]
pub struct SourceDir {
    /// The directory.
    pub path: PathBuf,
    /// What is put before the names of its files, without a final slash; may be empty.
    #[serde(default)]
    pub prefix: String,
}

/// Where and how files are published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageSettings {
    /// Hashed names with a manifest, or plain names.
    pub backend: Backend,
    /// The manifest's file name, and in Redis a part of its key. Default `staticfiles.json`.
    pub manifest_name: String,
    /// Another place for the manifest than the static root: a directory, or `redis://…`.
    pub manifest_location: Option<ManifestLocation>,
    /// Whether asking for the URL of an unknown name is an error. Default true.
    pub manifest_strict: bool,
    /// Whether the files are published under their plain names too. Default true.
    pub keep_originals: bool,
    /// The hash in names.
    pub hash: HashKind,
    /// Globs of names that carry a hash of their content already, such as a bundler's: published as
    /// they are, not rewritten, and kept by clients for ever. In the language of the ignore patterns.
    pub prehashed: Vec<String>,
}

/// Where published files live and under which names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Backend {
    /// Plain names in the static root.
    FileSystem,
    /// Hashed names in the static root, and a manifest.
    #[default]
    Manifest,
}

/// The hash in names: 12 hex digits of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HashKind {
    /// MD5, as Django names files.
    #[default]
    Md5,
    /// SHA-256, where MD5 is not allowed.
    Sha256,
}

/// How references are rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RewriteSettings {
    /// Whether module specifiers in `.js` and `.mjs` are rewritten. Default true.
    pub js_modules: bool,
    /// Whether references in `.svg` are rewritten. Default false.
    pub svg: bool,
    /// Whether images in `.webmanifest` and in a web application's `manifest.json` are. Default false.
    pub web_manifests: bool,
    /// Whether references in `.html` and `.htm` are. Default false.
    pub html: bool,
    /// How a rewritten reference is written.
    pub style: RewriteStyle,
    /// What is done about a reference to a file that is not collected.
    pub missing: MissingSetting,
    /// The same for some files and references.
    pub exceptions: Vec<RewriteException>,
}

/// How a rewritten reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RewriteStyle {
    /// Only the last path segment changes.
    #[default]
    Minimal,
    /// As Django 6.1 writes it.
    Django,
}

/// What is done about a reference to a file that is not collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MissingSetting {
    /// Collecting fails.
    #[default]
    Error,
    /// It is said.
    Warn,
    /// Nothing.
    Ignore,
}

/// A rule for some references that lead nowhere. Both globs are in the language of the ignore
/// patterns; an empty list fits everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RewriteException {
    /// Globs of the referring files' names.
    #[serde(deserialize_with = "one_or_many")]
    pub files: Vec<String>,
    /// Globs of the references as they are written.
    #[serde(deserialize_with = "one_or_many")]
    pub references: Vec<String>,
    /// What is done.
    pub missing: MissingSetting,
}

/// Which compressed variants are made when collecting.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressSettings {
    /// The codings; none for no variants. Default: those of `br`, `zstd` and `gzip` that this crate was
    /// built with.
    pub codings: Vec<Coding>,
    /// How hard it is tried. Files that are published already keep the variants they have.
    pub effort: Effort,
}

/// How hard compressing is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Effort {
    /// Quick: for deploys that wait for it.
    Fast,
    /// In between.
    #[default]
    Balanced,
    /// Small.
    Best,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            static_url: "/static/".to_owned(),
            static_root: None,
            media_url: String::new(),
            media_root: None,
            debug: None,
            finders: vec![FinderKind::FileSystem, FinderKind::AppDirectories],
            dirs: Vec::new(),
            apps: Vec::new(),
            package: PathBuf::new(),
            ignore_patterns: ["CVS", ".*", "*~"].map(str::to_owned).to_vec(),
            file_permissions_mode: PermissionsMode::Mode(0o644),
            directory_permissions_mode: PermissionsMode::Umask,
            storage: StorageSettings::default(),
            rewrite: RewriteSettings::default(),
            compress: CompressSettings::default(),
            serve: ServeSettings::default(),
        }
    }
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            backend: Backend::Manifest,
            manifest_name: "staticfiles.json".to_owned(),
            manifest_location: None,
            manifest_strict: true,
            keep_originals: true,
            hash: HashKind::Md5,
            prehashed: Vec::new(),
        }
    }
}

impl Default for RewriteSettings {
    fn default() -> Self {
        Self {
            js_modules: true,
            svg: false,
            web_manifests: false,
            html: false,
            style: RewriteStyle::Minimal,
            missing: MissingSetting::Error,
            exceptions: Vec::new(),
        }
    }
}

impl Default for CompressSettings {
    fn default() -> Self {
        Self { codings: Coding::ALL.into_iter().filter(|coding| coding.is_built()).collect(), effort: Effort::Balanced }
    }
}

impl Settings {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the static URL.
    pub fn static_url(mut self, url: impl Into<String>) -> Self {
        self.static_url = url.into();
        self
    }

    /// Sets the URL prefix of uploads.
    pub fn media_url(mut self, url: impl Into<String>) -> Self {
        self.media_url = url.into();
        self
    }

    /// Sets where files are collected to and served from.
    pub fn static_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.static_root = Some(root.into());
        self
    }

    /// Sets whether files are served from the finders under their plain names.
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }

    /// Adds a directory of static files.
    pub fn dir(self, path: impl Into<PathBuf>) -> Self {
        self.dir_with_prefix("", path)
    }

    /// Adds a directory of static files whose names begin with `prefix/`.
    pub fn dir_with_prefix(mut self, prefix: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.dirs.push(SourceDir { path: path.into(), prefix: prefix.into() });
        self
    }

    /// Adds an app whose static files are in `path`/`static`.
    pub fn app(mut self, name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.apps.push(App::new(name, path));
        self
    }

    /// Sets which finders are asked, in this order.
    pub fn finders(mut self, finders: impl IntoIterator<Item = FinderKind>) -> Self {
        self.finders = finders.into_iter().collect();
        self
    }

    /// Sets the cargo package whose dependencies are asked for static files: as a rule
    /// `env!("CARGO_MANIFEST_DIR")`.
    pub fn package(mut self, directory: impl Into<PathBuf>) -> Self {
        self.package = directory.into();
        self
    }

    /// Adds apps as their crates describe them, see [`app!`](crate::app!). This is the one place
    /// that orders apps: the first that has a file of a name wins, and an app that is given again is
    /// passed over.
    pub fn apps(mut self, apps: impl IntoIterator<Item = App>) -> Self {
        self.apps.extend(apps);
        self
    }

    /// Sets where and how files are published.
    pub fn storage(mut self, change: impl FnOnce(&mut StorageSettings)) -> Self {
        change(&mut self.storage);
        self
    }

    /// Sets which compressed variants are made.
    pub fn compress(mut self, change: impl FnOnce(&mut CompressSettings)) -> Self {
        change(&mut self.compress);
        self
    }

    /// Sets how references are rewritten.
    pub fn rewrite(mut self, change: impl FnOnce(&mut RewriteSettings)) -> Self {
        change(&mut self.rewrite);
        self
    }

    /// Sets how files are served.
    pub fn serve(mut self, change: impl FnOnce(&mut ServeSettings)) -> Self {
        change(&mut self.serve);
        self
    }
}

/// A string or a list of strings.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}
