//! Ranges of a representation (RFC 9110 §14). Pure: from the fields `Range` and `If-Range` to the
//! parts that are sent. Reading and sending them is for others.

use http::header::{HeaderMap, IF_RANGE, RANGE};

use super::conditional::{Validators, is_range_current};

/// How many parts an answer has at most; who asks for more gets the whole file.
const MOST_PARTS: usize = 16;

/// Bytes of a representation, both ends included and inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteRange {
    pub(super) first: u64,
    pub(super) last: u64,
}

impl ByteRange {
    pub(super) fn len(self) -> u64 {
        self.last - self.first + 1
    }
}

/// What the range fields of a GET come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// There are none, or none that count: the whole representation.
    Whole,
    /// These parts, apart from each other and at least one.
    Parts(Vec<ByteRange>),
    /// Nothing that the representation has.
    Unsatisfiable,
}

/// What is wanted of a representation of `size` bytes.
pub(super) fn wanted(headers: &HeaderMap, size: u64, validators: Validators<'_>) -> Wanted {
    let mut lines = headers.get_all(RANGE).iter();
    // Two lines are no list: the field is one value.
    let (Some(line), None) = (lines.next(), lines.next()) else { return Wanted::Whole };
    if headers.contains_key(IF_RANGE) && !is_range_current(headers, validators) {
        return Wanted::Whole;
    }
    let Some(specs) = parse(line.as_bytes()) else { return Wanted::Whole };
    let ranges: Vec<ByteRange> = specs.iter().filter_map(|spec| spec.within(size)).collect();
    let parts = joined(ranges);
    match parts.len() {
        0 => Wanted::Unsatisfiable,
        1..=MOST_PARTS => Wanted::Parts(parts),
        _ => Wanted::Whole,
    }
}

/// One element of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spec {
    /// `first-last`, or `first-` to the end.
    From(u64, u64),
    /// `-length`: the last bytes.
    Suffix(u64),
}

impl Spec {
    /// The part of so many bytes that it means, if there is one.
    fn within(self, size: u64) -> Option<ByteRange> {
        let end = size.checked_sub(1)?;
        match self {
            Self::From(first, last) => (first <= end).then_some(ByteRange { first, last: last.min(end) }),
            Self::Suffix(0) => None,
            Self::Suffix(length) => Some(ByteRange { first: size.saturating_sub(length), last: end }),
        }
    }
}

/// The elements of `bytes=…`; `None` for another unit and for what is malformed, which is ignored
/// (§14.2).
fn parse(field: &[u8]) -> Option<Vec<Spec>> {
    let (unit, set) = field.split_at(field.iter().position(|byte| *byte == b'=')?);
    if !unit.eq_ignore_ascii_case(b"bytes") {
        return None;
    }
    let elements = set[1..].split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|element| !element.is_empty());
    let specs: Vec<Spec> = elements.map(spec).collect::<Option<_>>()?;
    Some(specs).filter(|specs| !specs.is_empty())
}

fn spec(element: &[u8]) -> Option<Spec> {
    let (first, last) = element.split_at(element.iter().position(|byte| *byte == b'-')?);
    match (first, &last[1..]) {
        (b"", last) => Some(Spec::Suffix(number(last)?)),
        (first, b"") => Some(Spec::From(number(first)?, u64::MAX)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Spec::From(first, last))
        }
    }
}

/// A number beyond all files is a number all the same.
fn number(digits: &[u8]) -> Option<u64> {
    let add = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then(|| digits.iter().fold(0, add))
}

