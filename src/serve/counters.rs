//! How many requests were answered, and how: for whoever keeps metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{Response, StatusCode};

use super::body::Own;

/// How the requests for static files were answered since the start; see
/// [`StaticFiles::counters`](crate::StaticFiles::counters). Each number only grows. They are read one
/// after the other, so a request that is answered meanwhile may be in one and not yet in another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// All requests that were answered here and not by the application.
    pub requests: u64,
    /// Whole files, HEAD included: 200.
    pub whole: u64,
    /// Parts of files: 206.
    pub partial: u64,
    /// Clients that have the content already: 304.
    pub not_modified: u64,
    /// Names without a file: 404.
    pub not_found: u64,
    /// Everything else: other methods, conditions that failed.
    pub other: u64,
    /// Bytes of content in the answers, those included that a client did not wait for.
    pub bytes: u64,
}

/// Where it is counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    whole: AtomicU64,
    partial: AtomicU64,
    not_modified: AtomicU64,
    not_found: AtomicU64,
    other: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    pub(super) fn count(&self, response: &Response<Own>) {
        let place = match response.status() {
            StatusCode::OK => &self.whole,
            StatusCode::PARTIAL_CONTENT => &self.partial,
            StatusCode::NOT_MODIFIED => &self.not_modified,
            StatusCode::NOT_FOUND => &self.not_found,
            _ => &self.other,
        };
        place.fetch_add(1, Ordering::Relaxed);
        match response.body().remaining() {
            0 => {}
            bytes => drop(self.bytes.fetch_add(bytes, Ordering::Relaxed)),
        }
    }

    pub(crate) fn read(&self) -> Counters {
        let [whole, partial, not_modified, not_found, other, bytes] =
            [&self.whole, &self.partial, &self.not_modified, &self.not_found, &self.other, &self.bytes]
                .map(|place| place.load(Ordering::Relaxed));
        let requests = whole + partial + not_modified + not_found + other;
        Counters { requests, whole, partial, not_modified, not_found, other, bytes }
    }
}
