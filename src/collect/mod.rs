//! From a source tree to a published one: plan → scan → stamp → write → publish. Each station hands
//! a plain value to the next; nothing is written before everything that can be wrong was looked at.

mod digest;
mod graph;
mod memo;
mod plan;
mod publish;
mod report;
mod scan;
mod stamp;
mod write;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

pub use self::digest::NameHash;
use self::memo::Memo;
pub use self::report::{Event, Report};
pub use self::scan::{Missing, MissingRule};
use crate::error::{Error, Problem, Result};
use crate::finders::{Finders, Ignore};
use crate::manifest::{Manifest, ManifestStore};
use crate::references::Scanner;
use crate::resolver::StaticUrl;
use crate::storage::Storage;

/// What one run of collecting may be told.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CollectOptions {
    /// Does everything but write.
    pub dry_run: bool,
    /// Patterns of files to leave out, beside those of the settings.
    pub ignore: Vec<String>,
    /// Leaves out the ignore patterns of the settings.
    pub no_default_ignore: bool,
    /// Copies only: no hashed names, and the manifest stays as it is.
    pub no_post_process: bool,
    /// The time that new files are recorded with; the clock's if it is not given. A fixed one makes
    /// the manifest reproducible.
    pub now: Option<SystemTime>,
    /// A directory where a run notes what it has seen, so that the next need not read every file
    /// again. It may be removed at any time.
    pub cache: Option<PathBuf>,
}

impl CollectOptions {
    /// Collects everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does everything but write.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Leaves out what matches one pattern more.
    pub fn ignore(mut self, pattern: impl Into<String>) -> Self {
        self.ignore.push(pattern.into());
        self
    }

    /// Records new files with this time.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Notes what was seen in this directory.
    pub fn cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cache = Some(directory.into());
        self
    }
}

/// What is collected, where to and how, in plain values.
#[derive(Debug)]
pub(crate) struct Collection<'a> {
    pub(crate) finders: &'a Finders,
    pub(crate) ignore: Ignore,
    pub(crate) storage: &'a dyn Storage,
    /// `None`: plain names only, and no manifest.
    pub(crate) naming: Option<Naming<'a>>,
}

/// How hashed names are made and where they are recorded.
#[derive(Debug)]
pub(crate) struct Naming<'a> {
    pub(crate) manifests: &'a dyn ManifestStore,
    pub(crate) hash: NameHash,
    pub(crate) keep_originals: bool,
    pub(crate) scanners: &'a [Arc<dyn Scanner>],
    pub(crate) static_url: &'a StaticUrl,
    pub(crate) missing: Missing,
}

impl Collection<'_> {
    pub(crate) fn collect(&self, options: &CollectOptions, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Report> {
        let _lock = self.lock(options, on_event)?;
        let previous = self.previous(on_event)?;
        let plan = plan::plan(self, on_event)?;
        let memo = Memo::load(self, options);
        if let Some(report) = memo.unchanged(self, &plan, previous.as_ref(), options)? {
            return Ok(report);
        }
        let (texts, warnings) = scan::scan(self, &plan)?;
        let stamps = stamp::stamp(self, &plan, &texts, &memo, on_event)?;
        self.clean(options)?;
        let outcomes = write::write(self, &plan, &stamps, &memo, options, on_event)?;
        let manifest = publish::publish(self, &plan, &stamps, previous, options)?;
        memo::save(self, &plan, &stamps, manifest.as_ref(), options);
        Ok(report::report(self, &plan, &stamps, &outcomes, warnings, options, on_event))
    }

    /// Keeps a second run out.
    fn lock(
        &self,
        options: &CollectOptions,
        on_event: &(dyn Fn(Event<'_>) + Sync),
    ) -> Result<Option<Box<dyn std::any::Any + Send>>> {
        if options.dry_run {
            return Ok(None);
        }
        let location = self.storage.location();
        let lock = self.storage.lock(&|| on_event(Event::Waiting { location: &location }));
        lock.map_err(|source| self.cannot_write(source))
    }

    /// Clears away what a killed run left behind.
    fn clean(&self, options: &CollectOptions) -> Result<()> {
        if options.dry_run { Ok(()) } else { self.storage.clean().map_err(|source| self.cannot_write(source)) }
    }

    fn cannot_write(&self, source: std::io::Error) -> Error {
        Error::Io { action: "write to", subject: self.storage.location(), source }
    }

    /// The manifest of the last collection. A broken one is about to be overwritten, so it is said
    /// and passed over (B19).
    fn previous(&self, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Option<Manifest>> {
        let Some(naming) = &self.naming else { return Ok(None) };
        match naming.manifests.load() {
            Ok(Some(mut manifest)) => {
                // One that Django wrote has no records; its files go on being served.
                if manifest.files.is_empty() {
                    manifest.complete(self.storage)?;
                }
                Ok(Some(manifest))
            }
            Ok(None) => Ok(None),
            Err(Error::Manifest { location, problem }) => {
                on_event(Event::ManifestReplaced { location: &location, problem: &problem });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// What a text refers to and does not get.
type Warnings = Vec<Problem>;
