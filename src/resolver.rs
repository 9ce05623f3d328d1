//! From a name to its URL: [`Resolver`] asks the manifest in release, or takes the name as it is,
//! and puts the static URL before it. Reading manifests is for others.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};
use crate::name::{StaticName, StoredName};
use crate::nearest::nearest;

/// What stands as it is in the path of a URL: the letters, digits and marks that Django leaves
/// (behaviour 124), so that the URLs of both are the same.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'');

/// What cannot stand in a query or fragment (the query percent-encode set of the URL standard).
/// Escapes that are there already stay.
const SUFFIX: &AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// What stands as it is in a URL prefix: what Django's `iri_to_uri` leaves (behaviour 216), so that a
/// prefix that is encoded already stays as it is.
const PREFIX: &AsciiSet = &PATH
    .remove(b'%')
    .remove(b'[')
    .remove(b']')
    .remove(b'=')
    .remove(b':')
    .remove(b';')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b'@');

/// A name as the path of a URL, percent-encoded.
pub(crate) fn encode_path(name: &str) -> String {
    utf8_percent_encode(name, PATH).to_string()
}

/// The static URL: a path (`/static/`), or a full URL. Percent-encoded; ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticUrl {
    url: String,
    /// Where the path starts in `url`, behind scheme and host.
    path: usize,
}

impl StaticUrl {
    /// Reads `/static/`, `static/` or `https://cdn.example.com/static/`; a missing final slash is
    /// added.
    ///
    /// # Errors
    ///
    /// When it is empty or `/`: the prefix is for static files alone.
    pub fn new(url: &str) -> Result<Self> {
        Self::of_setting("static_url", url)
    }

    /// The media URL, read in the same way. It may be empty, which is `/` as in Django.
    pub(crate) fn media(url: &str) -> Result<Self> {
        match url.trim() {
            "" | "/" => Ok(Self { url: "/".to_owned(), path: 0 }),
            url => Self::of_setting("media_url", url),
        }
    }

    fn of_setting(setting: &str, url: &str) -> Result<Self> {
        let trimmed = url.trim();
        if trimmed.is_empty() && setting == "static_url" {
            let text = "You're using the staticfiles app without having set the required STATIC_URL setting; \
                        set static_url to a path of its own such as \"/static/\", or a full URL";
            return Err(Error::Settings(text.to_owned()));
        }
        let path = match (trimmed.find("://"), trimmed.starts_with("//")) {
            (Some(scheme), _) => host_end(trimmed, scheme + 3),
            (None, true) => host_end(trimmed, 2),
            (None, false) => 0,
        };
        let (host, rest) = trimmed.split_at(path);
        let rest = rest.trim_matches('/');
        if rest.is_empty() && host.trim_end_matches('/').is_empty() || host.ends_with('/') {
            return Err(Error::Settings(format!(
                "{setting} is {url:?}: it has to be a path of its own such as \"/static/\", or a full URL"
            )));
        }
        let is_dots = |segment: &str| matches!(segment, "." | "..");
        let scheme = trimmed.find("://").map(|end| trimmed[..end].to_ascii_lowercase());
        if rest.split('/').any(is_dots) || scheme.is_some_and(|scheme| scheme != "http" && scheme != "https") {
            return Err(Error::Settings(format!(
                "{setting} is {url:?}: it has to be a path without dots such as \"/static/\", or a full URL of http or https"
            )));
        }
        if rest.contains(['?', '#']) || rest.chars().any(char::is_control) {
            return Err(Error::Settings(format!(
                "{setting} is {url:?}: a URL prefix has no query, fragment or control character"
            )));
        }
        let rest = match utf8_percent_encode(rest, PREFIX).to_string() {
            rest if rest.is_empty() => "/".to_owned(),
            rest => format!("/{rest}/"),
        };
        Ok(Self { url: format!("{host}{rest}"), path })
    }

    /// The whole URL prefix, with its final slash.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The path part, from slash to slash and percent-encoded: `/static/`.
    pub fn path(&self) -> &str {
        &self.url[self.path..]
    }

    /// Scheme and host, empty where the static URL is a path.
    pub fn host(&self) -> &str {
        &self.url[..self.path]
    }
}

