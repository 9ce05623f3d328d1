//! What a run says: events on the way, and the report at its end with Django's summary line.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::plan::Plan;
use super::stamp::Stamp;
use super::write::Outcome;
use super::{Collection, Warnings};
use crate::error::Problem;
use crate::finders::FoundFile;
use crate::name::{StaticName, StoredName};

/// Something that happened while collecting. Events about single files come in the order of their
/// names, after the work is done.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another run has the lock; this one waits for it.
    Waiting {
        /// What is locked.
        location: &'a str,
    },
    /// The manifest of the last run is broken and will be replaced; earlier versions that it
    /// recorded are no longer served.
    ManifestReplaced {
        /// Where it is.
        location: &'a str,
        /// What is wrong with it.
        problem: &'a str,
    },
    /// Two sources have a file of one name.
    Duplicate {
        /// The file that is collected.
        winner: &'a FoundFile,
        /// The file that is not.
        loser: &'a FoundFile,
    },
    /// How far a station is. Comes from many threads.
    Progress {
        /// The station: `hashing`, `writing`.
        station: &'static str,
        /// Files done.
        done: usize,
        /// Files in all.
        total: usize,
    },
    /// A file was copied, or would be.
    Copied {
        /// The source.
        file: &'a FoundFile,
    },
    /// A file was there already.
    Unmodified {
        /// The source.
        file: &'a FoundFile,
    },
    /// A hashed file was written, or would be.
    PostProcessed {
        /// The logical name.
        name: &'a StaticName,
        /// The name it is published under.
        stored: &'a StoredName,
    },
}

/// What a run did, or in a dry run would have done. Displays as Django's summary line (behaviour
/// 79).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Files that were copied.
    pub modified: Vec<StaticName>,
    /// Files that were there already.
    pub unmodified: Vec<StaticName>,
    /// Files whose hashed copy was written, with its name.
    pub post_processed: Vec<(StaticName, StoredName)>,
    /// Files that lost to another of their name.
    pub skipped: Vec<StaticName>,
    /// References that lead nowhere and do not fail the run.
    pub warnings: Vec<Problem>,
    /// Where the files are.
    pub destination: Option<String>,
}

impl Report {
    /// The report of a run that had nothing to do.
    pub(super) fn unchanged(collection: &Collection<'_>, plan: &Plan, warnings: Warnings) -> Self {
        Self {
            warnings,
            unmodified: plan.files.iter().map(|file| file.name.clone()).collect(),
            skipped: plan.skipped.clone(),
            destination: destination(collection, plan),
            ..Self::default()
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let copied = self.modified.len();
        write!(f, "{copied} static file{} copied", if copied == 1 { "" } else { "s" })?;
        if let Some(destination) = &self.destination {
            write!(f, " to '{destination}'")?;
        }
        let parts = [
            (self.unmodified.len(), "unmodified"),
            (self.post_processed.len(), "post-processed"),
            (self.skipped.len(), "skipped due to conflict"),
        ];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        f.write_str(".")
    }
}

pub(super) fn report(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    outcomes: &[Outcome],
    warnings: Warnings,
    on_event: &dyn Fn(Event<'_>),
) -> Report {
    let mut report = Report {
        warnings,
        skipped: plan.skipped.clone(),
        destination: destination(collection, plan),
        ..Report::default()
    };
    for (file, outcome) in plan.files.iter().zip(outcomes) {
        if outcome.copied {
            on_event(Event::Copied { file });
            report.modified.push(file.name.clone());
        } else {
            on_event(Event::Unmodified { file });
            report.unmodified.push(file.name.clone());
        }
    }
    for ((file, stamp), outcome) in plan.files.iter().zip(stamps).zip(outcomes) {
        if outcome.post_processed {
            on_event(Event::PostProcessed { name: &file.name, stored: &stamp.stored });
            report.post_processed.push((file.name.clone(), stamp.stored.clone()));
        }
    }
    report
}

/// The storage's place, where it is one of this machine (Django behaviour 79).
fn destination(collection: &Collection<'_>, plan: &Plan) -> Option<String> {
    let storage = collection.storage;
    let any = plan.files.first().map(|file| &file.name);
    let is_local = any.is_none_or(|name| storage.local_path(name).is_some());
    is_local.then(|| storage.location())
}

/// Counts the files of a station from many threads.
pub(super) struct Progress<'a> {
    done: AtomicUsize,
    total: usize,
    station: &'static str,
    on_event: &'a (dyn Fn(Event<'_>) + Sync),
}

impl<'a> Progress<'a> {
    pub(super) fn new(total: usize, station: &'static str, on_event: &'a (dyn Fn(Event<'_>) + Sync)) -> Self {
        Self { done: AtomicUsize::new(0), total, station, on_event }
    }

    pub(super) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // Often enough for a bar, seldom enough to cost nothing.
        if done.is_multiple_of(64) || done == self.total {
            (self.on_event)(Event::Progress { station: self.station, done, total: self.total });
        }
    }
}
