//! The look-up that asks the finders at every request: debug mode, and release without a manifest.
//! Everything happens on a blocking thread, for finders look at disks.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Response};

use super::asset::{Asset, past_seconds};
use super::body::Own;
use super::content::{Hashes, Opened, Payload};
use super::decide::decide;
use super::lookup::{Answer, LivePolicy, Policy, kept_for};
use super::presentation::Presentation;
use super::respond::{not_found, send};
use crate::error::with_causes;
use crate::finders::{Finders, FoundFile};
use crate::name::StaticName;
use crate::trouble::OnTrouble;

/// Files as they are now.
#[derive(Debug)]
pub(super) struct Live {
    finders: Finders,
    cache_control: HeaderValue,
    presentation: Presentation,
    follows_links: bool,
    hashes: Hashes,
}

impl Live {
    pub(super) fn new(finders: Finders, mode: LivePolicy, policy: &Policy) -> Self {
        let presentation = policy.presentation.clone();
        let (cache_control, presentation) = match mode {
            LivePolicy::NoCache => (HeaderValue::from_static("no-cache"), presentation.kept_by_nobody()),
            LivePolicy::Plain { max_age } => (kept_for(max_age), presentation),
        };
        Self { finders, cache_control, presentation, follows_links: policy.follows_links, hashes: Hashes::default() }
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
        let FoundFile { name, content, modified, root, .. } = found;
        let mut opened = Opened::new(content, root.as_deref().filter(|_| !self.follows_links))?;
        let integrity = opened.integrity(&self.hashes)?;
        let Opened { metadata, payload } = opened;
        let modified = metadata.modified.or(modified).and_then(past_seconds);
        let asset = Asset::new(&name, metadata.size, &integrity, modified, self.cache_control.clone());
        Ok((asset.shown(self.presentation.of(&name)), payload))
    }
}
