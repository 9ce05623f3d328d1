//! What is published at this moment: the resolver for URLs and the look-up for requests, exchanged in
//! one step. Which manifest they are of is for `watch` and `reload`.

use arc_swap::ArcSwap;

use crate::resolver::Resolver;

/// URLs and requests by the same manifest.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) resolver: Resolver,
    #[cfg(feature = "serve")]
    pub(super) lookup: crate::serve::Lookup,
}

/// What is published, for readers that never wait.
#[derive(Debug)]
pub(super) struct Current(ArcSwap<Published>);

impl Current {
    pub(super) fn new(published: Published) -> Self {
        Self(ArcSwap::from_pointee(published))
    }

    pub(super) fn load(&self) -> arc_swap::Guard<std::sync::Arc<Published>> {
        self.0.load()
    }

    pub(super) fn store(&self, published: Published) {
        self.0.store(published.into());
    }
}

#[cfg(feature = "serve")]
impl crate::serve::Present for Current {
    fn with(&self, look: &mut dyn FnMut(&crate::serve::Lookup)) {
        look(&self.load().lookup);
    }
}
