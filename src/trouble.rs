//! Whom the library tells of what goes wrong while a program runs and nobody is there to be handed an
//! error: files that cannot be served, manifests that cannot be taken over.

use std::fmt;
use std::sync::Arc;

/// Whom to tell of trouble; by default nobody.
#[derive(Clone)]
pub(crate) struct OnTrouble(Arc<dyn Fn(&str) + Send + Sync>);

impl OnTrouble {
    /// Calls `tell` with one line without its end.
    pub(crate) fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, text: &str) {
        (self.0)(text);
    }
}

impl Default for OnTrouble {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for OnTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnTrouble")
    }
}
