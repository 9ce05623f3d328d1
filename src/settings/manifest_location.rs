//! Where the manifest is kept: a directory, or a server by its URL.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where the manifest is kept instead of the static root. Made of a text or a path: what begins like
/// a URL is one, everything else is a directory.
///
/// ```
/// use staticfiles::settings::ManifestLocation;
///
/// assert_eq!(ManifestLocation::from("meta"), ManifestLocation::Directory("meta".into()));
/// let redis = ManifestLocation::from("redis://:secret@127.0.0.1:6379/0");
/// assert_eq!(format!("{redis:?}"), "Url(redis://…)"); // a URL may hold a password
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "PathBuf")]
#[non_exhaustive]
pub enum ManifestLocation {
    /// A directory.
    Directory(PathBuf),
    /// A server, such as `redis://127.0.0.1:6379/0` (feature `redis`).
    Url(String),
}

impl ManifestLocation {
    /// The directory, if it is one.
    pub fn directory_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Url(_) => None,
        }
    }
}

/// What stands before `://`, where that makes a URL. One letter is a drive.
pub(crate) fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let fits = |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    (scheme.len() > 1 && scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(fits))
        .then_some(scheme)
}

impl fmt::Debug for ManifestLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(directory) => f.debug_tuple("Directory").field(directory).finish(),
            Self::Url(url) => write!(f, "Url({}://…)", scheme(url).unwrap_or_default()),
        }
    }
}

impl From<PathBuf> for ManifestLocation {
    fn from(path: PathBuf) -> Self {
        match path.to_str().filter(|text| scheme(text).is_some()) {
            Some(url) => Self::Url(url.to_owned()),
            None => Self::Directory(path),
        }
    }
}

impl From<&Path> for ManifestLocation {
    fn from(path: &Path) -> Self {
        path.to_path_buf().into()
    }
}

impl From<String> for ManifestLocation {
    fn from(text: String) -> Self {
        PathBuf::from(text).into()
    }
}

impl From<&str> for ManifestLocation {
    fn from(text: &str) -> Self {
        PathBuf::from(text).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_like_a_url_is_one() {
        for (text, expected) in [
            ("redis://127.0.0.1:6379/0", Some("redis")),
            ("redis+unix:///run/redis.sock", Some("redis+unix")),
            ("HTTP://x", Some("HTTP")),
            ("meta", None),
            ("/srv/meta", None),
            ("../a b://c", None),
            ("C://meta", None),
            ("://meta", None),
            ("", None),
        ] {
            assert_eq!(scheme(text), expected, "{text}");
            assert_eq!(matches!(ManifestLocation::from(text), ManifestLocation::Url(_)), expected.is_some(), "{text}");
        }
    }
}
