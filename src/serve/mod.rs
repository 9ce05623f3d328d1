//! Serving, behind the feature `serve`: look up → decide → respond. Debug and release differ in the
//! look-up alone; what a URL in a template looks like is for the resolver.
//!
//! The rules are those of `docs/http.md`. A request outside the prefix goes to the application as it
//! came; a request below it is answered here whatever comes of it.

mod asset;
mod body;
mod conditional;
mod content;
mod decide;
#[cfg(feature = "_fuzzing")]
pub mod fuzzing;
mod index;
mod live;
mod lookup;
mod multipart;
mod negotiate;
mod path;
mod range;
mod respond;
mod service;
#[cfg(test)]
mod tests;
#[cfg(feature = "axum")]
mod view;

pub use self::body::ResponseBody;
pub(crate) use self::lookup::{LivePolicy, Lookup, OnTrouble, Policy, SharedLookup};
pub use self::service::{ResponseFuture, StaticFilesLayer, StaticFilesService};
#[cfg(feature = "axum")]
pub(crate) use self::view::nothing_there;
