//! The pure parts of serving over any bytes, with what always holds of them. For `fuzz/` alone.

use http::Method;
use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};

use super::asset::{Asset, Representation};
use super::conditional::{Outcome, Validators, evaluate};
use super::decide::{Answer, decide};
use super::multipart;
use super::negotiate::select;
use super::range::{Wanted, wanted};
use crate::coding::Coding;
use crate::name::StaticName;

const VALIDATORS: Validators<'_> = Validators { etag: b"\"tag\"", modified: Some(784_111_777) };

/// Fields of one name, a line each; `None` where a line can be none.
fn fields(name: &HeaderName, lines: &[u8]) -> Option<HeaderMap> {
    let lines =
        lines.split(|byte| *byte == b'\n').map(|line| Some((name.clone(), HeaderValue::from_bytes(line).ok()?)));
    let lines: Option<Vec<_>> = lines.collect();
    let mut headers = HeaderMap::new();
    for (name, value) in lines? {
        headers.append(name, value);
    }
    Some(headers)
}

fn assert_parts(wanted: &Wanted, size: u64) {
    let Wanted::Parts(parts) = wanted else { return };
    let mut parts = parts.clone();
    assert!(!parts.is_empty());
    assert!(parts.iter().all(|part| part.first <= part.last && part.last < size));
    parts.sort_by_key(|part| part.first);
    assert!(parts.is_sorted_by(|a, b| a.last < b.first));
}

/// Parts lie inside the representation and apart.
pub fn range(field: &[u8], size: u64) {
    if let Some(headers) = fields(&RANGE, field) {
        assert_parts(&wanted(&headers, size, VALIDATORS), size);
    }
}

/// There always is an answer, and it is one of the representations.
pub fn accept_encoding(field: &[u8]) {
    let Some(headers) = fields(&ACCEPT_ENCODING, field) else { return };
    let all = [None, Some(Coding::Br), Some(Coding::Gzip)].map(|coding| Representation::new(coding, 9, "x-y"));
    let selected = select(&headers, &all);
    assert!(selected.is_none_or(|place| place < all.len()));
    let asks = |word: &[u8]| field.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    if selected == Some(1) {
        assert!(asks(b"br") || asks(b"*"));
    }
}

/// A list of tags matches one that is in it, and the weak comparison matches whenever the strong does.
pub fn etag_list(field: &[u8]) {
    let (Some(strong), Some(weak)) = (fields(&IF_MATCH, field), fields(&IF_NONE_MATCH, field)) else { return };
    if evaluate(&weak, VALIDATORS) == Outcome::NotModified {
        assert!(field.contains(&b'*') || field.windows(5).any(|window| window == b"\"tag\""));
    } else {
        let is_ignored = evaluate(&strong, Validators { etag: b"\"\x00\"", ..VALIDATORS }) == Outcome::Proceed;
        assert!(is_ignored || evaluate(&strong, VALIDATORS) == Outcome::Failed);
    }
}

/// Any fields of any request come to a decision that can be sent.
pub fn decision(method: u8, lines: &[(u8, Vec<u8>)], size: u64) {
    const NAMES: [HeaderName; 7] = [
        RANGE,
        IF_RANGE,
        IF_MATCH,
        IF_NONE_MATCH,
        http::header::IF_MODIFIED_SINCE,
        http::header::IF_UNMODIFIED_SINCE,
        ACCEPT_ENCODING,
    ];
    let Ok(name) = StaticName::new("app.css") else { return };
    let mut asset = Asset::new(&name, size, "sha256-abc", Some(784_111_777), HeaderValue::from_static("no-cache"));
    asset.add_variant(Coding::Br, size / 3, "sha256-br");
    let mut headers = HeaderMap::new();
    for (name, line) in lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(NAMES[usize::from(*name) % NAMES.len()].clone(), value);
        }
    }
    let method = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST][usize::from(method) % 4].clone();
    let decision = decide(&asset, &method, &headers);
    let representation = &asset.representations[decision.representation];
    match decision.answer {
        Answer::Part(part) => assert_parts(&Wanted::Parts(vec![part]), representation.size),
        Answer::Parts(parts) => {
            assert!(multipart::length(&asset, representation, &parts) < representation.size);
            assert_parts(&Wanted::Parts(parts), representation.size);
        }
        Answer::Head => assert_eq!(method, Method::HEAD),
        Answer::Whole => assert_eq!(method, Method::GET),
        _ => {}
    }
}
