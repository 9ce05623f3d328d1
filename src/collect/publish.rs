//! The last step: the manifest that names what was written, after everything it names is safe on
//! its medium.

use std::time::SystemTime;

use super::plan::Plan;
use super::stamp::Stamp;
use super::write::Outcome;
use super::{CollectOptions, Collection, Naming};
use crate::error::{Error, Result};
use crate::manifest::{FileRecord, Manifest};
use crate::name::{StaticName, StoredName};
use crate::storage::Storage;

pub(super) fn publish(
    collection: &Collection<'_>,
    plan: &Plan,
    stamps: &[Stamp],
    outcomes: &[Outcome],
    previous: Manifest,
    is_saved: bool,
    options: &CollectOptions,
) -> Result<Manifest> {
    let has_written = !options.dry_run && outcomes.iter().any(|outcome| outcome.copied || outcome.post_processed);
    let synced = || if has_written { sync(collection.storage) } else { Ok(()) };
    let Some(naming) = &collection.naming else { return synced().map(|()| Manifest::default()) };
    // The medium and the processor work at the same time.
    let made = || manifest(collection.storage, naming, plan, stamps, &previous, options);
    let (synced, manifest) = rayon::join(synced, made);
    synced?;
    if !options.dry_run && (manifest != previous || !is_saved) {
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
    for (file, stamp) in plan.files.iter().zip(stamps) {
        let name = &file.name;
        let published = stamp.published();
        manifest.paths.insert(name.clone(), stamp.stored.clone());
        if naming.keep_originals {
            let plain = StoredName::plain(name);
            let source = &stamp.source;
            manifest.files.insert(plain.clone(), record(name, &plain, source.size, &source.integrity));
        }
        let published = record(name, &stamp.stored, published.size, &published.integrity);
        // A custom hash may leave the plain name.
        let is_hashed = stamp.stored.as_name() != name || naming.is_prehashed(name);
        manifest.files.insert(stamp.stored.clone(), if is_hashed { published.immutable() } else { published });
    }
    for (stored, old) in previous.files.iter().filter(|_| !options.clear) {
        // A page of an earlier version may still ask for it, unless somebody has removed it.
        if old.immutable && !manifest.files.contains_key(stored) && storage.metadata(stored.as_name()).is_ok() {
            manifest.files.insert(stored.clone(), old.clone());
        }
    }
    manifest
}
