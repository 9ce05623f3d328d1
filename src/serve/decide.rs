//! What a request for an existing file comes to: which representation, and what of it. Pure: reads
//! the method and the request's fields, and opens nothing. Building the answer is for `respond`.

use http::{HeaderMap, Method};

use super::asset::Asset;
use super::conditional::{Outcome, evaluate};
use super::multipart;
use super::negotiate::select;
use super::range::{ByteRange, Wanted, wanted};

/// The outcome of a request for a file that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    /// The place of the representation that the client gets or was asked about.
    pub(super) representation: usize,
    pub(super) answer: Answer,
}

/// The kind of answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(super) enum Answer {
    /// 200 with the whole representation.
    Whole,
    /// 200 without it: HEAD.
    Head,
    /// 206 with one part.
    Part(ByteRange),
    /// 206 with several parts.
    Parts(Vec<ByteRange>),
    /// 304.
    NotModified,
    /// 406.
    NotAcceptable,
    /// 412.
    PreconditionFailed,
    /// 416.
    Unsatisfiable,
    /// 204 with the methods that are allowed.
    Options,
    /// 405.
    MethodNotAllowed,
}

impl Answer {
    /// Whether bytes of the file are sent.
    pub(super) fn sends_content(&self) -> bool {
        matches!(self, Self::Whole | Self::Part(_) | Self::Parts(_))
    }
}

/// Decides how to answer.
pub(super) fn decide(asset: &Asset, method: &Method, headers: &HeaderMap) -> Decision {
    // Conditions and ranges are for methods that select a representation (RFC 9110 §13.2.1).
    let is_get = match *method {
        Method::GET => true,
        Method::HEAD => false,
        Method::OPTIONS => return Decision { representation: 0, answer: Answer::Options },
        _ => return Decision { representation: 0, answer: Answer::MethodNotAllowed },
    };
    match select(headers, &asset.representations) {
        Some(representation) => Decision { representation, answer: answer(asset, representation, is_get, headers) },
        None => Decision { representation: 0, answer: Answer::NotAcceptable },
    }
}

