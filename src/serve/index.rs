//! The look-up over a manifest: what it lists exists and nothing else does. Header values are made
//! when the index is, bodies of small files are kept once they were sent. Under a hashed name a
//! HEAD, 304 or 412 never touches the disk; a plain name may have other bytes by now, so it is
//! looked at until its bytes are kept.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response};

use super::asset::{Asset, past_seconds};
use super::body::Own;
use super::content::{Hashes, Opened, Payload, SMALL, root_of};
use super::decide::{Decision, decide};
use super::lookup::{Answer, Policy, immutable_for, kept_for};
use super::presentation::{Presentation, Shown};
use super::respond::{not_found, respond, send};
use crate::manifest::{FileRecord, Manifest, Variant};
use crate::name::{StaticName, StoredName};
use crate::storage::Storage;
use crate::trouble::OnTrouble;

/// Every file of a manifest, ready to be served.
#[derive(Debug)]
pub(super) struct Index {
    entries: HashMap<StoredName, Arc<Entry>>,
    /// The files at exact paths, by their logical names.
    root_files: HashMap<StaticName, Arc<Entry>>,
    source: Arc<Source>,
}

/// One file.
#[derive(Debug)]
struct Entry {
    logical: StaticName,
    asset: Asset,
    immutable: bool,
    /// What lies in the storage for each representation of the asset, in their order.
    stored: Vec<Stored>,
}

/// The bytes of one representation.
#[derive(Debug)]
struct Stored {
    name: StaticName,
    size: u64,
    integrity: String,
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
    presentation: Presentation,
    follows_links: bool,
    /// How many bytes more may be kept in memory.
    memory: AtomicU64,
    hashes: Hashes,
}

impl Index {
    pub(super) fn new(manifest: &Manifest, storage: Arc<dyn Storage>, policy: &Policy) -> Self {
        let (plain, immutable) = (kept_for(policy.plain_max_age), immutable_for(policy.immutable_max_age));
        let made = |name: &StoredName, record: &FileRecord, cache_control: &HeaderValue| {
            let shown = policy.presentation.of(&record.name);
            Arc::new(Entry::new(name, record, cache_control.clone(), shown))
        };
        let entry = |(name, record): (&StoredName, &FileRecord)| {
            (name.clone(), made(name, record, if record.immutable { &immutable } else { &plain }))
        };
        // Of the hashed file, whose bytes are those of the manifest; kept as briefly as a plain name.
        let root_file = |name: &StaticName| {
            let stored = manifest.paths.get(name)?;
            Some((name.clone(), made(stored, manifest.files.get(stored)?, &plain)))
        };
        let entries = manifest.files.iter().map(entry).collect();
        let root_files = policy.root_files.iter().filter_map(root_file).collect();
        let source = Source {
            storage,
            plain,
            presentation: policy.presentation.clone(),
            follows_links: policy.follows_links,
            memory: AtomicU64::new(policy.memory),
            hashes: Hashes::default(),
        };
        Self { entries, root_files, source: Arc::new(source) }
    }

    pub(super) fn answer(&self, name: &str, method: &Method, headers: &HeaderMap, trouble: &OnTrouble) -> Answer {
        self.answer_with(self.entries.get(name), method, headers, trouble)
    }

    pub(super) fn answer_root_file(
        &self,
        name: &StaticName,
        method: &Method,
        headers: &HeaderMap,
        trouble: &OnTrouble,
    ) -> Answer {
        self.answer_with(self.root_files.get(name), method, headers, trouble)
    }

    fn answer_with(
        &self,
        entry: Option<&Arc<Entry>>,
        method: &Method,
        headers: &HeaderMap,
        trouble: &OnTrouble,
    ) -> Answer {
        let Some(entry) = entry else { return Answer::Ready(not_found(method)) };
        let decision = decide(&entry.asset, method, headers);
        let ready = match entry.stored[decision.representation].body.get() {
            Some(bytes) => send(&decision, &entry.asset, Payload::Bytes(bytes.clone())).ok(),
            None if entry.immutable && !decision.answer.sends_content() => {
                Some(respond(&decision, &entry.asset, Own::empty()))
            }
            None => None,
        };
        if let Some(response) = ready {
            return Answer::Ready(response);
        }
        let (source, entry, trouble) = (self.source.clone(), entry.clone(), trouble.clone());
        let (method, headers) = (method.clone(), headers.clone());
        Answer::Blocking(tokio::task::spawn_blocking(move || source.answer(&entry, &method, &headers, &trouble)))
    }
}

impl Entry {
    fn new(name: &StoredName, record: &FileRecord, cache_control: HeaderValue, shown: Shown) -> Self {
        let FileRecord { size, since, integrity, immutable, encodings, .. } = record;
        // The logical name has the extension also where a hash was put behind it.
        let mut asset = Asset::new(&record.name, *size, integrity, Some(*since), cache_control).shown(shown);
        let mut stored = vec![Stored::new(name.as_name().clone(), *size, integrity)];
        for (coding, Variant { size, integrity, .. }) in encodings {
            asset.add_variant(*coding, *size, integrity);
            stored.push(Stored::new(Variant::name(name, *coding), *size, integrity));
        }
        Self { logical: record.name.clone(), asset, immutable: *immutable, stored }
    }
}

