//! Names that work in debug and would not in release (B13): told of as soon as a template asks for
//! them, and not after the deploy.

use std::collections::HashSet;
use std::sync::PoisonError;

use super::Inner;
use crate::finders::Ignore;
use crate::name::StaticName;
use crate::nearest::nearest;
use crate::settings::Backend;

/// Of how many names is told; a program may make them up.
const MOST: usize = 1000;

impl Inner {
    /// Tells, in debug, of a name that would be an error in release.
    pub(super) fn doubt(&self, name: &str) {
        let storage = &self.settings.storage;
        if !self.debug || storage.backend != Backend::Manifest || !storage.manifest_strict {
            return;
        }
        let path = &name[..name.find(['?', '#']).unwrap_or(name.len())];
        let has_file =
            |name: &str| StaticName::new(name).is_ok_and(|name| !matches!(self.finders.find(&name), Ok(None)));
        if path.ends_with('/') || has_file(name) || has_file(path) {
            return;
        }
        let is_new = |told: &mut HashSet<String>| told.len() < MOST && told.insert(path.to_owned());
        if !is_new(&mut self.doubted.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let files = self.finders.list(&Ignore::default()).map(|listing| listing.files).unwrap_or_default();
        let near = nearest(path, files.keys().map(StaticName::as_str), 1);
        let near = near.first().map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        self.trouble.tell(&format!("`{path}` is in no finder: with debug off, its URL is an error{near}"));
    }
}
