//! `[serve]`: what the server says of files, and how it is run.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::one_or_many;

/// Options of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServeSettings {
    /// The path below which static files are served, where it is not that of the static URL: behind
    /// a CDN or a proxy that asks for other paths than clients do. `/` is every path.
    pub path: Option<String>,
    /// How long a file under its plain name may be kept without asking, in seconds. Default 60.
    pub max_age: u64,
    /// How long a file under its hashed name may be kept without asking, in seconds. Default a year.
    pub immutable_max_age: u64,
    /// Whether every origin may read files (`Access-Control-Allow-Origin: *`). Default true.
    pub cors: bool,
    /// Which sites may embed files; `None` does not say. Default every site.
    pub cross_origin_resource_policy: Option<ResourcePolicy>,
    /// Whether clients are told not to guess another media type. Default true.
    pub nosniff: bool,
    /// More fields of answers, by globs of the files' names. A later rule goes over an earlier one
    /// and over the fields above.
    pub headers: Vec<HeaderRule>,
    /// Media types by extension (`foo`) or by glob of the files' names (`data/*`), before those that
    /// are known. Where several fit, the longest counts.
    pub media_types: BTreeMap<String, String>,
    /// Exact paths outside the static URL, such as `/favicon.ico`, and the names of the files that
    /// answer there. They are kept as briefly as plain names.
    pub root_files: BTreeMap<String, String>,
    /// Whether links may lead out of the directory that a file was found in. Default false.
    pub follow_links: bool,
    /// How many bytes of small files are kept in memory, at most. Default 64 MiB.
    pub memory: u64,
    /// How often the program `serve` looks for a new manifest, in seconds; 0 never does. Default 1.
    pub reload_every: u64,
}

/// Fields for some files.
///
/// ```
/// use staticfiles::Settings;
/// use staticfiles::settings::HeaderRule;
///
/// let settings = Settings::new().serve(|serve| {
///     serve.headers.push(HeaderRule::new(["sw.js"], [("Service-Worker-Allowed", "/"), ("Cache-Control", "no-cache")]));
///     serve.root_files.insert("/favicon.ico".to_owned(), "img/favicon.ico".to_owned());
/// });
/// assert_eq!(settings.serve.max_age, 60);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HeaderRule {
    /// Globs of logical names, in the language of the ignore patterns; an empty list fits all.
    #[serde(deserialize_with = "one_or_many")]
    pub files: Vec<String>,
    /// The names of the fields, and their values.
    pub headers: BTreeMap<String, String>,
}

/// A value of `Cross-Origin-Resource-Policy`: which sites may embed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ResourcePolicy {
    /// Every site.
    #[default]
    CrossOrigin,
    /// The site itself, with its subdomains.
    SameSite,
    /// The origin itself.
    SameOrigin,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            path: None,
            max_age: 60,
            immutable_max_age: 31_536_000,
            cors: true,
            cross_origin_resource_policy: Some(ResourcePolicy::CrossOrigin),
            nosniff: true,
            headers: Vec::new(),
            media_types: BTreeMap::new(),
            root_files: BTreeMap::new(),
            follow_links: false,
            memory: 64 * 1024 * 1024,
            reload_every: 1,
        }
    }
}

impl HeaderRule {
    /// These fields for the files that one of the globs fits.
    pub fn new<F, H, N, V>(files: F, headers: H) -> Self
    where
        F: IntoIterator<Item: Into<String>>,
        H: IntoIterator<Item = (N, V)>,
        N: Into<String>,
        V: Into<String>,
    {
        let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { files: files.into_iter().map(Into::into).collect(), headers: headers.collect() }
    }
}

impl ResourcePolicy {
    /// As it stands in the field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CrossOrigin => "cross-origin",
            Self::SameSite => "same-site",
            Self::SameOrigin => "same-origin",
        }
    }
}