impl Stored {
    fn new(name: StaticName, size: u64, integrity: &str) -> Self {
        Self { name, size, integrity: integrity.to_owned(), body: OnceLock::new(), told: AtomicBool::new(false) }
    }
}

impl Source {
    /// The answer after a look at the file: 404 if it is not what it should be. A variant that is not
    /// is as if it had never been made.
    fn answer(&self, entry: &Entry, method: &Method, headers: &HeaderMap, trouble: &OnTrouble) -> Response<Own> {
        let decision = decide(&entry.asset, method, headers);
        let stored = &entry.stored[decision.representation];
        if decision.representation == 0 {
            return self.identity(entry, &entry.asset, method, headers, trouble);
        }
        // Under a plain name there may be a newer file by now, of which the manifest knows no variant.
        let variant = (entry.immutable || self.is_still_recorded(entry))
            .then(|| self.variant(entry, stored, &decision).map_err(|problem| self.tell(stored, &problem, trouble)));
        variant.and_then(Result::ok).unwrap_or_else(|| {
            let asset = entry.asset.without_variants();
            self.identity(entry, &asset, method, headers, trouble)
        })
    }

    /// Whether the file as it is is the one that the manifest records.
    fn is_still_recorded(&self, entry: &Entry) -> bool {
        let stored = &entry.stored[0];
        let look = || {
            let mut opened = self.open(stored)?;
            let is_recorded = self.is_recorded(stored, &mut opened)?;
            if is_recorded {
                self.keep(stored, &opened.payload);
            }
            io::Result::Ok(is_recorded)
        };
        stored.body.get().is_some() || look().unwrap_or(false)
    }

    fn variant(&self, entry: &Entry, stored: &Stored, decision: &Decision) -> io::Result<Response<Own>> {
        let mut opened = self.open(stored)?;
        if !self.is_recorded(stored, &mut opened)? {
            return Err(not_as_recorded());
        }
        // What is sent from memory is not looked at again; a file and its variants only together.
        if entry.immutable || entry.stored[0].body.get().is_some() {
            self.keep(stored, &opened.payload);
        }
        send(decision, &entry.asset, opened.payload)
    }

    fn identity(
        &self,
        entry: &Entry,
        asset: &Asset,
        method: &Method,
        headers: &HeaderMap,
        trouble: &OnTrouble,
    ) -> Response<Own> {
        self.read(entry, asset, method, headers).unwrap_or_else(|problem| {
            self.tell(&entry.stored[0], &problem, trouble);
            not_found(method)
        })
    }

    fn tell(&self, stored: &Stored, problem: &io::Error, trouble: &OnTrouble) {
        if !stored.told.swap(true, Ordering::Relaxed) {
            trouble.tell(&format!("{} in {} cannot be served: {problem}", stored.name, self.storage.location()));
        }
    }

    /// The answer with the file as it is.
    fn read(&self, entry: &Entry, asset: &Asset, method: &Method, headers: &HeaderMap) -> io::Result<Response<Own>> {
        let stored = &entry.stored[0];
        let mut opened = self.open(stored)?;
        if self.is_recorded(stored, &mut opened)? {
            self.keep(stored, &opened.payload);
            return send(&decide(asset, method, headers), asset, opened.payload);
        }
        if entry.immutable {
            return Err(not_as_recorded());
        }
        self.as_it_is_now(entry, opened, method, headers)
    }

    fn open(&self, stored: &Stored) -> io::Result<Opened> {
        let name = &stored.name;
        let content = self.storage.open(name)?;
        let path = self.storage.local_path(name).filter(|_| !self.follows_links);
        let root = path.and_then(|path| root_of(&path, name));
        Opened::new(content, root.as_deref())
    }

    /// Whether the file is the one that the manifest records. A large one is read to find out, and
    /// again when it was written to.
    fn is_recorded(&self, stored: &Stored, opened: &mut Opened) -> io::Result<bool> {
        Ok(opened.metadata.size == stored.size && *opened.integrity(&self.hashes)? == *stored.integrity)
    }

    /// Keeps the bytes of a small file while there is memory left for them.
    fn keep(&self, stored: &Stored, payload: &Payload) {
        let Payload::Bytes(bytes) = payload else { return };
        let size = bytes.len() as u64;
        if size > SMALL || self.reserve(size).is_err() {
            return;
        }
        if stored.body.set(bytes.clone()).is_err() {
            // Another request was faster.
            self.memory.fetch_add(size, Ordering::Relaxed);
        }
    }

    fn reserve(&self, size: u64) -> Result<u64, u64> {
        self.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size))
    }

    /// A plain name whose file was collected anew, and the manifest that says so is not yet here: its
    /// present content under a tag of its own.
    fn as_it_is_now(
        &self,
        entry: &Entry,
        mut opened: Opened,
        method: &Method,
        headers: &HeaderMap,
    ) -> io::Result<Response<Own>> {
        let integrity = opened.integrity(&self.hashes)?;
        let Opened { metadata, payload } = opened;
        let modified = metadata.modified.and_then(past_seconds);
        let name = &entry.stored[0].name;
        let asset = Asset::new(name, metadata.size, &integrity, modified, self.plain.clone());
        let asset = asset.shown(self.presentation.of(&entry.logical));
        send(&decide(&asset, method, headers), &asset, payload)
    }
}

fn not_as_recorded() -> io::Error {
    io::Error::other("its content is not what the manifest says; run `collectstatic`")
}
