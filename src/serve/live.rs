//! The look-up that asks the finders at every request: debug mode, and release without a manifest.
//! Everything happens on a blocking thread, for finders look at disks.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Response};

use super::asset::{Asset, past_seconds};
use super::body::Own;
use super::content::{Hashes, Opened, Payload, within_root};
use super::decide::decide;
use super::lookup::{Answer, LivePolicy, OnTrouble, kept_for};
use super::respond::{not_found, send};
use crate::finders::{Finders, FoundFile};
use crate::name::StaticName;

/// Files as they are now.
#[derive(Debug)]
pub(super) struct Live {
    finders: Finders,
    cache_control: HeaderValue,
    follows_links: bool,
    hashes: Hashes,
}

impl Live {
    pub(super) fn new(finders: Finders, policy: LivePolicy) -> Self {
        let (cache_control, follows_links) = match policy {
            LivePolicy::NoCache => (HeaderValue::from_static("no-cache"), true),
            LivePolicy::Plain { max_age } => (kept_for(max_age), false),
        };
        Self { finders, cache_control, follows_links, hashes: Hashes::default() }
    }

    pub(super) fn answer(
        self: &Arc<Self>,
        name: &str,
        method: &Method,
        headers: &HeaderMap,
        trouble: &OnTrouble,
    ) -> Answer {
        let Ok(name) = StaticName::new(name) else { return Answer::Ready(not_found(method)) };
        let (live, method, headers, trouble) = (self.clone(), method.clone(), headers.clone(), trouble.clone());
        Answer::Blocking(tokio::task::spawn_blocking(move || {
            live.look_up(&name, &method, &headers).unwrap_or_else(|problem| {
                trouble.tell(&problem);
                not_found(&method)
            })
        }))
    }

    fn look_up(&self, name: &StaticName, method: &Method, headers: &HeaderMap) -> Result<Response<Own>, String> {
        let Some(found) = self.finders.find(name).map_err(|error| with_causes(&error))? else {
            return Ok(not_found(method));
        };
        let origin = found.origin.clone();
        let not_served = |error: std::io::Error| format!("{origin} cannot be served: {error}");
        let (asset, payload) = self.open(found).map_err(not_served)?;
        send(&decide(&asset, method, headers), &asset, payload).map_err(not_served)
    }

    fn open(&self, found: FoundFile) -> std::io::Result<(Asset, Payload)> {
        let FoundFile { name, content, modified, .. } = found;
        let content = if self.follows_links { content } else { within_root(content, &name)? };
        let mut opened = Opened::new(content)?;
        let integrity = opened.integrity(&self.hashes)?;
        let Opened { metadata, payload } = opened;
        let modified = metadata.modified.or(modified).and_then(past_seconds);
        let asset = Asset::new(&name, metadata.size, &integrity, modified, self.cache_control.clone());
        Ok((asset, payload))
    }
}

/// An error and what it comes from, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
