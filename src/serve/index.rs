//! The look-up over a manifest: what it lists exists and nothing else does. Header values are made
//! when the index is, bodies of small files are kept once they were sent; a HEAD, 304 or 412 never
//! touches the disk.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response};

use super::asset::{Asset, past_seconds};
use super::body::Own;
use super::content::{Hashes, Opened, Payload, SMALL, within_root};
use super::decide::{Decision, decide};
use super::lookup::{Answer, OnTrouble, Policy, kept_for};
use super::respond::{not_found, respond};
use crate::manifest::{FileRecord, Manifest};
use crate::name::StoredName;
use crate::storage::Storage;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Every file of a manifest, ready to be served.
#[derive(Debug)]
pub(super) struct Index {
    entries: HashMap<StoredName, Arc<Entry>>,
    source: Arc<Source>,
}

/// One file.
#[derive(Debug)]
struct Entry {
    name: StoredName,
    asset: Asset,
    size: u64,
    integrity: String,
    immutable: bool,
    /// The content, once it was read and found to be what the manifest says.
    body: OnceLock<Bytes>,
    /// Whether somebody was told that it cannot be served.
    told: AtomicBool,
}

/// Where the bytes are, and what was learnt of them.
#[derive(Debug)]
struct Source {
    storage: Arc<dyn Storage>,
    plain: HeaderValue,
    /// How many bytes more may be kept in memory.
    memory: AtomicU64,
    hashes: Hashes,
}

impl Index {
    pub(super) fn new(manifest: &Manifest, storage: Arc<dyn Storage>, policy: &Policy) -> Self {
        let plain = kept_for(policy.plain_max_age);
        let entry = |(name, record): (&StoredName, &FileRecord)| {
            (name.clone(), Arc::new(Entry::new(name.clone(), record, &plain)))
        };
        let entries = manifest.files.iter().map(entry).collect();
        let memory = AtomicU64::new(policy.memory);
        Self { entries, source: Arc::new(Source { storage, plain, memory, hashes: Hashes::default() }) }
    }

    pub(super) fn answer(&self, name: &str, method: &Method, headers: &HeaderMap, trouble: &OnTrouble) -> Answer {
        let Some(entry) = self.entries.get(name) else { return Answer::Ready(not_found(method)) };
        let decision = decide(&entry.asset, method, headers);
        match (decision, entry.body.get()) {
            (Decision::Whole, None) => {
                let (source, entry, trouble) = (self.source.clone(), entry.clone(), trouble.clone());
                Answer::Blocking(tokio::task::spawn_blocking(move || source.whole(&entry, &trouble)))
            }
            (Decision::Whole, Some(bytes)) => {
                Answer::Ready(respond(Decision::Whole, &entry.asset, Own::Full(bytes.clone())))
            }
            (decision, _) => Answer::Ready(respond(decision, &entry.asset, Own::empty())),
        }
    }
}

impl Entry {
    fn new(name: StoredName, record: &FileRecord, plain: &HeaderValue) -> Self {
        let FileRecord { size, since, integrity, immutable, .. } = record.clone();
        let cache_control = if immutable { IMMUTABLE } else { plain.clone() };
        // The logical name has the extension also where a hash was put behind it.
        let asset = Asset::new(&record.name, size, &integrity, Some(since), cache_control);
        Self { name, asset, size, integrity, immutable, body: OnceLock::new(), told: AtomicBool::new(false) }
    }
}

impl Source {
    /// The answer with the whole file, read from the storage; 404 if it is not what it should be.
    fn whole(&self, entry: &Entry, trouble: &OnTrouble) -> Response<Own> {
        self.read(entry).unwrap_or_else(|problem| {
            if !entry.told.swap(true, Ordering::Relaxed) {
                let location = self.storage.location();
                trouble.tell(&format!("{} in {location} cannot be served: {problem}", entry.name));
            }
            not_found(&Method::GET)
        })
    }

    fn read(&self, entry: &Entry) -> io::Result<Response<Own>> {
        let mut opened = self.open(entry)?;
        if self.is_recorded(entry, &mut opened)? {
            self.keep(entry, &opened.payload);
            let body = opened.payload.into_body(entry.size)?;
            return Ok(respond(Decision::Whole, &entry.asset, body));
        }
        if entry.immutable {
            return Err(io::Error::other("its content is not what the manifest says; run `collectstatic`"));
        }
        self.as_it_is_now(entry, opened)
    }

    fn open(&self, entry: &Entry) -> io::Result<Opened> {
        let name = entry.name.as_name();
        let content = self.storage.open(name)?;
        let is_local = self.storage.local_path(name).is_some();
        Opened::new(if is_local { within_root(content, name)? } else { content })
    }

    /// Whether the file is the one that the manifest records. A large one whose name has its hash is
    /// not read to find out.
    fn is_recorded(&self, entry: &Entry, opened: &mut Opened) -> io::Result<bool> {
        let size = opened.metadata.size;
        if size != entry.size || (entry.immutable && size > SMALL) {
            return Ok(size == entry.size);
        }
        Ok(*opened.integrity(&self.hashes)? == *entry.integrity)
    }

    /// Keeps the bytes of a small file while there is memory left for them.
    fn keep(&self, entry: &Entry, payload: &Payload) {
        let Payload::Bytes(bytes) = payload else { return };
        let size = bytes.len() as u64;
        if size > SMALL || self.reserve(size).is_err() {
            return;
        }
        if entry.body.set(bytes.clone()).is_err() {
            // Another request was faster.
            self.memory.fetch_add(size, Ordering::Relaxed);
        }
    }

    fn reserve(&self, size: u64) -> Result<u64, u64> {
        self.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size))
    }

    /// A plain name whose file was collected anew, and the manifest that says so is not yet here: its
    /// present content under a tag of its own.
    fn as_it_is_now(&self, entry: &Entry, mut opened: Opened) -> io::Result<Response<Own>> {
        let integrity = opened.integrity(&self.hashes)?;
        let Opened { metadata, payload } = opened;
        let modified = metadata.modified.and_then(past_seconds);
        let asset = Asset::new(entry.name.as_name(), metadata.size, &integrity, modified, self.plain.clone());
        Ok(respond(Decision::Whole, &asset, payload.into_body(metadata.size)?))
    }
}
