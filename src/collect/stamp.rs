//! Which stored name each file gets: the digest of what will be published under it, dependencies
//! first.
//!
//! A text alone in its group is hashed over its final bytes, as Django does it. The members of a
//! cycle cannot be: they are hashed together, with the references among them left as they are, so
//! that each one's name changes when any of them does or anything they refer to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rayon::prelude::*;

use super::digest::{Digest, NameHash};
use super::memo::Memo;
use super::plan::Plan;
use super::report::Event;
use super::scan::{Link, Text};
use super::{CollectOptions, Collection, graph};
use crate::error::{Error, Result};
use crate::finders::FoundFile;
use crate::manifest::Manifest;
use crate::name::{StaticName, StoredName};
use crate::references::splice;
use crate::storage::{Content, local_metadata};

/// What becomes of one file.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    /// Over the source's bytes.
    pub(super) source: Digest,
    /// The name it is published under: hashed, or plain without naming.
    pub(super) stored: StoredName,
    /// The source's bytes, where they were read whole and are kept until they are written.
    pub(super) bytes: Option<Bytes>,
    /// The text with its references rewritten, where that changed it.
    pub(super) rewritten: Option<(Bytes, Digest)>,
}

/// Files up to this size are read whole.
const SMALL: u64 = 64 * 1024;

/// How many bytes of small files are kept from hashing to writing; the others are read twice.
const KEPT: u64 = 64 * 1024 * 1024;

impl Stamp {
    /// The digest of what is published under the stored name.
    pub(super) fn published(&self) -> &Digest {
        self.rewritten.as_ref().map_or(&self.source, |(_, digest)| digest)
    }
}

