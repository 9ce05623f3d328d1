//! Names of static files: [`StaticName`], which cannot leave its root, and [`StoredName`], under
//! which a file is published. Where names come from and what they lead to is for others.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The logical name of a static file, such as `css/app.css`: relative to its root, with `/`
/// between its segments.
///
/// # Invariant
///
/// Joined to any directory on any system, the name stays inside that directory: no segment is
/// empty, `.` or `..` (also not with the trailing dots and blanks that Windows drops), and none
/// has a backslash, a control character, a drive (`C:`) or the name of a Windows device (`nul`).
/// It is checked once, when the name is made; whoever holds one need not check again.
///
/// ```
/// use staticfiles::StaticName;
///
/// let name = StaticName::new("css/app.css")?;
/// assert_eq!(name.file_name(), "app.css");
/// assert!(StaticName::new("../secret").is_err());
/// # Ok::<(), staticfiles::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StaticName(Arc<str>);

/// A name that could leave its root, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be the name of a static file: {reason}", name.escape_debug())]
pub struct NameError {
    name: String,
    reason: &'static str,
}

impl NameError {
    /// Why the name was refused, without the name.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl StaticName {
    /// Checks `name` and makes it a static name.
    ///
    /// # Errors
    ///
    /// When the name could lead out of the directory it is joined to, on any system.
    pub fn new(name: impl AsRef<str>) -> Result<Self, NameError> {
        let name = name.as_ref();
        let reason = match name.strip_prefix('/') {
            Some(_) if name.len() > 1 => Some("it begins with a slash"),
            _ => name.split('/').find_map(refusal),
        };
        match reason {
            None => Ok(Self(name.into())),
            Some(reason) => Err(NameError { name: name.to_owned(), reason }),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment: `app.css` of `css/app.css`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, last)| last)
    }

    /// The directory part without the final slash, empty at the top: `css` of `css/app.css`.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The directories above it, nearest first: `a/b` and `a` of `a/b/c.css`.
    #[cfg(feature = "collect")]
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.parent()), |directory| Some(directory.rsplit_once('/')?.0))
            .take_while(|directory| !directory.is_empty())
    }

    /// What follows the last dot of the file name, as it is written, or `""`.
    pub fn extension(&self) -> &str {
        let (_, extension) = split_extension(self.file_name());
        extension.strip_prefix('.').unwrap_or("")
    }

    /// The name with a dot and `extension` behind it. Only the end of the last segment changes, so
    /// it leads out of nothing; `extension` is letters and digits.
    pub(crate) fn with_extension_added(&self, extension: &str) -> Self {
        debug_assert!(extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !extension.is_empty());
        Self(format!("{}.{extension}", self.0).into())
    }

    /// The path of this name below `root`, with the system's separators.
    pub fn path_in(&self, root: &Path) -> PathBuf {
        let mut path = root.to_path_buf();
        path.extend(self.0.split('/'));
        path
    }

    /// This name below a prefix, itself one or more segments.
    ///
    /// # Errors
    ///
    /// When the prefix could lead out of the root.
    pub fn with_prefix(&self, prefix: &str) -> Result<Self, NameError> {
        if prefix.is_empty() { Ok(self.clone()) } else { Self::new(format!("{prefix}/{}", self.0)) }
    }
}

/// Why a segment cannot be part of a name, if it cannot.
fn refusal(segment: &str) -> Option<&'static str> {
    // Windows drops trailing dots and blanks: `.. ` would be `..` there.
    if segment.trim_end_matches(['.', ' ']).is_empty() {
        return Some(match segment {
            "" => "it has an empty segment (two slashes, or one at an end)",
            "." | ".." => "it has a `.` or `..` segment",
            _ => "a segment has dots and blanks only, which Windows reads as `.` or `..`",
        });
    }
    if segment.contains('\\') {
        return Some("it has a backslash, a separator on Windows");
    }
    if segment.chars().any(char::is_control) {
        return Some("it has a control character");
    }
    if let [letter, b':', ..] = segment.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Some("a segment starts with a drive such as `C:`");
    }
    is_device(segment).then_some("a segment is the name of a Windows device")
}

/// Whether Windows opens a device for this file name, whatever its directory and extension.
fn is_device(segment: &str) -> bool {
    let stem = segment.split(['.', ':']).next().unwrap_or(segment).trim_end_matches(' ');
    let is = |device: &str| stem.eq_ignore_ascii_case(device);
    if ["con", "prn", "aux", "nul", "conin$", "conout$"].into_iter().any(is) {
        return true;
    }
    let Some((port, number)) = stem.get(..3).zip(stem.get(3..)) else { return false };
    (port.eq_ignore_ascii_case("com") || port.eq_ignore_ascii_case("lpt"))
        && matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
}

/// Splits a file name before its last dot, as Python's `os.path.splitext` does: dots at the start
/// do not begin an extension.
pub(crate) fn split_extension(file_name: &str) -> (&str, &str) {
    let leading = file_name.len() - file_name.trim_start_matches('.').len();
    match file_name.rfind('.') {
        Some(dot) if dot >= leading => file_name.split_at(dot),
        _ => (file_name, ""),
    }
}

impl AsRef<str> for StaticName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Lets a map keyed by names be asked with a `&str`; text and name order alike.
impl Borrow<str> for StaticName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StaticName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StaticName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl FromStr for StaticName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl TryFrom<String> for StaticName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl From<StaticName> for String {
    fn from(name: StaticName) -> String {
        name.0.as_ref().to_owned()
    }
}

/// The name a file is published under: `css/app.5f3a1c9e2b7d.css`, or its plain name where
/// nothing is hashed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredName(StaticName);

/// Whether a hash can stand in a name without making it another file's.
pub(crate) fn is_name_hash(hash: &str) -> bool {
    hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl StoredName {
    /// The plain name: what is published under its own name.
    pub fn plain(name: &StaticName) -> Self {
        Self(name.clone())
    }

    /// `name` with `hash` before its extension (Django behaviour 129). An empty hash leaves the
    /// name as it is (128).
    ///
    /// ```
    /// use staticfiles::{StaticName, StoredName};
    ///
    /// let stored = |name: &str| StoredName::hashed(&StaticName::new(name).unwrap(), "1f2e");
    /// assert_eq!(stored("dir/x.tar.gz").as_str(), "dir/x.tar.1f2e.gz");
    /// assert_eq!(stored("noext").as_str(), "noext.1f2e");
    /// assert_eq!(stored(".hid").as_str(), ".hid.1f2e");
    /// ```
    ///
    /// # Panics
    ///
    /// When `hash` has a character that is not an ASCII letter or digit.
    pub fn hashed(name: &StaticName, hash: &str) -> Self {
        assert!(is_name_hash(hash), "a name hash is letters, digits, `-` and `_`: {hash:?}");
        if hash.is_empty() {
            return Self::plain(name);
        }
        let (_, extension) = split_extension(name.file_name());
        let stem = &name.as_str()[..name.as_str().len() - extension.len()];
        // A hash between a valid stem and its extension cannot make the name invalid.
        Self(StaticName(format!("{stem}.{hash}{extension}").into()))
    }

    /// The stored name as a name in the storage.
    pub fn as_name(&self) -> &StaticName {
        &self.0
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Borrow<str> for StoredName {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl From<StaticName> for StoredName {
    fn from(name: StaticName) -> Self {
        Self(name)
    }
}

impl fmt::Display for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
