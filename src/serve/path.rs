//! From a request's path to the name below the prefix: the prefix taken off, escapes decoded once.
//! Whether there is a file of that name is for the look-up.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// The path below which static files lie, percent-encoded as browsers send it, from slash to slash.
#[derive(Debug, Clone)]
pub(super) struct Prefix(Arc<str>);

impl Prefix {
    /// The prefix of this percent-encoded path, such as `/static/`. Below `/` nothing is ours: the static
    /// files of such a URL are on a host of their own, and every path here is the application's.
    pub(super) fn new(path: &str) -> Self {
        match path.trim_matches('/') {
            "" => Self("".into()),
            path => Self(format!("/{path}/").into()),
        }
    }

    /// What follows the prefix in a request's path, still encoded, if it lies below it. `/static`
    /// without its slash does not.
    pub(super) fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&*self.0).filter(|_| !self.0.is_empty())
    }
}

/// The name that an encoded path stands for, decoded once. `None` for a bad escape or what is not
/// UTF-8. A plus sign is a plus sign.
pub(super) fn decode(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let is_escape =
        |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if !path.split('%').skip(1).all(is_escape) {
        return None;
    }
    percent_decode_str(path).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::{Prefix, decode};

    #[test]
    fn a_prefix_is_taken_off_the_encoded_path() {
        for (prefix, path, rest) in [
            ("/static/", "/static/a.css", Some("a.css")),
            ("/static/", "/static/", Some("")),
            ("/static/", "/static//a.css", Some("/a.css")),
            ("/static/", "/static", None),
            ("/static/", "/statics/a.css", None),
            ("/static/", "//static/a.css", None),
            ("/", "/a.css", None),
            ("/my%20files/", "/my%20files/a.css", Some("a.css")),
            ("/a&b/", "/a&b/a.css", Some("a.css")),
        ] {
            assert_eq!(Prefix::new(prefix).strip(path), rest, "{prefix} {path}");
        }
    }

    #[test]
    fn a_path_is_decoded_once_or_refused() {
        for (path, name) in [
            ("a.css", Some("a.css")),
            ("a%20b.css", Some("a b.css")),
            ("a+b.css", Some("a+b.css")),
            ("a%252e.css", Some("a%2e.css")),
            ("css%2Fa.css", Some("css/a.css")),
            ("%C3%A9.css", Some("é.css")),
            ("%zz.css", None),
            ("a%4", None),
            ("a%", None),
            ("%+1", None),
            ("%FF", None),
        ] {
            assert_eq!(decode(path).as_deref(), name, "{path}");
        }
    }
}
