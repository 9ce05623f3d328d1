//! From the settings to what serving is told.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::finders::{DirectoryFinder, Finder, Finders};
use crate::manifest::Manifest;
use crate::name::StaticName;
use crate::resolver::StaticUrl;
use crate::serve::{LivePolicy, Lookup, Paths, Policy, Presentation};
use crate::settings::Settings;
use crate::storage::Storage;
use crate::trouble::OnTrouble;

/// What serving was told.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) paths: Paths,
    pub(super) policy: Policy,
    /// The prefix that requests have, percent-encoded; `/` if every path is ours.
    #[cfg(feature = "cli")]
    pub(super) prefix: String,
}

impl Serving {
    /// Reads `[serve]`.
    pub(super) fn new(settings: &Settings, static_url: &StaticUrl) -> Result<Self> {
        let serve = &settings.serve;
        let prefix = match serve.path.as_deref().map(str::trim) {
            None => static_url.path().to_owned(),
            Some("/") => "/".to_owned(),
            Some(path) => own_path(path)?,
        };
        let mut paths = if serve.path.is_some() && prefix == "/" { Paths::all() } else { Paths::below(&prefix) };
        let mut root_files = Vec::new();
        for (path, name) in &serve.root_files {
            let name = StaticName::new(name)
                .map_err(|error| Error::Settings(format!("serve.root_files: {path:?}: {error}")))?;
            paths = paths.with_root_file(path, name.clone()).map_err(in_root_files)?;
            root_files.push(name);
        }
        let policy = Policy {
            plain_max_age: serve.max_age,
            immutable_max_age: serve.immutable_max_age,
            memory: serve.memory,
            follows_links: serve.follow_links,
            root_files,
            presentation: presentation(settings).map_err(Error::Settings)?,
        };
        Ok(Self {
            paths,
            policy,
            #[cfg(feature = "cli")]
            prefix,
        })
    }

    /// What is served before a manifest is loaded.
    pub(super) fn first(
        &self,
        settings: &Settings,
        debug: bool,
        finders: &Finders,
        storage: Option<&Arc<dyn Storage>>,
        has_manifest: bool,
    ) -> Lookup {
        match storage {
            _ if debug => self.live(finders.clone(), LivePolicy::NoCache),
            Some(storage) if has_manifest => Lookup::index(&Manifest::default(), storage.clone(), &self.policy),
            _ => {
                let root = settings.static_root.iter();
                let root = root.map(|root| Arc::new(DirectoryFinder::new(root)) as Arc<dyn Finder>);
                self.live(Finders::new(root), LivePolicy::Plain { max_age: settings.serve.max_age })
            }
        }
    }

    /// What the finders have at each request.
    pub(super) fn live(&self, finders: Finders, mode: LivePolicy) -> Lookup {
        Lookup::live(finders, mode, &self.policy)
    }

    /// The files of a manifest. A root file that it does not list is told of.
    pub(super) fn index(&self, manifest: &Manifest, storage: &Arc<dyn Storage>, trouble: &OnTrouble) -> Lookup {
        for name in &self.policy.root_files {
            if !manifest.paths.get(name).is_some_and(|stored| manifest.files.contains_key(stored)) {
                trouble.tell(&format!("serve.root_files: `{name}` is not in the manifest; run `collectstatic`"));
            }
        }
        Lookup::index(manifest, storage.clone(), &self.policy).on_trouble(trouble.clone())
    }
}

/// A path of one's own, percent-encoded, from slash to slash.
fn own_path(path: &str) -> Result<String> {
    match StaticUrl::new(path) {
        Ok(url) if url.host().is_empty() && path.starts_with('/') => Ok(url.path().to_owned()),
        _ => {
            Err(Error::Settings(format!("serve.path is {path:?}: it has to be a path such as \"/static/\", or \"/\"")))
        }
    }
}

fn in_root_files(problem: String) -> Error {
    Error::Settings(format!("serve.root_files: {problem}"))
}

fn presentation(settings: &Settings) -> Result<Presentation, String> {
    let serve = &settings.serve;
    let policy = serve.cross_origin_resource_policy.map(|policy| policy.as_str());
    let mut presentation = Presentation::new(serve.cors, policy, serve.nosniff);
    for rule in &serve.headers {
        let fields = rule.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        presentation = presentation.with_fields(&rule.files, fields)?;
    }
    for (pattern, media_type) in &serve.media_types {
        presentation = presentation.with_media_type(pattern, media_type)?;
    }
    Ok(presentation)
}
