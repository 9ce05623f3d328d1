//! Serving, behind the feature `serve`: look up → decide → respond. Debug and release differ in the
//! look-up alone; what a URL in a template looks like is for the resolver.
//!
//! The rules are those of `docs/http.md`. A request outside the prefix goes to the application as it
//! came; a request below it is answered here whatever comes of it.

mod asset;
mod body;
mod conditional;
mod content;
mod counters;
mod decide;
#[cfg(feature = "tracing")]
mod events;
#[cfg(not(feature = "tracing"))]
#[path = "no_events.rs"]
mod events;
#[cfg(feature = "_fuzzing")]
pub mod fuzzing;
mod index;
mod live;
mod lookup;
mod multipart;
mod negotiate;
#[cfg(any(feature = "axum", feature = "cli"))]
mod nothing_else;
mod path;
mod presentation;
mod range;
mod respond;
mod service;
mod site;
#[cfg(test)]
mod tests;
#[cfg(feature = "axum")]
mod view;

pub use self::body::ResponseBody;
pub use self::counters::Counters;
pub(crate) use self::counters::Tally;
pub(crate) use self::lookup::{LivePolicy, Lookup, Policy, Present};
#[cfg(any(feature = "axum", feature = "cli"))]
pub(crate) use self::nothing_else::NothingElse;
pub(crate) use self::presentation::Presentation;
pub use self::service::{ResponseFuture, StaticFilesLayer, StaticFilesService};
pub(crate) use self::site::Paths;
#[cfg(feature = "axum")]
pub(crate) use self::view::nothing_there;