/// The prefix as it stands in a page.
impl fmt::Display for StaticUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

fn host_end(url: &str, start: usize) -> usize {
    url[start..].find('/').map_or(url.len(), |slash| start + slash)
}

/// Makes URLs of names.
#[derive(Debug, Clone)]
pub struct Resolver {
    static_url: StaticUrl,
    names: Names,
    strict: bool,
}

#[derive(Debug, Clone)]
enum Names {
    /// Every name is its own stored name: debug.
    Plain,
    /// The same without query or fragment: every character belongs to the name. For storages without
    /// hashed names (Django behaviour 135).
    Verbatim,
    /// The manifest's.
    Listed(BTreeMap<StaticName, StoredName>),
}

impl Resolver {
    /// Names as they are, whether there is such a file or not (Django behaviours 125 and 186).
    pub fn plain(static_url: StaticUrl) -> Self {
        Self { static_url, names: Names::Plain, strict: false }
    }

    /// Names as they are, and nothing in them is a query or a fragment: `a?b.html` is a file of this
    /// name (Django behaviour 124).
    pub fn verbatim(static_url: StaticUrl) -> Self {
        Self { static_url, names: Names::Verbatim, strict: false }
    }

    /// Names by the manifest's paths. `strict`: an unlisted name is an error.
    pub fn listed(static_url: StaticUrl, paths: BTreeMap<StaticName, StoredName>, strict: bool) -> Self {
        Self { static_url, names: Names::Listed(paths), strict }
    }

    /// The static URL.
    pub fn static_url(&self) -> &StaticUrl {
        &self.static_url
    }

    /// Whether names are listed and none is: nothing was collected yet.
    pub(crate) fn lists_nothing(&self) -> bool {
        matches!(&self.names, Names::Listed(paths) if paths.is_empty())
    }

    /// The URL of `name`, percent-encoded. A query and a fragment are kept; a name that has such
    /// a character itself and is listed comes first.
    ///
    /// # Errors
    ///
    /// [`Error::MissingEntry`] when names are listed, strictly, and this one is not.
    pub fn url(&self, name: &str) -> Result<String> {
        let (path, suffix) = split_suffix(name);
        let found = match &self.names {
            Names::Plain => Some((plain_path(path), suffix)),
            Names::Verbatim => Some((plain_path(name), "")),
            Names::Listed(paths) => match (paths.get(name), paths.get(path)) {
                (Some(whole), _) => Some((whole.as_str().to_owned(), "")),
                (None, Some(stored)) => Some((stored.as_str().to_owned(), suffix)),
                // A directory is not a file that could be hashed (Django behaviour 133).
                (None, None) if path.ends_with('/') => Some((plain_path(path), suffix)),
                (None, None) => None,
            },
        };
        match found {
            Some((path, suffix)) => Ok(self.join(&path, suffix)),
            None if self.strict => Err(self.missing(path)),
            None => Ok(self.join(&plain_path(path), suffix)),
        }
    }

    fn join(&self, path: &str, suffix: &str) -> String {
        format!("{}{}{}", self.static_url, encode_path(path), utf8_percent_encode(suffix, SUFFIX))
    }

    fn missing(&self, name: &str) -> Error {
        let near = match &self.names {
            Names::Plain | Names::Verbatim => Vec::new(),
            Names::Listed(paths) => nearest(name, paths.keys().map(StaticName::as_str), 3),
        };
        Error::MissingEntry { name: name.to_owned(), near: near.into_iter().map(str::to_owned).collect() }
    }
}

/// Parts a name from its query and fragment. An empty query alone is none.
fn split_suffix(name: &str) -> (&str, &str) {
    let (path, suffix) = name.split_at(name.find(['?', '#']).unwrap_or(name.len()));
    (path, if suffix == "?" { "" } else { suffix })
}

