//! What a run says: events on the way, and the report at its end with Django's summary line.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compress::Variants;
use super::plan::Plan;
use super::stamp::Stamp;
use super::write::Outcome;
use super::{Collection, Warnings};
use crate::coding::Coding;
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
    /// Something that lay in the storage was deleted because clearing was asked for, or would be.
    Deleted {
        /// Its name, as a person finds it below the static root.
        name: &'a str,
    },
    /// Two sources have a file of one name and other content.
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
    /// A file whose content or kind differed is replaced, or would be.
    Replaced {
        /// The source of the new one.
        file: &'a FoundFile,
    },
    /// A link to a file was made, or would be.
    Linked {
        /// The source.
        file: &'a FoundFile,
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
    /// The hashed file was there already.
    PostProcessingSkipped {
        /// The logical name.
        name: &'a StaticName,
        /// The name it is published under.
        stored: &'a StoredName,
    },
    /// Compressed variants of a published file were made.
    Compressed {
        /// The name it is published under.
        stored: &'a StoredName,
        /// The codings, with the size of each variant in bytes.
        variants: &'a [(Coding, u64)],
    },
}

/// What a run did, or in a dry run would have done. Displays as Django's summary line (behaviour
/// 79).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What lay in the storage and was deleted because clearing was asked for.
    pub deleted: Vec<String>,
    /// Files that were copied or linked.
    pub modified: Vec<StaticName>,
    /// Whether plain names are links to the sources.
    pub symlinked: bool,
    /// Files that were there already.
    pub unmodified: Vec<StaticName>,
    /// Files whose hashed copy was written, with its name.
    pub post_processed: Vec<(StaticName, StoredName)>,
    /// Published files of which compressed variants were made.
    pub compressed: Vec<StoredName>,
    /// Files that lost to another of their name.
    pub skipped: Vec<StaticName>,
    /// References that lead nowhere and do not fail the run.
    pub warnings: Vec<Problem>,
    /// Where the files are.
    pub destination: Option<String>,
}

impl Report {
    /// The report of a run that had nothing to do.
    pub(super) fn unchanged(
        collection: &Collection<'_>,
        plan: &Plan,
        warnings: Warnings,
        on_event: &dyn Fn(Event<'_>),
    ) -> Self {
        plan.files.iter().for_each(|file| on_event(Event::Unmodified { file }));
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
        let s = |count: usize| if count == 1 { "" } else { "s" };
        if !self.deleted.is_empty() {
            write!(f, "{} static file{} deleted, ", self.deleted.len(), s(self.deleted.len()))?;
        }
        let (count, action) = (self.modified.len(), if self.symlinked { "symlinked" } else { "copied" });
        write!(f, "{count} static file{} {action}", s(count))?;
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

/// What a run has done, as it is told.
pub(super) struct Done<'a> {
    pub(super) plan: &'a Plan,
    pub(super) stamps: &'a [Stamp],
    pub(super) outcomes: &'a [Outcome],
    /// Of stored names and of plain ones; both may be empty.
    pub(super) variants: [&'a [Variants]; 2],
    pub(super) deleted: Vec<String>,
    pub(super) warnings: Warnings,
    pub(super) symlinked: bool,
}

pub(super) fn report(collection: &Collection<'_>, done: Done<'_>, on_event: &dyn Fn(Event<'_>)) -> Report {
    let Done { plan, stamps, outcomes, variants: [stored_variants, plain_variants], deleted, warnings, symlinked } =
        done;
    deleted.iter().for_each(|name| on_event(Event::Deleted { name }));
    let mut report = Report {
        deleted,
        symlinked,
        warnings,
        skipped: plan.skipped.clone(),
        destination: destination(collection, plan),
        ..Report::default()
    };
    for (file, outcome) in plan.files.iter().zip(outcomes) {
        if outcome.replaced {
            on_event(Event::Replaced { file });
        }
        match outcome {
            Outcome { linked: true, .. } => on_event(Event::Linked { file }),
            Outcome { copied: true, .. } => on_event(Event::Copied { file }),
            _ => on_event(Event::Unmodified { file }),
        }
        let files = if outcome.copied { &mut report.modified } else { &mut report.unmodified };
        files.push(file.name.clone());
    }
    for ((file, stamp), outcome) in plan.files.iter().zip(stamps).zip(outcomes) {
        let (name, stored) = (&file.name, &stamp.stored);
        if outcome.post_processed {
            on_event(Event::PostProcessed { name, stored });
            report.post_processed.push((name.clone(), stored.clone()));
        } else if stored.as_name() != name {
            on_event(Event::PostProcessingSkipped { name, stored });
        }
    }
    let mut compressed = |stored: &StoredName, variants: &Variants| {
        if !variants.made.is_empty() {
            on_event(Event::Compressed { stored, variants: &variants.made });
            report.compressed.push(stored.clone());
        }
    };
    stamps.iter().zip(stored_variants).for_each(|(stamp, variants)| compressed(&stamp.stored, variants));
    let plain = plan.files.iter().zip(plain_variants);
    plain.for_each(|(file, variants)| compressed(&StoredName::plain(&file.name), variants));
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
