//! An app: a part of a program, often a crate, that keeps static files beside its code. It says
//! where they are; which apps a program has, and in which order, is for its settings.

#[cfg(feature = "embed")]
pub mod embed;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

/// A part of a program that keeps static files beside its code, in `path`/`static`.
///
/// A crate tells its users about its own with [`app!`](crate::app!), and they put it among the apps
/// of their [`Settings`](crate::Settings::apps).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct App {
    /// Its name, for messages.
    pub name: String,
    /// The directory of its code.
    pub path: PathBuf,
    /// Its files as they were when the program was compiled, if it carries them.
    #[serde(skip)]
    pub embedded: Option<EmbeddedFiles>,
}

impl App {
    /// The app whose static files are in `path`/`static`.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), path: path.into(), embedded: None }
    }

    /// Lets the app carry its files. In debug its folder still comes first where there is one, so
    /// that edits show at once.
    pub fn embedded(mut self, files: EmbeddedFiles) -> Self {
        self.embedded = Some(files);
        self
    }

    /// The folder of its static files.
    pub fn static_folder(&self) -> PathBuf {
        self.path.join("static")
    }
}

/// Files compiled into the program, and where they are from. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct EmbeddedFiles {
    origin: Arc<str>,
    files: Arc<[EmbeddedFile]>,
}

/// The name of a file, and its bytes.
pub type EmbeddedFile = (&'static str, &'static [u8]);

impl EmbeddedFiles {
    /// These files; `origin` is what messages call the place they are from, such as `blog 0.3.1`.
    pub fn new(origin: impl Into<Arc<str>>, files: impl IntoIterator<Item = EmbeddedFile>) -> Self {
        Self { origin: origin.into(), files: files.into_iter().collect() }
    }

    /// Where they are from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The files as they were given.
    pub fn iter(&self) -> impl Iterator<Item = EmbeddedFile> + '_ {
        self.files.iter().copied()
    }
}

/// Without the bytes, which nobody wants to see.
impl fmt::Debug for EmbeddedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmbeddedFiles({}: {} files)", self.origin, self.files.len())
    }
}

/// The [`App`] of the crate that says `app!()`: its files are in the folder `static` beside its
/// `Cargo.toml`. Another name than the crate's may be given, `app!("shop")`.
///
/// The crate offers it, and the program puts it where it belongs among its apps:
///
/// ```
/// mod blog {
///     /// The static files of this crate.
///     pub fn staticfiles() -> staticfiles::App {
///         staticfiles::app!()
///     }
/// }
///
/// let settings = staticfiles::Settings::new().apps([blog::staticfiles()]);
/// assert_eq!(settings.apps[0].name, env!("CARGO_PKG_NAME"));
/// assert_eq!(settings.apps[0].path.to_str(), Some(env!("CARGO_MANIFEST_DIR")));
/// ```
///
/// The files stay where cargo has the crate's source, also that of a crate from a registry, and are
/// collected from there. A crate whose files must be found where its source is not, for a program
/// that serves without a static root or collects on another machine, takes `embedded_app!()`
/// (feature `embed`).
#[macro_export]
macro_rules! app {
    () => {
        $crate::app!(::core::env!("CARGO_PKG_NAME"))
    };
    ($name:expr) => {
        $crate::App::new($name, ::core::env!("CARGO_MANIFEST_DIR"))
    };
}
