//! Conditional requests in the order of RFC 9110 §13.2.2. Pure: from the request's fields and the
//! validators of a file to an outcome. What is sent then is for others.

use std::time::{SystemTime, UNIX_EPOCH};

use http::header::{HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The request goes on as if it had none.
    Proceed,
    /// The client has this content: 304.
    NotModified,
    /// The client wants another content: 412.
    Failed,
}

/// The validators of a representation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validators<'a> {
    /// A strong entity tag with its quotes.
    pub(super) etag: &'a [u8],
    /// In seconds since 1970.
    pub(super) modified: Option<u64>,
}

/// Evaluates the conditions of a GET or HEAD request.
pub(super) fn evaluate(headers: &HeaderMap, validators: Validators<'_>) -> Outcome {
    // A field that is there keeps its weaker sibling from being looked at, also one that cannot be
    // parsed and is ignored itself (§13.1.3, §13.1.4).
    let failed = if headers.contains_key(IF_MATCH) {
        any_tag(headers, IF_MATCH, |tag| tag == validators.etag) == Some(false)
    } else {
        date(headers, IF_UNMODIFIED_SINCE).zip(validators.modified).is_some_and(|(date, modified)| modified > date)
    };
    if failed {
        return Outcome::Failed;
    }
    let unmodified = if headers.contains_key(IF_NONE_MATCH) {
        any_tag(headers, IF_NONE_MATCH, |tag| tag.strip_prefix(b"W/").unwrap_or(tag) == validators.etag) == Some(true)
    } else {
        date(headers, IF_MODIFIED_SINCE).zip(validators.modified).is_some_and(|(date, modified)| modified <= date)
    };
    if unmodified { Outcome::NotModified } else { Outcome::Proceed }
}

/// Whether `If-Range` names the present representation: by its tag, where a weak one never does, or
/// by its very date (§13.1.5). What cannot be parsed does not.
pub(super) fn is_range_current(headers: &HeaderMap, validators: Validators<'_>) -> bool {
    let mut lines = headers.get_all(IF_RANGE).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) if line.as_bytes().trim_ascii() == validators.etag => true,
        (Some(_), None) => date(headers, IF_RANGE).is_some_and(|date| Some(date) == validators.modified),
        _ => false,
    }
}

/// The seconds since 1970 of a date field; `None` if it is absent or unparsable.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    let time: SystemTime = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Whether the field is `*` or one of its tags, over all its lines, is the one that is looked for;
/// `None` if the field cannot be parsed.
fn any_tag(headers: &HeaderMap, name: HeaderName, is_it: impl Fn(&[u8]) -> bool) -> Option<bool> {
    let mut lines = headers.get_all(&name).iter();
    if let (Some(line), None) = (lines.next(), lines.next())
        && line.as_bytes().trim_ascii() == b"*"
    {
        return Some(true);
    }
    let mut count = 0;
    let mut found = false;
    for line in headers.get_all(name) {
        let mut rest = line.as_bytes();
        while let Some((tag, after)) = next_tag(rest)? {
            count += 1;
            found |= is_it(tag);
            rest = after;
        }
    }
    (count > 0).then_some(found)
}