/// The answer to GET or HEAD for one representation, in the order of §13.2.2: conditions first, then
/// the range, which only GET has.
fn answer(asset: &Asset, representation: usize, is_get: bool, headers: &HeaderMap) -> Answer {
    let representation = &asset.representations[representation];
    let validators = asset.validators(representation);
    match evaluate(headers, validators) {
        Outcome::NotModified => return Answer::NotModified,
        Outcome::Failed => return Answer::PreconditionFailed,
        Outcome::Proceed if !is_get => return Answer::Head,
        Outcome::Proceed => {}
    }
    match wanted(headers, representation.size, validators) {
        Wanted::Whole => Answer::Whole,
        Wanted::Unsatisfiable => Answer::Unsatisfiable,
        Wanted::Parts(parts) => match parts[..] {
            [part] => Answer::Part(part),
            _ if multipart::length(asset, representation, &parts) < representation.size => Answer::Parts(parts),
            _ => Answer::Whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::Answer::*;
    use super::{Answer, decide};
    use crate::coding::Coding;
    use crate::name::StaticName;
    use crate::serve::asset::Asset;
    use crate::serve::range::ByteRange;

    const DATE: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

    /// 1000 bytes under the tag `"abc"`; as Brotli 300 under `"br"`, as gzip 350 under `"gz"`.
    fn asset() -> Asset {
        let name = StaticName::new("app.css").expect("a name");
        let mut asset = Asset::new(&name, 1000, "sha256-abc", Some(0), HeaderValue::from_static("no-cache"));
        asset.add_variant(Coding::Br, 300, "sha256-br");
        asset.add_variant(Coding::Gzip, 350, "sha256-gz");
        asset
    }

    fn part(first: u64, last: u64) -> Answer {
        Part(ByteRange { first, last })
    }

    type Lines = &'static [(&'static str, &'static str)];

    fn assert_rows<const N: usize>(rows: [(Method, Lines, usize, Answer); N]) {
        for (method, lines, representation, expected) in rows {
            let line = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            let headers: HeaderMap = lines.iter().map(line).collect();
            let decision = decide(&asset(), &method, &headers);
            assert_eq!((decision.representation, decision.answer), (representation, expected), "{method} {lines:?}");
        }
    }

    #[test]
    fn method_and_conditions_decide() {
        assert_rows([
            (Method::GET, &[], 0, Whole),
            (Method::HEAD, &[], 0, Head),
            (Method::OPTIONS, &[], 0, Options),
            (Method::POST, &[], 0, MethodNotAllowed),
            (Method::PUT, &[], 0, MethodNotAllowed),
            (Method::DELETE, &[], 0, MethodNotAllowed),
            (Method::TRACE, &[], 0, MethodNotAllowed),
            (Method::GET, &[("if-none-match", "\"abc\"")], 0, NotModified),
            (Method::HEAD, &[("if-none-match", "\"abc\"")], 0, NotModified),
            (Method::OPTIONS, &[("if-none-match", "\"abc\"")], 0, Options),
            (Method::POST, &[("if-match", "\"x\"")], 0, MethodNotAllowed),
            (Method::GET, &[("if-match", "\"x\"")], 0, PreconditionFailed),
            (Method::HEAD, &[("if-match", "\"x\"")], 0, PreconditionFailed),
        ]);
    }

    #[test]
    fn ranges_are_for_get_and_come_after_the_conditions() {
        const RANGE: (&str, &str) = ("range", "bytes=0-0");
        assert_rows([
            (Method::GET, &[RANGE], 0, part(0, 0)),
            (Method::GET, &[("range", "bytes=-5")], 0, part(995, 999)),
            (Method::GET, &[("range", "bytes=1000-")], 0, Unsatisfiable),
            (Method::GET, &[("range", "bytes=5-4")], 0, Whole),
            (Method::HEAD, &[RANGE], 0, Head),
            (Method::HEAD, &[("range", "bytes=1000-")], 0, Head),
            (Method::OPTIONS, &[RANGE], 0, Options),
            (Method::POST, &[RANGE], 0, MethodNotAllowed),
            (Method::GET, &[RANGE, ("if-none-match", "\"abc\"")], 0, NotModified),
            (Method::GET, &[("range", "bytes=1000-"), ("if-none-match", "\"abc\"")], 0, NotModified),
            (Method::GET, &[RANGE, ("if-modified-since", DATE)], 0, NotModified),
            (Method::GET, &[RANGE, ("if-match", "\"x\"")], 0, PreconditionFailed),
            (Method::GET, &[RANGE, ("if-match", "\"abc\"")], 0, part(0, 0)),
            (Method::GET, &[RANGE, ("if-range", "\"abc\"")], 0, part(0, 0)),
            (Method::GET, &[RANGE, ("if-range", DATE)], 0, part(0, 0)),
            (Method::GET, &[RANGE, ("if-range", "\"x\"")], 0, Whole),
            (Method::GET, &[RANGE, ("if-range", "\"x\""), ("if-none-match", "\"abc\"")], 0, NotModified),
        ]);
    }

    #[test]
    fn several_parts_are_sent_if_they_are_less_than_the_file() {
        let parts = |parts: &[(u64, u64)]| {
            Parts(parts.iter().map(|(first, last)| ByteRange { first: *first, last: *last }).collect())
        };
        assert_rows([
            (Method::GET, &[("range", "bytes=0-9,20-29")], 0, parts(&[(0, 9), (20, 29)])),
            (Method::GET, &[("range", "bytes=40-49,0-9,20-29")], 0, parts(&[(40, 49), (0, 9), (20, 29)])),
            (Method::GET, &[("range", "bytes=0-9,5-29")], 0, part(0, 29)),
            (Method::GET, &[("range", "bytes=0-400,410-")], 0, Whole),
            (Method::GET, &[("range", "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20")], 0, Whole),
            // What pays for the file as it is does not for its variant.
            (Method::GET, &[("range", "bytes=0-9,20-29,40-49"), ("accept-encoding", "br")], 1, Whole),
        ]);
    }

    #[test]
    fn conditions_and_ranges_are_those_of_the_coding_that_is_chosen() {
        const BR: (&str, &str) = ("accept-encoding", "br");
        const GZIP: (&str, &str) = ("accept-encoding", "gzip");
        assert_rows([
            (Method::GET, &[BR], 1, Whole),
            (Method::HEAD, &[GZIP], 2, Head),
            (Method::GET, &[BR, ("if-none-match", "\"br\"")], 1, NotModified),
            (Method::GET, &[BR, ("if-none-match", "\"abc\"")], 1, Whole),
            (Method::GET, &[BR, ("if-none-match", "\"gz\"")], 1, Whole),
            (Method::GET, &[("if-none-match", "\"br\"")], 0, Whole),
            (Method::GET, &[GZIP, ("if-none-match", "\"abc\", W/\"gz\"")], 2, NotModified),
            (Method::GET, &[BR, ("if-match", "\"br\"")], 1, Whole),
            (Method::GET, &[BR, ("if-match", "\"abc\"")], 1, PreconditionFailed),
            (Method::GET, &[BR, ("range", "bytes=-5")], 1, part(295, 299)),
            (Method::GET, &[GZIP, ("range", "bytes=300-")], 2, part(300, 349)),
            (Method::GET, &[BR, ("range", "bytes=300-")], 1, Unsatisfiable),
            (Method::GET, &[BR, ("range", "bytes=0-0"), ("if-range", "\"br\"")], 1, part(0, 0)),
            (Method::GET, &[BR, ("range", "bytes=0-0"), ("if-range", "\"abc\"")], 1, Whole),
            (Method::GET, &[("range", "bytes=0-0"), ("if-range", "\"br\"")], 0, Whole),
            (Method::GET, &[("accept-encoding", "identity;q=0, *")], 1, Whole),
            (Method::GET, &[("accept-encoding", "identity;q=0")], 0, NotAcceptable),
            (Method::GET, &[("accept-encoding", "zstd")], 0, Whole),
            (Method::GET, &[("accept-encoding", "*;q=0")], 0, NotAcceptable),
            (Method::GET, &[("accept-encoding", "*;q=0"), ("if-none-match", "*")], 0, NotAcceptable),
            (Method::OPTIONS, &[("accept-encoding", "*;q=0")], 0, Options),
        ]);
    }
}
