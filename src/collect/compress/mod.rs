//! Compressed variants of what is published, beside each file under its name with the coding's
//! extension: `css/app.5f3a1c9e2b7d.css.br`. Only media that are not compressed already have any, and
//! only where it pays. Who gets which is for serving.

#[cfg(any(not(feature = "brotli"), not(feature = "gzip"), not(feature = "zstd")))]
mod absent;
#[cfg(feature = "brotli")]
mod brotli;
#[cfg(feature = "gzip")]
mod gzip;
mod prune;
#[cfg(feature = "zstd")]
mod zstd;

use std::collections::{BTreeMap, HashSet};
use std::io;

use bytes::Bytes;
use rayon::prelude::*;

#[cfg(not(feature = "brotli"))]
use self::absent as brotli;
#[cfg(not(feature = "gzip"))]
use self::absent as gzip;
#[cfg(not(feature = "zstd"))]
use self::absent as zstd;
pub(super) use self::prune::{forget, forget_replaced, published};
use super::digest::Digest;
use super::memo::Memo;
use super::plan::Plan;
use super::report::{Event, Progress};
use super::stamp::Stamp;
use super::write::{is_linked, is_published};
use super::{CollectOptions, Collection, Naming};
use crate::coding::Coding;
use crate::error::{Error, Result};
use crate::finders::FoundFile;
use crate::manifest::{Manifest, Variant, integrity_of};
use crate::media_type::media_type;
use crate::name::{StaticName, StoredName};
use crate::storage::{Content, Storage};

/// Smaller files fit into one packet with their header anyway.
const SMALLEST: u64 = 200;

/// Larger files have no variants: their bytes and those of their variants are in memory at once.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Files above this size are compressed one after the other, so that memory does not grow with the
/// number of processors.
const ONE_AT_A_TIME: u64 = 4 * 1024 * 1024;

/// Which variants are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compression {
    pub(crate) codings: Vec<Coding>,
    pub(crate) effort: Effort,
}

/// How hard compressing is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    Fast,
    Balanced,
    Best,
}

/// The variants of one published file.
#[derive(Debug, Clone, Default)]
pub(super) struct Variants {
    pub(super) encodings: BTreeMap<Coding, Variant>,
    /// Those that this run has compressed.
    pub(super) made: Vec<(Coding, u64)>,
    /// Whether this run has written any.
    pub(super) is_written: bool,
    /// Those that do not pay.
    pub(super) declined: Vec<Declined>,
}

/// The integrity of a content, and a coding that makes it no smaller.
pub(super) type Declined = (String, Coding);

/// What compressing looks at.
pub(super) struct Compressor<'a> {
    pub(super) collection: &'a Collection<'a>,
    pub(super) naming: &'a Naming<'a>,
    pub(super) plan: &'a Plan,
    pub(super) stamps: &'a [Stamp],
    pub(super) memo: &'a Memo,
    pub(super) previous: &'a Manifest,
    pub(super) options: &'a CollectOptions,
}

/// A published file that may have variants.
struct Subject<'a> {
    file: &'a FoundFile,
    stored: StoredName,
    digest: &'a Digest,
    /// Its bytes, if they are at hand.
    bytes: Option<&'a Bytes>,
}