/// The first entity tag of a list and what follows it; `Some(None)` at the end of the list, `None`
/// where there is something else. Empty elements are passed over (§5.6.1).
fn next_tag(list: &[u8]) -> Option<Option<(&[u8], &[u8])>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b',');
    let Some(start) = list.iter().position(|byte| !blank(byte)) else { return Some(None) };
    let list = &list[start..];
    let quote = if list.starts_with(b"W/") { 2 } else { 0 };
    if list.get(quote) != Some(&b'"') {
        return None;
    }
    let end = quote + 1 + list[quote + 1..].iter().position(|byte| *byte == b'"')? + 1;
    let (tag, rest) = list.split_at(end);
    // Between two tags there is a comma.
    match rest.trim_ascii_start().first() {
        None | Some(b',') => Some(Some((tag, rest))),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::Outcome::{Failed, NotModified, Proceed};
    use super::{Validators, evaluate};

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    const MODIFIED: u64 = 784_111_777;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn conditions_are_evaluated_in_the_order_of_the_rfc() {
        let validators = Validators { etag: b"\"a,b\"", modified: Some(MODIFIED) };
        for (lines, expected) in [
            (&[][..], Proceed),
            // If-Match, strong.
            (&[("if-match", r#""a,b""#)], Proceed),
            (&[("if-match", r#""x", "a,b""#)], Proceed),
            (&[("if-match", r#""x""#), ("if-match", r#""a,b""#)], Proceed),
            (&[("if-match", "*")], Proceed),
            (&[("if-match", r#""x""#)], Failed),
            (&[("if-match", r#"W/"a,b""#)], Failed),
            (&[("if-match", r#""a", "b""#)], Failed),
            (&[("if-match", "nonsense")], Proceed),
            (&[("if-match", "")], Proceed),
            // If-Unmodified-Since, unless If-Match is there.
            (&[("if-unmodified-since", BEFORE)], Failed),
            (&[("if-unmodified-since", SAME)], Proceed),
            (&[("if-unmodified-since", AFTER)], Proceed),
            (&[("if-unmodified-since", "yesterday")], Proceed),
            (&[("if-match", r#""a,b""#), ("if-unmodified-since", BEFORE)], Proceed),
            (&[("if-match", r#""x""#), ("if-unmodified-since", AFTER)], Failed),
            // If-None-Match, weak.
            (&[("if-none-match", r#""a,b""#)], NotModified),
            (&[("if-none-match", r#"W/"a,b""#)], NotModified),
            (&[("if-none-match", r#" "x" ,, W/"y","a,b" "#)], NotModified),
            (&[("if-none-match", r#""x""#), ("if-none-match", r#""a,b""#)], NotModified),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-none-match", r#""x""#)], Proceed),
            (&[("if-none-match", r#""a", "b""#)], Proceed),
            (&[("if-none-match", "a,b")], Proceed),
            (&[("if-none-match", r#""a,b" "x""#)], Proceed),
            (&[("if-none-match", r#""a,b"#)], Proceed),
            (&[("if-none-match", r#"w/"a,b""#)], Proceed),
            (&[("if-none-match", r#"*, "a,b""#)], Proceed),
            // If-Modified-Since, unless If-None-Match is there.
            (&[("if-modified-since", BEFORE)], Proceed),
            (&[("if-modified-since", SAME)], NotModified),
            (&[("if-modified-since", AFTER)], NotModified),
            (&[("if-modified-since", "Sunday, 06-Nov-94 08:49:37 GMT")], NotModified),
            (&[("if-modified-since", "Sun Nov  6 08:49:37 1994")], NotModified),
            (&[("if-modified-since", "0")], Proceed),
            (&[("if-none-match", r#""x""#), ("if-modified-since", AFTER)], Proceed),
            (&[("if-none-match", "nonsense"), ("if-modified-since", AFTER)], Proceed),
            (&[("if-none-match", r#""a,b""#), ("if-modified-since", BEFORE)], NotModified),
            // Both steps.
            (&[("if-match", r#""a,b""#), ("if-none-match", r#""a,b""#)], NotModified),
            (&[("if-match", r#""x""#), ("if-none-match", r#""a,b""#)], Failed),
            (&[("if-unmodified-since", BEFORE), ("if-none-match", r#""a,b""#)], Failed),
        ] {
            assert_eq!(evaluate(&headers(lines), validators), expected, "{lines:?}");
        }
    }

    #[test]
    fn without_a_date_of_the_file_dates_are_ignored() {
        let validators = Validators { etag: b"\"a\"", modified: None };
        for line in [("if-modified-since", AFTER), ("if-unmodified-since", BEFORE)] {
            assert_eq!(evaluate(&headers(&[line]), validators), Proceed, "{line:?}");
        }
    }
}
