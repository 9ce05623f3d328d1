//! The manifest's bytes: those that Python's `json.dumps` makes, so that a manifest of ours and one
//! of Django's over the same names begin with the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, Serializer};

use super::{FileRecord, Manifest};
use crate::name::{StaticName, StoredName};

/// The version that is written. 1.0 has no `hash` and is read as well.
const VERSION: &str = "1.1";

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    paths: BTreeMap<StaticName, StoredName>,
    #[serde(default)]
    files: BTreeMap<StoredName, FileRecord>,
}

#[derive(Deserialize)]
struct Version {
    version: Option<serde_json::Value>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, String> {
    // A list would do for serde where a struct is meant.
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err("it is no JSON object".to_owned());
    }
    // The version first: what a newer one holds need not be in our form.
    let Version { version } = serde_json::from_slice(bytes).map_err(|error| format!("it is no manifest: {error}"))?;
    match version.as_ref().map(|version| version.as_str().unwrap_or_default()) {
        Some("1.0" | "1.1") => {}
        None => return Err("it has no version".to_owned()),
        Some(_) => return Err(format!("its version {} is unknown", version.unwrap_or_default())),
    }
    let Document { paths, files } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Ok(Manifest { paths, files })
}

pub(super) fn write(manifest: &Manifest) -> Vec<u8> {
    #[derive(Serialize)]
    struct Document<'a> {
        paths: &'a BTreeMap<StaticName, StoredName>,
        version: &'a str,
        hash: String,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        files: &'a BTreeMap<StoredName, FileRecord>,
    }
    let Manifest { paths, files } = manifest;
    python_json(&Document { paths, version: VERSION, hash: manifest.hash(), files })
}

/// The first 12 hex digits of the MD5 over the sorted pairs as JSON (Django behaviour 177).
pub(super) fn paths_hash<'a>(sorted: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<[&str; 2]> = sorted.map(|(name, stored)| [name, stored]).collect();
    let digest = Md5::digest(python_json(&pairs));
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn python_json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, PythonFormatter))
        .expect("strings, numbers and maps of them always are JSON");
    bytes
}

/// Python's defaults: a blank behind commas and colons, everything outside printable ASCII escaped.
struct PythonFormatter;

impl Formatter for PythonFormatter {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for run in fragment.split_inclusive(|character: char| !(' '..='~').contains(&character)) {
            let plain = run.trim_end_matches(|character: char| !(' '..='~').contains(&character));
            writer.write_all(plain.as_bytes())?;
            for unit in run[plain.len()..].encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that Django 6.1.3 wrote. Some of these names cannot be ours, so the format is
    /// asked below the names.
    #[test]
    fn bytes_and_hash_are_those_of_django() {
        #[derive(Deserialize)]
        struct Row {
            paths: BTreeMap<String, String>,
            bytes: String,
            hash: String,
        }
        #[derive(Serialize)]
        struct Document {
            paths: BTreeMap<String, String>,
            version: &'static str,
            hash: String,
        }
        let rows: Vec<Row> = serde_json::from_str(include_str!("../../tests/fixtures/django/manifest.json"))
            .expect("the fixture is JSON");
        assert!(!rows.is_empty());
        for Row { paths, bytes, hash } in rows {
            let ours = paths_hash(paths.iter().map(|(name, stored)| (name.as_str(), stored.as_str())));
            assert_eq!(ours, hash, "{paths:?}");
            let document = Document { paths, version: VERSION, hash };
            assert_eq!(String::from_utf8(python_json(&document)).expect("ASCII"), bytes);
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let name = StaticName::new("é/⊗.css").expect("a name");
        let stored = StoredName::hashed(&name, "0123456789ab");
        let record = FileRecord::new(name.clone(), 3, "sha256-x".into(), 7).immutable();
        let manifest = Manifest { paths: [(name, stored.clone())].into(), files: [(stored, record)].into() };
        assert_eq!(read(&write(&manifest)), Ok(manifest));
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_the_reason() {
        for (bytes, problem) in [
            ("", "it is no manifest: EOF while parsing a value at line 1 column 0"),
            ("[]", "it is no JSON object"),
            ("{}", "it has no version"),
            (r#"{"version": "2.0"}"#, r#"its version "2.0" is unknown"#),
            (r#"{"version": 1.1}"#, "its version 1.1 is unknown"),
            (r#"{"version": "1.1", "paths": {"../x": "y"}}"#, "`../x` cannot be the name"),
        ] {
            let error = read(bytes.as_bytes()).expect_err(bytes);
            assert!(error.starts_with(problem), "{bytes}: {error}");
        }
    }
}