impl Compressor<'_> {
    /// The variants of every file under its stored name, written. None in a dry run.
    pub(super) fn stored(&self, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Result<Vec<Variants>> {
        let done = Progress::new(self.plan.files.len(), "compressing", on_event);
        self.of_each(|index| {
            done.step();
            let (file, stamp) = (&self.plan.files[index], &self.stamps[index]);
            let is_plain = stamp.stored.as_name() == &file.name;
            let is_link = is_plain && stamp.rewritten.is_none() && is_linked(file, self.options);
            let bytes = stamp.rewritten.as_ref().map(|(bytes, _)| bytes).or(stamp.bytes.as_ref());
            let subject = Subject { file, stored: stamp.stored.clone(), digest: stamp.published(), bytes };
            // Where a link leads the bytes may change at any time.
            Some(subject).filter(|_| !is_link)
        })
    }

    /// The variants of every plain copy, written: shared with the stored file where that has the same
    /// bytes.
    pub(super) fn plain(&self, stored: &[Variants]) -> Result<Vec<Variants>> {
        let has_copy = |index: usize| {
            let (file, stamp) = (&self.plan.files[index], &self.stamps[index]);
            self.naming.keep_originals && stamp.stored.as_name() != &file.name && !is_linked(file, self.options)
        };
        let mut variants = self.of_each(|index| {
            let (file, stamp) = (&self.plan.files[index], &self.stamps[index]);
            let stored = StoredName::plain(&file.name);
            let subject = Subject { file, stored, digest: &stamp.source, bytes: stamp.bytes.as_ref() };
            Some(subject).filter(|_| has_copy(index) && stamp.rewritten.is_some())
        })?;
        let taken = self.taken();
        let shared = variants.par_iter_mut().enumerate();
        let shared = shared.filter(|(index, _)| has_copy(*index) && self.stamps[*index].rewritten.is_none());
        shared.try_for_each(|(index, variants)| {
            *variants = self.share(&self.plan.files[index], &self.stamps[index], &stored[index], &taken)?;
            Ok::<_, Error>(())
        })?;
        Ok(variants)
    }

    /// The variants of each file for which there is a subject.
    fn of_each<'s>(&self, subject: impl Fn(usize) -> Option<Subject<'s>> + Sync) -> Result<Vec<Variants>> {
        let mut all = vec![Variants::default(); self.plan.files.len()];
        if self.options.dry_run || self.naming.compression.codings.is_empty() {
            return Ok(all);
        }
        let taken = self.taken();
        let compress = |index: usize, variants: &mut Variants| {
            let subject = subject(index).filter(Subject::is_worth_it);
            if let Some(subject) = subject {
                *variants = self.variants(&subject, &taken)?;
            }
            Ok::<_, Error>(())
        };
        let is_large = |index: usize| self.plan.files[index].size > ONE_AT_A_TIME;
        let small = all.par_iter_mut().enumerate().with_max_len(1).filter(|(index, _)| !is_large(*index));
        small.try_for_each(|(index, variants)| compress(index, variants))?;
        let mut large = all.iter_mut().enumerate().filter(|(index, _)| is_large(*index));
        large.try_for_each(|(index, variants)| compress(index, variants))?;
        Ok(all)
    }

    /// The variants of one file: those that are there, and the missing ones made.
    fn variants(&self, subject: &Subject<'_>, taken: &HashSet<&str>) -> Result<Variants> {
        let mut variants = Variants::default();
        let mut missing = Vec::new();
        for coding in self.codings() {
            let name = Variant::name(&subject.stored, coding);
            if self.is_taken(&name, taken) {
                continue;
            }
            if let Some(variant) = self.known(subject, coding, &name)? {
                variants.encodings.insert(coding, variant);
            } else if self.memo.declines(&subject.digest.integrity, coding) {
                variants.declined.push((subject.digest.integrity.clone(), coding));
            } else {
                missing.push((coding, name));
            }
        }
        if missing.is_empty() {
            return Ok(variants);
        }
        let bytes = subject.read()?;
        let make = |(coding, name)| Ok((coding, self.make(subject, &bytes, coding, &name)?));
        for (coding, variant) in missing.into_par_iter().map(make).collect::<Result<Vec<_>>>()? {
            match variant {
                Some(variant) => {
                    variants.is_written = true;
                    variants.made.push((coding, variant.size));
                    variants.encodings.insert(coding, variant);
                }
                None => variants.declined.push((subject.digest.integrity.clone(), coding)),
            }
        }
        Ok(variants)
    }

    /// The codings that are asked for and that this crate was built with.
    fn codings(&self) -> impl Iterator<Item = Coding> {
        Coding::ALL.into_iter().filter(|coding| self.naming.compression.codings.contains(coding) && coding.is_built())
    }

    /// The variant as an earlier run has left it, if that is still there.
    fn known(&self, subject: &Subject<'_>, coding: Coding, name: &StaticName) -> Result<Option<Variant>> {
        let record = self.previous.files.get(&subject.stored).filter(|_| !self.options.clear);
        let record = record.filter(|record| record.integrity == subject.digest.integrity);
        let Some(variant) = record.and_then(|record| record.encodings.get(&coding)) else { return Ok(None) };
        Ok(self.is_there(name, variant)?.then(|| variant.clone()))
    }

    fn is_there(&self, name: &StaticName, Variant { size, integrity }: &Variant) -> Result<bool> {
        if self.memo.vouches_for_variant(name) {
            return Ok(true);
        }
        let digest = Digest { size: *size, integrity: integrity.clone(), name_hash: String::new() };
        is_published(self.collection.storage, name, &digest, self.memo)
    }

    /// Compresses and writes one variant, if it pays.
    fn make(&self, subject: &Subject<'_>, bytes: &[u8], coding: Coding, name: &StaticName) -> Result<Option<Variant>> {
        let compressed = compress(bytes, coding, self.naming.compression.effort);
        let cannot_compress =
            |source| Error::Io { action: "compress", subject: subject.file.origin.to_string(), source };
        let compressed = compressed.map_err(cannot_compress)?;
        if !pays(bytes.len(), compressed.len()) {
            return Ok(None);
        }
        let (size, integrity) = integrity_of(&compressed[..]).map_err(cannot_compress)?;
        let written = self.write(name, |storage| storage.write(name, &Content::Bytes(compressed.into())))?;
        Ok(written.then(|| Variant::new(size, integrity)))
    }

    /// The variants of a plain copy that has the bytes of the stored file.
    fn share(&self, file: &FoundFile, stamp: &Stamp, stored: &Variants, taken: &HashSet<&str>) -> Result<Variants> {
        let plain = StoredName::plain(&file.name);
        let mut variants = Variants::default();
        for (coding, variant) in &stored.encodings {
            let (from, to) = (Variant::name(&stamp.stored, *coding), Variant::name(&plain, *coding));
            if self.is_taken(&to, taken) {
                continue;
            }
            if self.options.clear || !self.is_there(&to, variant)? {
                if !self.write(&to, |storage| storage.copy(&from, &to))? {
                    continue;
                }
                variants.is_written = true;
            }
            variants.encodings.insert(*coding, variant.clone());
        }
        Ok(variants)
    }

    /// Whether a variant could be written: where its name would be too long there is none.
    fn write(&self, name: &StaticName, write: impl FnOnce(&dyn Storage) -> io::Result<()>) -> Result<bool> {
        let storage = self.collection.storage;
        match write(storage) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => Ok(false),
            Err(error) => Err(Error::stored("write", name, &storage.location(), error)),
        }
    }

    /// The names of files, which no variant may have.
    fn taken(&self) -> HashSet<&str> {
        let names = self.plan.files.iter().map(|file| file.name.as_str());
        let stored = self.stamps.iter().map(|stamp| stamp.stored.as_str());
        let manifest = self.collection.manifest_name.iter().map(StaticName::as_str);
        let kept = self.previous.files.iter().filter(|(_, record)| record.immutable).map(|(stored, _)| stored.as_str());
        names.chain(stored).chain(kept).chain(manifest).collect()
    }

    fn is_taken(&self, name: &StaticName, taken: &HashSet<&str>) -> bool {
        taken.contains(name.as_str()) || self.plan.is_directory(name.as_str())
    }
}

