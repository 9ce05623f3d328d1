//! Which paths of a site are static files: those below a prefix, and a few exact ones outside it such
//! as `/favicon.ico`. Whether the files are there is for the look-up.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::path::{Prefix, decode};
use crate::name::StaticName;

/// The paths that are answered here. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    prefix: Prefix,
    /// By the decoded path.
    root_files: Arc<HashMap<String, StaticName>>,
}

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A path below the prefix, with this name.
    Below(Cow<'a, str>),
    /// One of the exact paths.
    Root(&'a StaticName),
    /// A path below the prefix that is no name.
    Nowhere,
}

impl Paths {
    /// The paths below this percent-encoded prefix, such as `/static/`. Below `/` is nothing: the
    /// static files of such a URL are on a host of their own.
    pub(crate) fn below(prefix: &str) -> Self {
        Self { prefix: Prefix::new(prefix), root_files: Arc::default() }
    }

    /// Every path.
    pub(crate) fn all() -> Self {
        Self { prefix: Prefix::everything(), root_files: Arc::default() }
    }

    /// No path.
    #[cfg(feature = "cli")]
    pub(crate) fn none() -> Self {
        Self::below("/")
    }

    /// Adds an exact path, decoded.
    ///
    /// # Errors
    ///
    /// When it is no path of a file, or lies below the prefix.
    pub(crate) fn with_root_file(mut self, path: &str, name: StaticName) -> Result<Self, String> {
        let below = path.strip_prefix('/').and_then(|below| StaticName::new(below).ok());
        if below.is_none() || path.contains(['?', '#', '%']) {
            return Err(format!(
                "{path:?} is no path of a file; write it whole and unescaped, such as \"/favicon.ico\""
            ));
        }
        if self.prefix.strip(path).is_some() {
            return Err(format!("{path:?} lies below the path of static files, where only their names count"));
        }
        Arc::make_mut(&mut self.root_files).insert(path.to_owned(), name);
        Ok(self)
    }

    /// What a request's path stands for, `None` if it is the application's.
    pub(super) fn place<'a>(&'a self, path: &'a str) -> Option<Place<'a>> {
        if let Some(below) = self.prefix.strip(path) {
            return Some(decode(below).map_or(Place::Nowhere, Place::Below));
        }
        if self.root_files.is_empty() {
            return None;
        }
        self.root_files.get(&*decode(path)?).map(Place::Root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_prefix_or_exact_or_the_applications() {
        let icon = StaticName::new("img/icon.ico").expect("a name");
        let paths = Paths::below("/static/").with_root_file("/favicon.ico", icon.clone()).expect("a path");
        let paths = paths.with_root_file("/.well-known/a b.txt", icon.clone()).expect("a path");
        for (path, place) in [
            ("/static/a%20b.css", Some(Place::Below("a b.css".into()))),
            ("/static/%zz", Some(Place::Nowhere)),
            ("/favicon.ico", Some(Place::Root(&icon))),
            ("/%66avicon.ico", Some(Place::Root(&icon))),
            ("/.well-known/a%20b.txt", Some(Place::Root(&icon))),
            ("/.well-known/", None),
            ("/favicon.ico/", None),
            ("//favicon.ico", None),
            ("/x/favicon.ico", None),
            ("/%zz", None),
            ("/", None),
        ] {
            assert_eq!(paths.place(path), place, "{path}");
        }
        assert_eq!(Paths::all().place("/css/a.css"), Some(Place::Below("css/a.css".into())));
        assert_eq!(Paths::all().place("/"), Some(Place::Below("".into())));
    }

    #[test]
    fn what_is_no_exact_path_is_refused() {
        let icon = StaticName::new("img/icon.ico").expect("a name");
        for path in ["", "/", "favicon.ico", "/a/", "/../a", "/a?b", "//a", "/static/a.ico", "/%61"] {
            assert!(Paths::below("/static/").with_root_file(path, icon.clone()).is_err(), "{path}");
        }
        assert!(Paths::all().with_root_file("/favicon.ico", icon).is_err());
    }
}