/// A name that is not looked up: leading and doubled slashes go, `\` is `/`, and dots are resolved below the
/// static URL (where Django's `urljoin` climbs out of it).
fn plain_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let slash = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    segments.join("/") + slash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(strict: bool) -> Resolver {
        let names = ["css/app.css", "a b.txt", "what?.txt"].map(|name| StaticName::new(name).expect("a name"));
        let paths = names.map(|name| (name.clone(), StoredName::hashed(&name, "0123456789ab")));
        Resolver::listed(StaticUrl::new("/static").expect("a URL"), paths.into(), strict)
    }

    #[test]
    fn listed_names_are_hashed_and_encoded_and_keep_their_suffix() {
        for (name, url) in [
            ("css/app.css", "/static/css/app.0123456789ab.css"),
            ("css/app.css?v=1#top", "/static/css/app.0123456789ab.css?v=1#top"),
            ("css/app.css?#iefix", "/static/css/app.0123456789ab.css?#iefix"),
            ("a b.txt", "/static/a%20b.0123456789ab.txt"),
            ("a b.txt?x=a b", "/static/a%20b.0123456789ab.txt?x=a%20b"),
            ("what?.txt", "/static/what%3F.0123456789ab.txt"),
            ("css/", "/static/css/"),
        ] {
            assert_eq!(listed(true).url(name).expect(name), url);
        }
    }

    #[test]
    fn an_unlisted_name_is_an_error_when_strict_and_plain_when_not() {
        let error = listed(true).url("css/ap.css").expect_err("it is not listed");
        assert_eq!(error.to_string(), "`css/ap.css` is not in the manifest; did you mean `css/app.css`?");
        assert_eq!(listed(false).url("css/ap.css").expect("a URL"), "/static/css/ap.css");
    }

    #[test]
    fn plain_names_cannot_leave_the_static_url() {
        let resolver = Resolver::plain(StaticUrl::new("https://cdn.example.com/s").expect("a URL"));
        for (name, url) in [
            ("a.css", "https://cdn.example.com/s/a.css"),
            ("/a.css", "https://cdn.example.com/s/a.css"),
            ("../x.css", "https://cdn.example.com/s/x.css"),
            ("x/../a.css", "https://cdn.example.com/s/a.css"),
            ("d\\a.css", "https://cdn.example.com/s/d/a.css"),
            ("", "https://cdn.example.com/s/"),
            ("path/?q", "https://cdn.example.com/s/path/?q"),
        ] {
            assert_eq!(resolver.url(name).expect(name), url);
        }
    }

    #[test]
    fn a_static_url_is_a_path_or_a_full_url() {
        for (given, url, host, path) in [
            ("/static/", "/static/", "", "/static/"),
            ("static", "/static/", "", "/static/"),
            ("/a/b", "/a/b/", "", "/a/b/"),
            ("https://cdn.example.com", "https://cdn.example.com/", "https://cdn.example.com", "/"),
            ("//cdn.example.com/s/", "//cdn.example.com/s/", "//cdn.example.com", "/s/"),
            ("/a b/⊗/", "/a%20b/%E2%8A%97/", "", "/a%20b/%E2%8A%97/"),
            ("/a%20b/", "/a%20b/", "", "/a%20b/"),
        ] {
            let parsed = StaticUrl::new(given).expect(given);
            assert_eq!((parsed.as_str(), parsed.host(), parsed.path()), (url, host, path));
        }
        for refused in ["", "/", "//", " ", "/static/?x", "./s/", "/a/../", "../s", "ftp://host/s/"] {
            assert!(StaticUrl::new(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_media_url_may_also_be_the_root() {
        for (given, url) in [("", "/"), ("/", "/"), ("media", "/media/"), ("https://m.example", "https://m.example/")] {
            assert_eq!(StaticUrl::media(given).expect(given).as_str(), url);
        }
        let error = StaticUrl::media("/media/?x").expect_err("a query").to_string();
        assert!(error.starts_with("media_url is \"/media/?x\""), "{error}");
    }

    #[test]
    fn a_prefix_in_a_page_is_encoded_once() {
        for (given, shown) in [
            ("/my files/", "/my%20files/"),
            ("/my%20files/", "/my%20files/"),
            ("/é/", "/%C3%A9/"),
            ("/\"><b>/", "/%22%3E%3Cb%3E/"),
            ("https://[::1]:8000/a&b/", "https://[::1]:8000/a&b/"),
        ] {
            let static_url = StaticUrl::new(given).expect(given);
            assert_eq!(static_url.to_string(), shown);
            assert_eq!(Resolver::plain(static_url).url("a.css").expect("a URL"), format!("{shown}a.css"));
        }
    }
}