pub(super) fn stamp(
    collection: &Collection<'_>,
    plan: &Plan,
    texts: &[Text],
    memo: &Memo,
    previous: &Manifest,
    options: &CollectOptions,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Stamp>> {
    let hash = collection.naming.as_ref().map(|naming| &naming.hash);
    let text_of: HashMap<usize, &Text> = texts.iter().map(|text| (text.file, text)).collect();
    let done = super::report::Progress::new(plan.files.len(), "hashing", on_event);
    let kept = AtomicU64::new(0);
    let sources: Vec<Result<(Digest, Option<Bytes>)>> = plan
        .files
        .par_iter()
        .enumerate()
        .map(|(index, file)| {
            done.step();
            match text_of.get(&index) {
                Some(text) => Ok((digest(&text.bytes, file, hash)?, Some(text.bytes.clone()))),
                None => match memo.source(file) {
                    Some(digest) => Ok((digest, None)),
                    None => read(file, hash, &kept),
                },
            }
        })
        .collect();
    let (sources, errors): (Vec<_>, Vec<_>) = sources.into_iter().partition(Result::is_ok);
    Error::none_of(errors.into_iter().filter_map(Result::err).collect())?;
    let mut stamps: Vec<Stamp> = sources
        .into_iter()
        .filter_map(Result::ok)
        .zip(&plan.files)
        .map(|((source, bytes), file)| {
            let is_prehashed = collection.naming.as_ref().is_some_and(|naming| naming.is_prehashed(&file.name));
            let hash = if is_prehashed { "" } else { &*source.name_hash };
            let stored = StoredName::hashed(&file.name, hash);
            Stamp { source, stored, bytes, rewritten: None }
        })
        .collect();
    if let Some(hash) = hash {
        stamp_texts(plan, texts, hash, &mut stamps)?;
    }
    if !options.clear {
        refuse_altered(plan, &stamps, previous)?;
    }
    refuse_clashes(plan, &stamps)?;
    Ok(stamps)
}

/// The digest of a file and, if it is small and there is room, its bytes.
fn read(file: &FoundFile, hash: Option<&NameHash>, kept: &AtomicU64) -> Result<(Digest, Option<Bytes>)> {
    if file.size > SMALL {
        return Ok((read_digest(file, hash)?, None));
    }
    let failed = |source| Error::Io { action: "read", subject: file.origin.to_string(), source };
    let bytes = file.content.read().map_err(failed)?;
    let is_kept = kept.fetch_add(bytes.len() as u64, Ordering::Relaxed) < KEPT;
    Ok((digest(&bytes, file, hash)?, is_kept.then_some(bytes)))
}

/// The digest of what is published for a file.
fn digest(bytes: &[u8], file: &FoundFile, hash: Option<&NameHash>) -> Result<Digest> {
    Digest::of_bytes(&file.name, bytes, hash).map_err(|source| cannot_hash(file, source))
}

fn cannot_hash(file: &FoundFile, source: io::Error) -> Error {
    Error::Io { action: "hash", subject: file.origin.to_string(), source }
}

/// The digest of a file that is read for it in bounded memory, and was not written to meanwhile.
pub(super) fn read_digest(file: &FoundFile, hash: Option<&NameHash>) -> Result<Digest> {
    let read = || {
        let digest = Digest::of_reader(&file.name, || file.content.reader(), hash)?;
        unchanged(file)?;
        Ok(digest)
    };
    read().map_err(|source| Error::Io { action: "read", subject: file.origin.to_string(), source })
}

/// An error if the file is no longer the one that was found.
pub(super) fn unchanged(file: &FoundFile) -> io::Result<()> {
    match (&file.content, file.fingerprint) {
        (Content::File(path), Some(found)) if local_metadata(path)?.fingerprint != Some(found) => {
            Err(io::Error::other("it was changed while it was collected; run again"))
        }
        _ => Ok(()),
    }
}

fn stamp_texts(plan: &Plan, texts: &[Text], hash: &NameHash, stamps: &mut [Stamp]) -> Result<()> {
    let text_at: HashMap<usize, usize> = texts.iter().enumerate().map(|(at, text)| (text.file, at)).collect();
    let edges: Vec<Vec<usize>> = texts
        .iter()
        .map(|text| text.links.iter().filter_map(|link| text_at.get(&link.target).copied()).collect())
        .collect();
    for layer in graph::layers(&edges) {
        let named: Vec<Result<Vec<(usize, Stamp)>>> =
            layer.par_iter().map(|group| stamp_group(plan, texts, group, &edges, hash, stamps)).collect();
        for group in named {
            for (file, stamp) in group? {
                stamps[file] = stamp;
            }
        }
    }
    Ok(())
}

fn stamp_group(
    plan: &Plan,
    texts: &[Text],
    group: &[usize],
    edges: &[Vec<usize>],
    hash: &NameHash,
    stamps: &[Stamp],
) -> Result<Vec<(usize, Stamp)>> {
    if let [alone] = group
        && !edges[*alone].contains(alone)
    {
        let text = &texts[*alone];
        let stored = |target: usize| &stamps[target].stored;
        return Ok(vec![(text.file, rewritten(plan, text, hash, None, &stored, &stamps[text.file])?)]);
    }
    let members: Vec<&Text> = group.iter().map(|at| &texts[*at]).collect();
    let group_hash = group_hash(plan, &members, hash, stamps)?;
    let names: HashMap<usize, StoredName> =
        members.iter().map(|text| (text.file, StoredName::hashed(&plan.files[text.file].name, &group_hash))).collect();
    let stored = |target: usize| names.get(&target).unwrap_or(&stamps[target].stored);
    let stamp =
        |text: &&Text| Ok((text.file, rewritten(plan, text, hash, Some(&group_hash), &stored, &stamps[text.file])?));
    members.iter().map(stamp).collect()
}

/// The hash of a cycle: over its members' names and texts in order, references to the outside
/// rewritten.
fn group_hash(plan: &Plan, members: &[&Text], hash: &NameHash, stamps: &[Stamp]) -> Result<String> {
    let inside: HashSet<usize> = members.iter().map(|member| member.file).collect();
    let mut all = Vec::new();
    for text in members {
        let name = &plan.files[text.file].name;
        let outside = text.links.iter().filter(|link| !inside.contains(&link.target));
        let bytes = splice_links(plan, &text.bytes, outside, &|target| &stamps[target].stored);
        all.extend_from_slice(name.as_str().as_bytes());
        all.push(0);
        all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        all.extend_from_slice(&bytes);
    }
    Ok(digest(&all, &plan.files[members[0].file], Some(hash))?.name_hash)
}

/// The stamp of a text whose targets all have their names.
fn rewritten<'s>(
    plan: &Plan,
    text: &Text,
    hash: &NameHash,
    group_hash: Option<&str>,
    stored: &dyn Fn(usize) -> &'s StoredName,
    stamp: &Stamp,
) -> Result<Stamp> {
    let file = &plan.files[text.file];
    let bytes = Bytes::from(splice_links(plan, &text.bytes, &text.links, stored));
    let is_new = bytes != text.bytes;
    let rewritten = if is_new { Some((bytes.clone(), digest(&bytes, file, Some(hash))?)) } else { None };
    let published = rewritten.as_ref().map_or(&stamp.source, |(_, digest)| digest);
    let stored = StoredName::hashed(&file.name, group_hash.unwrap_or(&published.name_hash));
    Ok(Stamp { source: stamp.source.clone(), stored, bytes: stamp.bytes.clone(), rewritten })
}

