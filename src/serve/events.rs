//! An event for each answer, at debug level. Nothing is kept for it while nobody listens.

use http::{Response, header};
use tracing::Level;

use super::body::Own;

/// What was asked for, if somebody wants to know.
#[derive(Debug)]
pub(super) struct Asked(Option<String>);

impl Asked {
    pub(super) fn new(name: &str) -> Self {
        Self(tracing::enabled!(Level::DEBUG).then(|| name.to_owned()))
    }

    /// Tells how it was answered.
    pub(super) fn answered(&self, response: &Response<Own>) {
        let Some(name) = &self.0 else { return };
        let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
        let (status, bytes) = (response.status().as_u16(), response.body().remaining());
        tracing::debug!(name, status, coding = coding.unwrap_or("identity"), bytes, "static file");
    }
}
