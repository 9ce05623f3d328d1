//! What is sent of a file whatever the request: its size, its validators and the fields that are
//! fixed per file, ready as header values. Where its bytes are is for others.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

use super::conditional::Validators;
use super::presentation::{Field, Shown};
use crate::coding::Coding;
use crate::media_type::media_type;
use crate::name::StaticName;

/// The year 10000, which an HTTP date cannot say.
const END_OF_DATES: u64 = 253_402_300_800;

/// The fixed fields of one file.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub(super) content_type: HeaderValue,
    pub(super) cache_control: HeaderValue,
    pub(super) last_modified: Option<HeaderValue>,
    /// Whether the answer could differ by `Accept-Encoding`, and `Vary` has to say so.
    pub(super) varies: bool,
    /// Whether clients are told not to guess another media type.
    pub(super) nosniff: bool,
    /// What the settings add; it goes over the fields before it.
    pub(super) fields: Arc<[Field]>,
    /// The file as it is, and behind it its compressed variants.
    pub(super) representations: Vec<Representation>,
    modified: Option<u64>,
}

/// One form of the file: what differs between it and its compressed variants.
#[derive(Debug, Clone)]
pub(super) struct Representation {
    /// `None`: the file as it is.
    pub(super) coding: Option<Coding>,
    pub(super) size: u64,
    pub(super) content_length: HeaderValue,
    /// A tag of exactly these bytes, so that no range of one form is taken for one of another.
    pub(super) etag: HeaderValue,
}

impl Asset {
    /// The fields of a file with this content, last modified so many seconds after 1970.
    pub(super) fn new(
        name: &StaticName,
        size: u64,
        integrity: &str,
        modified: Option<u64>,
        cache_control: HeaderValue,
    ) -> Self {
        let (content_type, varies) = media_type(name);
        let modified = modified.filter(|seconds| *seconds < END_OF_DATES);
        Self {
            content_type: HeaderValue::try_from(&*content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            cache_control,
            last_modified: modified.and_then(http_date),
            varies,
            nosniff: true,
            fields: Arc::default(),
            representations: vec![Representation::new(None, size, integrity)],
            modified,
        }
    }

    /// The same, shown as the settings say.
    pub(super) fn shown(self, shown: Shown) -> Self {
        let Shown { content_type, varies, nosniff, fields } = shown;
        let varies = varies || self.representations.len() > 1;
        Self { content_type, varies, nosniff, fields, ..self }
    }

    /// Adds a compressed variant.
    pub(super) fn add_variant(&mut self, coding: Coding, size: u64, integrity: &str) {
        self.varies = true;
        self.representations.push(Representation::new(Some(coding), size, integrity));
    }

    /// The same file as if it had no variants, for when they turn out not to be there.
    pub(super) fn without_variants(&self) -> Self {
        let mut asset = self.clone();
        asset.representations.truncate(1);
        asset
    }

    /// What conditional requests for a representation are compared with.
    pub(super) fn validators<'a>(&self, representation: &'a Representation) -> Validators<'a> {
        Validators { etag: representation.etag.as_bytes(), modified: self.modified }
    }
}

impl Representation {
    pub(super) fn new(coding: Option<Coding>, size: u64, integrity: &str) -> Self {
        Self { coding, size, content_length: HeaderValue::from(size), etag: etag(integrity) }
    }
}

/// A strong entity tag of the content's hash: 22 characters of base 64, 132 bits.
///
/// Never of dates or the size: with normalised dates (Nix, Bazel, `SOURCE_DATE_EPOCH`) servers that
/// do so answer a stale 304.
fn etag(integrity: &str) -> HeaderValue {
    let hash = integrity.split_once('-').map_or(integrity, |(_, hash)| hash);
    let characters = hash.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let tag: String = characters.take(22).collect();
    HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn http_date(seconds: u64) -> Option<HeaderValue> {
    let time = UNIX_EPOCH + Duration::from_secs(seconds);
    HeaderValue::try_from(httpdate::fmt_http_date(time)).ok()
}

/// A time in whole seconds since 1970, if it is a possible `Last-Modified`: not in the future (RFC
/// 9110 §8.8.2.1), not before 1970.
pub(super) fn past_seconds(time: SystemTime) -> Option<u64> {
    let time = Some(time).filter(|time| *time <= SystemTime::now())?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::Asset;
    use crate::name::StaticName;

    fn asset(integrity: &str, modified: Option<u64>) -> Asset {
        let name = StaticName::new("app.css").expect("a name");
        Asset::new(&name, 3, integrity, modified, HeaderValue::from_static("no-cache"))
    }

    #[test]
    fn the_tag_is_strong_and_of_the_hash() {
        let asset = asset("sha256-AbCd+/0123456789AbCd+/0123456789AbCd+/0123456=", None);
        assert_eq!(asset.representations[0].etag, "\"AbCd+/0123456789AbCd+/\"");
    }

    #[test]
    fn a_date_that_cannot_be_said_is_left_out() {
        assert_eq!(asset("", Some(784_111_777)).last_modified.expect("a date"), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(asset("", Some(u64::MAX)).last_modified.is_none());
        assert!(asset("", None).last_modified.is_none());
    }
}
