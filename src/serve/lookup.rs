//! From a path below the prefix to an answer: [`Lookup`], live over the finders in debug or an index
//! of the manifest in release, and [`Present`], behind which it can be replaced while requests are
//! served.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Response};
use tokio::task::JoinHandle;

use super::body::Own;
use super::index::Index;
use super::live::Live;
use super::presentation::Presentation;
use crate::finders::Finders;
use crate::manifest::Manifest;
use crate::name::StaticName;
use crate::storage::Storage;
use crate::trouble::OnTrouble;

/// How files of the manifest are kept by clients and in memory.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// How long clients keep a file under its plain name, in seconds.
    pub(crate) plain_max_age: u64,
    /// The same under a hashed name.
    pub(crate) immutable_max_age: u64,
    /// How many bytes of small files may be kept in memory.
    pub(crate) memory: u64,
    /// Whether links may lead out of the root.
    pub(crate) follows_links: bool,
    /// The files that are answered at exact paths too, by their logical names.
    pub(crate) root_files: Vec<StaticName>,
    /// What else is said of files.
    pub(crate) presentation: Presentation,
}

impl Default for Policy {
    /// A minute or a year, and 64 MiB.
    fn default() -> Self {
        Self {
            plain_max_age: 60,
            immutable_max_age: 31_536_000,
            memory: 64 * 1024 * 1024,
            follows_links: false,
            root_files: Vec::new(),
            presentation: Presentation::default(),
        }
    }
}

/// How files are served that are looked for at every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LivePolicy {
    /// Debug: clients ask every time.
    NoCache,
    /// Release without a manifest: clients keep a file for so many seconds.
    Plain {
        /// In seconds.
        max_age: u64,
    },
}

/// Where requests below the prefix are looked up. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    kind: Kind,
    trouble: OnTrouble,
}

#[derive(Debug, Clone)]
enum Kind {
    Live(Arc<Live>),
    Index(Arc<Index>),
}

/// An answer, or the blocking thread that is making it.
#[derive(Debug)]
pub(super) enum Answer {
    Ready(Response<Own>),
    Blocking(JoinHandle<Response<Own>>),
}

impl Lookup {
    /// Asks the finders at every request, so that a file that was just saved is served.
    pub(crate) fn live(finders: Finders, mode: LivePolicy, policy: &Policy) -> Self {
        Self { kind: Kind::Live(Arc::new(Live::new(finders, mode, policy))), trouble: OnTrouble::default() }
    }

    /// Serves the files of the manifest and no others, from `storage`.
    pub(crate) fn index(manifest: &Manifest, storage: Arc<dyn Storage>, policy: &Policy) -> Self {
        Self { kind: Kind::Index(Arc::new(Index::new(manifest, storage, policy))), trouble: OnTrouble::default() }
    }

    /// Whom to tell of files that should be served and cannot.
    pub(crate) fn on_trouble(self, trouble: OnTrouble) -> Self {
        Self { trouble, ..self }
    }

    /// Answers a request for the decoded path `name`. Opening files happens on a blocking thread of
    /// the Tokio runtime.
    pub(super) fn answer(&self, name: &str, method: &Method, headers: &HeaderMap) -> Answer {
        match &self.kind {
            Kind::Live(live) => live.answer(name, method, headers, &self.trouble),
            Kind::Index(index) => index.answer(name, method, headers, &self.trouble),
        }
    }

    /// The same for an exact path that stands for the file of this logical name.
    pub(super) fn answer_root_file(&self, name: &StaticName, method: &Method, headers: &HeaderMap) -> Answer {
        match &self.kind {
            Kind::Live(live) => live.answer(name.as_str(), method, headers, &self.trouble),
            Kind::Index(index) => index.answer_root_file(name, method, headers, &self.trouble),
        }
    }
}

/// Where the present look-up is, which may be replaced while requests are served: a request keeps
/// the one it began with.
pub(crate) trait Present: fmt::Debug + Send + Sync + 'static {
    /// Calls `look` once, with the present look-up.
    fn with(&self, look: &mut dyn FnMut(&Lookup));
}

/// A look-up that stays.
impl Present for Lookup {
    fn with(&self, look: &mut dyn FnMut(&Lookup)) {
        look(self);
    }
}

/// `Cache-Control` for what may change under its name.
pub(super) fn kept_for(max_age: u64) -> HeaderValue {
    HeaderValue::try_from(format!("public, max-age={max_age}")).unwrap_or(HeaderValue::from_static("no-cache"))
}

/// `Cache-Control` for what never changes under its name.
pub(super) fn immutable_for(max_age: u64) -> HeaderValue {
    HeaderValue::try_from(format!("public, max-age={max_age}, immutable"))
        .unwrap_or(HeaderValue::from_static("no-cache"))
}
