//! `[serve]` as it is written in a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::serve::{HeaderRule, ResourcePolicy, ServeSettings};

/// What the file says; what it does not stays as it is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct GivenServe {
    path: Option<String>,
    max_age: Option<u64>,
    immutable_max_age: Option<u64>,
    cors: Option<bool>,
    cross_origin_resource_policy: Option<Policy>,
    nosniff: Option<bool>,
    headers: Option<Vec<HeaderRule>>,
    media_types: Option<BTreeMap<String, String>>,
    root_files: Option<BTreeMap<String, String>>,
    follow_links: Option<bool>,
    memory: Option<Bytes>,
    reload_every: Option<u64>,
}

/// The keys of the table.
pub(super) const KEYS: &[&str] = &[
    "path",
    "max_age",
    "immutable_max_age",
    "cors",
    "cross_origin_resource_policy",
    "nosniff",
    "headers",
    "media_types",
    "root_files",
    "follow_links",
    "memory",
    "reload_every",
];

impl GivenServe {
    pub(super) fn put_into(self, settings: &mut ServeSettings) {
        fn set<T>(place: &mut T, given: Option<T>) {
            if let Some(given) = given {
                *place = given;
            }
        }
        set(&mut settings.path, self.path.map(|path| Some(path).filter(|path| !path.is_empty())));
        set(&mut settings.max_age, self.max_age);
        set(&mut settings.immutable_max_age, self.immutable_max_age);
        set(&mut settings.cors, self.cors);
        set(&mut settings.cross_origin_resource_policy, self.cross_origin_resource_policy.map(|policy| policy.0));
        set(&mut settings.nosniff, self.nosniff);
        set(&mut settings.headers, self.headers);
        set(&mut settings.media_types, self.media_types);
        set(&mut settings.root_files, self.root_files);
        set(&mut settings.follow_links, self.follow_links);
        set(&mut settings.memory, self.memory.map(|bytes| bytes.0));
        set(&mut settings.reload_every, self.reload_every);
    }
}

/// A policy by its name, or `false`.
struct Policy(Option<ResourcePolicy>);

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "expected \"cross-origin\", \"same-site\", \"same-origin\" or false";
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Switch(bool),
            Policy(ResourcePolicy),
        }
        match Written::deserialize(deserializer) {
            Ok(Written::Switch(false)) => Ok(Self(None)),
            Ok(Written::Policy(policy)) => Ok(Self(Some(policy))),
            Ok(Written::Switch(true)) | Err(_) => Err(serde::de::Error::custom(EXPECTED)),
        }
    }
}

/// A number of bytes: `67108864` or `"64MiB"`.
#[derive(Debug, PartialEq)]
struct Bytes(u64);

impl Bytes {
    /// Decimal and binary units, case-insensitive.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "kb" => 1000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(factor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        let bytes = match Written::deserialize(deserializer) {
            Ok(Written::Number(bytes)) => Some(Self(bytes)),
            Ok(Written::Text(text)) => Self::parse(&text),
            Err(_) => None,
        };
        bytes.ok_or_else(|| serde::de::Error::custom("expected a number of bytes, or a text such as \"64MiB\""))
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("64MiB", Some(64 << 20)),
            ("64 mib", Some(64 << 20)),
            ("1k", Some(1024)),
            ("2MB", Some(2_000_000)),
            ("3 GiB", Some(3 << 30)),
            ("", None),
            ("MiB", None),
            ("1.5MiB", None),
            ("-1", None),
            ("1 TB", None),
            ("99999999999999999999", None),
            ("99999999999999GiB", None),
        ] {
            assert_eq!(Bytes::parse(text), bytes.map(Bytes), "{text}");
        }
    }
}
