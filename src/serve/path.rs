//! From a request's path to the name below the prefix: the prefix taken off, escapes decoded once.
//! Whether there is a file of that name is for the look-up.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// The path below which static files lie, decoded, from slash to slash.
#[derive(Debug, Clone)]
pub(super) struct Prefix(Arc<str>);

impl Prefix {
    /// The prefix of this percent-encoded path, such as `/static/`. Below `/` nothing is ours: the static
    /// files of such a URL are on a host of their own, and every path here is the application's.
    pub(super) fn new(path: &str) -> Self {
        match path.trim_matches('/') {
            "" => Self("".into()),
            path => Self(format!("/{}/", percent_decode_str(path).decode_utf8_lossy()).into()),
        }
    }

    /// The prefix of every path.
    pub(super) fn everything() -> Self {
        Self("/".into())
    }

    /// What follows the prefix in a request's path, still encoded, if it lies below it. `/static`
    /// without its slash does not.
    pub(super) fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        let is_ours = |_: &&str| !self.0.is_empty();
        path.strip_prefix(&*self.0).filter(is_ours).or_else(|| self.strip_escaped(path).filter(is_ours))
    }

    /// The same for a prefix that is written with escapes: clients differ in what they escape. An
    /// escaped slash is not one that parts segments.
    fn strip_escaped<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut rest = path;
        if !path.contains('%') {
            return None;
        }
        for &expected in self.0.as_bytes() {
            let escaped = rest.get(1..3).filter(|_| rest.starts_with('%') && expected != b'/');
            let (byte, length) = match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => (byte, 3),
                None => (*rest.as_bytes().first()?, 1),
            };
            rest = rest.get(length..).filter(|_| byte == expected)?;
        }
        Some(rest)
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
            ("/my%20files/", "/my+files/a.css", None),
            ("/@x/", "/@x/a.css", Some("a.css")),
            ("/@x/", "/%40x/a%40b.css", Some("a%40b.css")),
            ("/é/", "/%c3%A9/a.css", Some("a.css")),
            ("/é/", "/%c3", None),
            ("/static/", "/static%2Fa.css", None),
            ("/static/", "/static/é%20", Some("é%20")),
            ("/", "/%2F", None),
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