fn splice_links<'a, 's: 'a>(
    plan: &Plan,
    text: &[u8],
    links: impl IntoIterator<Item = &'a Link>,
    stored: &dyn Fn(usize) -> &'s StoredName,
) -> Vec<u8> {
    let edit = |link: &'a Link| {
        let hash = inserted(&plan.files[link.target].name, stored(link.target));
        let (before, after) = &link.around;
        let is_insertion = before.is_empty() && after.is_empty();
        (link.range.clone(), if is_insertion { Cow::Borrowed(hash) } else { format!("{before}{hash}{after}").into() })
    };
    splice(text, links.into_iter().map(edit))
}

/// What a stored name has more than its name: `.5f3a1c9e2b7d`.
fn inserted<'s>(name: &StaticName, stored: &'s StoredName) -> &'s str {
    let (_, extension) = crate::name::split_extension(name.file_name());
    let stem = name.as_str().len() - extension.len();
    &stored.as_str()[stem..stored.as_str().len() - extension.len()]
}

/// Bytes that clients were told would never change cannot be replaced by others.
fn refuse_altered(plan: &Plan, stamps: &[Stamp], previous: &Manifest) -> Result<()> {
    let altered = plan.files.iter().zip(stamps).filter_map(|(file, stamp)| {
        let old = previous.files.get(file.name.as_str()).filter(|old| old.immutable)?;
        let problem = match () {
            () if old.integrity == stamp.source.integrity => return None,
            () if old.name == file.name => {
                "it is published as prehashed with another content; build it under another name, or take it out of \
                 storage.prehashed"
                    .to_owned()
            }
            () => format!("an earlier version of `{}` is published under its name; rename or ignore it", old.name),
        };
        Some(Error::Source { path: file.origin.to_string(), problem })
    });
    Error::none_of(altered.collect())
}

/// Two files cannot be published under one name: a source file may look like another's hashed copy.
fn refuse_clashes(plan: &Plan, stamps: &[Stamp]) -> Result<()> {
    let clashes = plan.files.iter().zip(stamps).filter_map(|(file, stamp)| {
        let other = plan.index_of(stamp.stored.as_str()).filter(|_| stamp.stored.as_name() != &file.name)?;
        let problem = format!("`{}` would be published as this file; rename or ignore one", file.name);
        let is_other = stamps[other].source.integrity != stamp.published().integrity;
        is_other.then(|| Error::Source { path: plan.files[other].origin.to_string(), problem })
    });
    Error::none_of(clashes.collect())
}