/// Ranges that overlap or touch made one, at the place of the first of them (§15.3.7.2), so that no
/// byte is sent twice.
fn joined(ranges: Vec<ByteRange>) -> Vec<ByteRange> {
    let mut by_start: Vec<(usize, ByteRange)> = ranges.into_iter().enumerate().collect();
    by_start.sort_by_key(|(_, range)| range.first);
    let mut parts: Vec<(usize, ByteRange)> = Vec::new();
    for (place, range) in by_start {
        match parts.last_mut() {
            // The end of a file is less than the greatest number.
            Some((first_place, part)) if range.first <= part.last + 1 => {
                part.last = part.last.max(range.last);
                *first_place = place.min(*first_place);
            }
            _ => parts.push((place, range)),
        }
    }
    parts.sort_by_key(|(place, _)| *place);
    parts.into_iter().map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::Wanted::{Parts, Unsatisfiable, Whole};
    use super::{ByteRange, MOST_PARTS, Wanted, wanted};
    use crate::serve::conditional::Validators;

    const MODIFIED: u64 = 784_111_777;
    const VALIDATORS: Validators<'_> = Validators { etag: b"\"tag\"", modified: Some(MODIFIED) };

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        headers
    }

    fn parts(parts: &[(u64, u64)]) -> Wanted {
        Parts(parts.iter().map(|(first, last)| ByteRange { first: *first, last: *last }).collect())
    }

    #[test]
    fn a_range_is_cut_to_the_file_ignored_or_refused() {
        for (field, size, expected) in [
            ("bytes=0-0", 100, parts(&[(0, 0)])),
            ("bytes=0-99", 100, parts(&[(0, 99)])),
            ("bytes=10-19", 100, parts(&[(10, 19)])),
            ("bytes=30-", 100, parts(&[(30, 99)])),
            ("bytes=99-", 100, parts(&[(99, 99)])),
            ("bytes=-5", 100, parts(&[(95, 99)])),
            ("bytes=-1000", 100, parts(&[(0, 99)])),
            ("bytes=90-1000", 100, parts(&[(90, 99)])),
            ("bytes=90-99999999999999999999999", 100, parts(&[(90, 99)])),
            ("bytes=-99999999999999999999999", 100, parts(&[(0, 99)])),
            ("BYTES=0-0", 100, parts(&[(0, 0)])),
            ("bytes= 0-0 ", 100, parts(&[(0, 0)])),
            ("bytes=,0-0,,", 100, parts(&[(0, 0)])),
            // Several.
            ("bytes=0-0,2-3", 100, parts(&[(0, 0), (2, 3)])),
            ("bytes=50-59 ,\t0-9", 100, parts(&[(50, 59), (0, 9)])),
            ("bytes=0-0,-1", 100, parts(&[(0, 0), (99, 99)])),
            ("bytes=0-9,999-", 100, parts(&[(0, 9)])),
            ("bytes=0-9,5-14", 100, parts(&[(0, 14)])),
            ("bytes=0-9,10-19", 100, parts(&[(0, 19)])),
            ("bytes=50-,0-9,60-70,5-12", 100, parts(&[(50, 99), (0, 12)])),
            ("bytes=0-,0-,0-,0-", 100, parts(&[(0, 99)])),
            // Unsatisfiable.
            ("bytes=100-", 100, Unsatisfiable),
            ("bytes=999-", 100, Unsatisfiable),
            ("bytes=999-1000", 100, Unsatisfiable),
            ("bytes=99999999999999999999999-", 100, Unsatisfiable),
            ("bytes=-0", 100, Unsatisfiable),
            ("bytes=-0,200-300", 100, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=0-0", 0, Unsatisfiable),
            ("bytes=-5", 0, Unsatisfiable),
            // Another unit, or malformed.
            ("lines=0-0", 100, Whole),
            ("bytes", 100, Whole),
            ("bytes=", 100, Whole),
            ("bytes=,", 100, Whole),
            ("bytes=-", 100, Whole),
            ("bytes=5", 100, Whole),
            ("bytes=5-4", 100, Whole),
            ("bytes=0-0,5-4", 100, Whole),
            ("bytes=0-0;5-6", 100, Whole),
            ("bytes=+1-2", 100, Whole),
            ("bytes=0x1-2", 100, Whole),
            ("bytes=1 - 2", 100, Whole),
            ("bytes=--5", 100, Whole),
            ("bytes=1-2-3", 100, Whole),
            ("bytes =0-0", 100, Whole),
            ("0-0", 100, Whole),
            ("", 100, Whole),
        ] {
            assert_eq!(wanted(&headers(&[("range", field)]), size, VALIDATORS), expected, "{field} of {size}");
        }
    }

    #[test]
    fn two_lines_are_no_range() {
        let headers = headers(&[("range", "bytes=0-0"), ("range", "bytes=2-2")]);
        assert_eq!(wanted(&headers, 100, VALIDATORS), Whole);
    }

    #[test]
    fn many_parts_are_the_whole_file() {
        let field = |count: usize| {
            let specs: Vec<String> = (0..count).map(|at| format!("{0}-{0}", at * 10)).collect();
            format!("bytes={}", specs.join(","))
        };
        let parts = |count| match wanted(&headers(&[("range", &field(count))]), 10_000, VALIDATORS) {
            Parts(parts) => parts.len(),
            _ => 0,
        };
        assert_eq!((parts(MOST_PARTS), parts(MOST_PARTS + 1)), (MOST_PARTS, 0));
    }

    #[test]
    fn a_range_of_another_version_is_the_whole_file() {
        for (field, is_current) in [
            ("\"tag\"", true),
            ("W/\"tag\"", false),
            ("\"other\"", false),
            ("\"tag\", \"other\"", false),
            ("*", false),
            ("tag", false),
            ("", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("Sun, 06 Nov 1994 08:49:36 GMT", false),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
        ] {
            let expected = if is_current { parts(&[(0, 0)]) } else { Whole };
            let lines = headers(&[("range", "bytes=0-0"), ("if-range", field)]);
            assert_eq!(wanted(&lines, 100, VALIDATORS), expected, "{field}");
            let lines = headers(&[("range", "bytes=999-"), ("if-range", field)]);
            assert_eq!(wanted(&lines, 100, VALIDATORS) == Unsatisfiable, is_current, "{field}");
            assert_eq!(wanted(&headers(&[("if-range", field)]), 100, VALIDATORS), Whole, "{field}");
        }
        let twice = headers(&[("range", "bytes=0-0"), ("if-range", "\"tag\""), ("if-range", "\"tag\"")]);
        assert_eq!(wanted(&twice, 100, VALIDATORS), Whole);
        let date = headers(&[("range", "bytes=0-0"), ("if-range", "Sun, 06 Nov 1994 08:49:37 GMT")]);
        assert_eq!(wanted(&date, 100, Validators { etag: b"\"tag\"", modified: None }), Whole);
    }

    proptest! {
        #[test]
        fn parts_lie_inside_the_file_and_apart_whatever_is_asked(
            field in "bytes=([0-9]{0,3}-[0-9]{0,3},? ?){0,20}|[ -~]{0,30}",
            size in 0u64..500,
        ) {
            if let Parts(mut parts) = wanted(&headers(&[("range", &field)]), size, VALIDATORS) {
                prop_assert!(!parts.is_empty() && parts.len() <= MOST_PARTS);
                prop_assert!(parts.iter().all(|part| part.first <= part.last && part.last < size));
                parts.sort_by_key(|part| part.first);
                prop_assert!(parts.is_sorted_by(|a, b| a.last + 1 < b.first));
            }
        }

        #[test]
        fn every_byte_that_is_asked_for_is_sent_and_no_other(
            asked in proptest::collection::vec((0u64..120, 0u64..60), 1..12),
            size in 1u64..100,
        ) {
            let specs: Vec<String> = asked.iter().map(|(first, more)| format!("{first}-{}", first + more)).collect();
            let field = format!("bytes={}", specs.join(","));
            let sent = match wanted(&headers(&[("range", &field)]), size, VALIDATORS) {
                Parts(parts) => parts,
                Unsatisfiable => Vec::new(),
                Whole => return Err(TestCaseError::fail("it is well formed")),
            };
            for byte in 0..size {
                let is_asked = asked.iter().any(|(first, more)| (*first..=first + more).contains(&byte));
                prop_assert_eq!(sent.iter().any(|part| (part.first..=part.last).contains(&byte)), is_asked);
            }
        }
    }
}