impl Subject<'_> {
    /// Whether the medium and the size are such that a variant may pay.
    fn is_worth_it(&self) -> bool {
        (SMALLEST..=LARGEST).contains(&self.digest.size) && media_type(&self.file.name).1
    }

    /// The bytes that were hashed. A source that has others by now would give a variant of another
    /// content.
    fn read(&self) -> Result<Bytes> {
        if let Some(bytes) = self.bytes {
            return Ok(bytes.clone());
        }
        let failed = |source| Error::Io { action: "read", subject: self.file.origin.to_string(), source };
        let bytes = self.file.content.read().map_err(failed)?;
        let (_, integrity) = integrity_of(&bytes[..]).map_err(failed)?;
        if integrity != self.digest.integrity {
            return Err(failed(io::Error::other("it changed while it was collected; run `collectstatic` again")));
        }
        Ok(bytes)
    }
}

fn compress(bytes: &[u8], coding: Coding, effort: Effort) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Br => brotli::compress(bytes, effort),
        Coding::Zstd => zstd::compress(bytes, effort),
        Coding::Gzip => gzip::compress(bytes, effort),
    }
}

/// Whether a variant is at least 5 % smaller.
fn pays(size: usize, compressed: usize) -> bool {
    compressed <= size / 100 * 95 + size % 100 * 95 / 100
}

/// What holds for every coding.
#[cfg(all(test, any(feature = "brotli", feature = "gzip", feature = "zstd")))]
fn keeps_the_law(compress: fn(&[u8], Effort) -> io::Result<Vec<u8>>, decompress: fn(&[u8]) -> Vec<u8>) {
    // A text that no change of the code changes.
    let text = include_bytes!("../../../tests/fixtures/django/fnmatch.json");
    let sizes = [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| {
        let compressed = compress(text, effort).expect("it works");
        assert_eq!(compressed, compress(text, effort).expect("it works"), "the same bytes each time");
        assert!(decompress(&compressed) == text);
        compressed.len()
    });
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
}
