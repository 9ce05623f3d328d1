//! The last step: the manifest that names what was written, after everything it names is safe on
//! its medium.

use std::time::SystemTime;

use super::compress::Variants;
use super::plan::Plan;
use super::stamp::Stamp;
use super::write::Outcome;
use super::{CollectOptions, Collection, Naming};
use crate::error::{Error, Result};
use crate::manifest::{FileRecord, Manifest, Variant};
use crate::name::{StaticName, StoredName};
use crate::storage::Storage;

/// What was written.
#[derive(Clone, Copy)]
pub(super) struct Published<'a> {
    pub(super) outcomes: &'a [Outcome],
    /// The variants of each file under its stored name; empty without names.
    pub(super) stored: &'a [Variants],
    /// And under its plain one.
    pub(super) plain: &'a [Variants],
}

impl Published<'_> {
    fn is_anything(&self) -> bool {
        let is_written = |variants: &Variants| variants.is_written;
        self.outcomes.iter().any(|outcome| outcome.copied || outcome.post_processed)
            || self.stored.iter().chain(self.plain).any(is_written)
    }
}

pub(super) fn publish(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    written: Published<'_>,
    previous: &Manifest,
    is_saved: bool,
    options: &CollectOptions,
) -> Result<Manifest> {
    let has_written = !options.dry_run && written.is_anything();
    let synced = || if has_written { sync(collection.storage) } else { Ok(()) };
    let Some(naming) = &collection.naming else { return synced().map(|()| Manifest::default()) };
    // The medium and the processor work at the same time.
    let made = || manifest(collection.storage, naming, plan, stamps, written, previous, options);
    let (synced, manifest) = rayon::join(synced, made);
    synced?;
    if !options.dry_run && (manifest != *previous || !is_saved) {
        naming.manifests.save(&manifest)?;
    }
    Ok(manifest)
}

fn sync(storage: &dyn Storage) -> Result<()> {
    let failed = |source| Error::Io { action: "write to", subject: storage.location(), source };
    storage.sync().map_err(failed)
}

fn manifest(
    storage: &dyn Storage,
    naming: &Naming<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    written: Published<'_>,
    previous: &Manifest,
    options: &CollectOptions,
) -> Manifest {
    let now = options.now.unwrap_or_else(SystemTime::now);
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut manifest = Manifest::default();
    let record = |name: &StaticName, stored: &StoredName, size: u64, integrity: &str| {
        // The same bytes under the same name keep the date of their first publication; others get
        // a later one also within a second, because clients may ask by the date alone.
        let since = match previous.files.get(stored) {
            Some(known) if known.integrity == integrity => known.since,
            Some(known) => now.max(known.since.saturating_add(1)),
            None => now,
        };
        FileRecord::new(name.clone(), size, integrity.to_owned(), since)
    };
    let variants = written.stored.iter().zip(written.plain);
    for ((file, stamp), (of_stored, of_plain)) in plan.files.iter().zip(stamps).zip(variants) {
        let name = &file.name;
        let published = stamp.published();
        manifest.paths.insert(name.clone(), stamp.stored.clone());
        if naming.keep_originals {
            let plain = StoredName::plain(name);
            let source = &stamp.source;
            let mut plain_record = record(name, &plain, source.size, &source.integrity);
            plain_record.encodings.clone_from(&of_plain.encodings);
            manifest.files.insert(plain, plain_record);
        }
        let mut published = record(name, &stamp.stored, published.size, &published.integrity);
        published.encodings.clone_from(&of_stored.encodings);
        // A custom hash may leave the plain name.
        let is_hashed = stamp.stored.as_name() != name || naming.is_prehashed(name);
        manifest.files.insert(stamp.stored.clone(), if is_hashed { published.immutable() } else { published });
    }
    if !options.clear {
        keep_old_versions(storage, previous, &mut manifest);
    }
    manifest
}

/// A page of an earlier version may still ask for its files, unless somebody has removed them. A
/// variant whose name another file has by now is gone.
fn keep_old_versions(storage: &dyn Storage, previous: &Manifest, manifest: &mut Manifest) {
    let is_there = |name: &StaticName| storage.metadata(name).is_ok();
    for (stored, old) in previous.files.iter().filter(|(_, old)| old.immutable) {
        if manifest.files.contains_key(stored) || !is_there(stored.as_name()) {
            continue;
        }
        let mut old = old.clone();
        old.encodings.retain(|coding, _| {
            let name = Variant::name(stored, *coding);
            !manifest.files.contains_key(name.as_str()) && is_there(&name)
        });
        manifest.files.insert(stored.clone(), old);
    }
}
