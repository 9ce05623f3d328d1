//! Files compiled into the program, found like those of a directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{Finder, FoundFile, Ignore};
use crate::app::{EmbeddedFile, EmbeddedFiles};
use crate::error::{Error, Result};
use crate::name::StaticName;
use crate::storage::Content;

/// A [`Finder`] over [`EmbeddedFiles`]: of an app, or of one's own.
///
/// ```
/// use staticfiles::EmbeddedFiles;
/// use staticfiles::finders::{EmbeddedFinder, Finder, Ignore};
///
/// // As a rule include_bytes!("…").
/// let files = EmbeddedFiles::new("theme 1.0.0", [("theme/base.css", b"a {}" as &[u8])]);
/// let finder = EmbeddedFinder::new(&files);
/// let found = finder.list(&Ignore::default()).next().expect("a file")?;
/// assert_eq!(&*found.origin, "theme 1.0.0 (embedded): static/theme/base.css");
/// # Ok::<(), staticfiles::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EmbeddedFinder {
    location: String,
    files: Arc<BTreeMap<&'static str, &'static [u8]>>,
}

impl EmbeddedFinder {
    /// Finds these files. Of several with one name the first counts.
    pub fn new(files: &EmbeddedFiles) -> Self {
        let mut sorted = BTreeMap::new();
        for (name, bytes) in files.iter() {
            sorted.entry(name).or_insert(bytes);
        }
        Self { location: format!("{} (embedded)", files.origin()), files: sorted.into() }
    }

    fn found(&self, (name, bytes): EmbeddedFile) -> Result<FoundFile> {
        let origin = format!("{}: static/{name}", self.location);
        match StaticName::new(name) {
            Ok(name) => {
                let content = Content::Bytes(Bytes::from_static(bytes));
                Ok(FoundFile::new(name, content, bytes.len() as u64, origin))
            }
            Err(error) => {
                let problem = format!("it cannot be collected: {}; rename or ignore it", error.reason());
                Err(Error::Source { path: origin, problem })
            }
        }
    }
}

impl Finder for EmbeddedFinder {
    fn find(&self, name: &StaticName) -> Result<Option<FoundFile>> {
        self.files.get_key_value(name.as_str()).map(|(name, bytes)| self.found((name, bytes))).transpose()
    }

    fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = Result<FoundFile>> + 'a> {
        let kept = self.files.iter().filter(|(name, _)| !ignore.leaves_out(name));
        Box::new(kept.map(|(name, bytes)| self.found((name, bytes))))
    }

    fn location(&self) -> String {
        self.location.clone()
    }
}
