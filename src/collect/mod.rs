//! From a source tree to a published one: plan → scan → stamp → compress → write → publish. Each
//! station hands a plain value to the next; nothing is written before everything that can be wrong was looked at.

mod clear;
mod compress;
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

pub(crate) use self::compress::{Compression, Effort};
pub use self::digest::{CustomHash, NameHash};
use self::memo::Memo;
pub use self::report::{Event, Report};
pub use self::scan::{Missing, MissingRule};
use crate::error::{Error, Problem, Result};
use crate::finders::{Finders, Ignore};
use crate::manifest::{Manifest, ManifestStore};
use crate::name::StaticName;
use crate::references::Scanner;
use crate::resolver::StaticUrl;
use crate::storage::{Storage, local_root};

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
    /// Deletes, after everything new is published, all else that lies in the storage.
    pub clear: bool,
    /// Makes the plain names symbolic links to the sources instead of copies.
    pub link: bool,
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

    /// Deletes all else that lies in the storage.
    pub fn clear(mut self, clear: bool) -> Self {
        self.clear = clear;
        self
    }

    /// Makes links to the sources instead of copies.
    pub fn link(mut self, link: bool) -> Self {
        self.link = link;
        self
    }

    /// Copies only: no hashed names, and the manifest stays as it is.
    pub fn no_post_process(mut self, no_post_process: bool) -> Self {
        self.no_post_process = no_post_process;
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
    /// The name of the manifest of any run, if it lies among the published files.
    pub(crate) manifest_name: Option<StaticName>,
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
    pub(crate) style: Style,
    pub(crate) compression: Compression,
    /// Names that carry the hash of their content already: published as they are.
    pub(crate) prehashed: Ignore,
}

impl Naming<'_> {
    /// Whether the file's name carries a hash already.
    fn is_prehashed(&self, name: &StaticName) -> bool {
        self.prehashed.matches(name.as_str())
    }
}

/// How a rewritten reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// The hash is put in, and every other byte stays.
    Minimal,
    /// As Django 6.1 writes it.
    Django,
}

impl Collection<'_> {
    pub(crate) fn collect(&self, options: &CollectOptions, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Report> {
        let started = SystemTime::now();
        self.refuse_links(options)?;
        let _lock = self.lock(options, on_event)?;
        let look_back = || {
            let mut memo = Memo::load(self, options);
            memo.holds(self, options).map(|holds| (memo, holds))
        };
        let (plan, memo) = rayon::join(|| plan::plan(self, on_event), look_back);
        let (plan, (memo, holds)) = (plan?, memo?);
        if holds && memo.has_same_sources(self, &plan)? {
            let warnings = memo.learn(self, &plan, started, options);
            return Ok(Report::unchanged(self, &plan, warnings, on_event));
        }
        let Previous { manifest: previous, is_saved } = self.previous(on_event)?;
        let (texts, warnings) = scan::scan(self, &plan)?;
        let stamps = stamp::stamp(self, &plan, &texts, &memo, &previous, options, on_event)?;
        self.clean(options)?;
        let deleted = clear::begin(self, &plan, options)?;
        // Hashed names and all that takes long first: plain names change when everything else is there.
        let compressor = self.naming.as_ref().map(|naming| compress::Compressor {
            collection: self,
            naming,
            plan: &plan,
            stamps: &stamps,
            memo: &memo,
            previous: &previous,
            options,
        });
        let stored = compressor.as_ref().map_or(Ok(Vec::new()), |compressor| compressor.stored(on_event))?;
        let outcomes = write::write(self, &plan, &stamps, &memo, options, on_event)?;
        let plain = compressor.as_ref().map_or(Ok(Vec::new()), |compressor| compressor.plain(&stored))?;
        compress::forget_replaced(self, &plan, &outcomes, options)?;
        let variants = publish::Published { outcomes: &outcomes, stored: &stored, plain: &plain };
        let manifest = publish::publish(self, &plan, &stamps, variants, &previous, is_saved, options)?;
        compress::forget(self, &previous, &manifest, options)?;
        clear::finish(self, &plan, &manifest, options)?;
        let declined = stored.iter().chain(&plain).flat_map(|variants| variants.declined.clone()).collect();
        memo::save(self, &plan, &stamps, &manifest, memo::Learnt { warnings: &warnings, declined }, started, options);
        let (outcomes, symlinked) = (&*outcomes, options.link);
        let variants = [&*stored, &*plain];
        let done = report::Done { plan: &plan, stamps: &stamps, outcomes, variants, deleted, warnings, symlinked };
        Ok(report::report(self, done, on_event))
    }

    /// Links can only be made where files have paths (Django behaviour 85).
    fn refuse_links(&self, options: &CollectOptions) -> Result<()> {
        if options.link && local_root(self.storage).is_none() {
            return Err(Error::Settings("Can't symlink to a remote destination.".to_owned()));
        }
        Ok(())
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
    fn previous(&self, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Previous> {
        let Some(naming) = &self.naming else { return Ok(Previous::default()) };
        match naming.manifests.load() {
            Ok(Some(mut manifest)) => {
                // One that Django wrote has no records; its files go on being served.
                let is_saved = !manifest.files.is_empty() || manifest.paths.is_empty();
                if !is_saved {
                    manifest.complete(self.storage)?;
                }
                Ok(Previous { manifest, is_saved })
            }
            Ok(None) => Ok(Previous::default()),
            Err(Error::Manifest { location, problem }) => {
                on_event(Event::ManifestReplaced { location: &location, problem: &problem });
                Ok(Previous::default())
            }
            Err(error) => Err(error),
        }
    }
}

/// What the last collection published.
#[derive(Default)]
struct Previous {
    manifest: Manifest,
    /// Whether it is in the store as it is here.
    is_saved: bool,
}

/// What a text refers to and does not get.
type Warnings = Vec<Problem>;
