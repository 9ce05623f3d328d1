//! Which representation of a file a client gets: `Accept-Encoding` (RFC 9110 §12.5.3). Pure, over the
//! field and the representations there are.

use http::header::{ACCEPT_ENCODING, HeaderMap};

use super::asset::Representation;
use crate::coding::Coding;

/// The place of the representation to send, `None` if the client has excluded all there are.
///
/// The highest weight wins, and among equals the fewest bytes. A client that names codings without a
/// word on `identity` wants one of them, and gets the file as it is where there is none.
pub(super) fn select(headers: &HeaderMap, representations: &[Representation]) -> Option<usize> {
    let accepted = Accepted::of(headers);
    let weighed = representations.iter().enumerate().filter_map(|(place, representation)| {
        let weight = accepted.weight(representation.coding)?;
        Some((weight, std::cmp::Reverse(representation.size), std::cmp::Reverse(place)))
    });
    weighed.max().map(|(.., place)| place.0)
}

/// A weight in thousandths.
type Weight = u16;

/// What the field says of each coding; absent where it says nothing.
#[derive(Debug, Default)]
struct Accepted {
    /// In the order of [`Coding::ALL`].
    codings: [Option<Weight>; Coding::ALL.len()],
    identity: Option<Weight>,
    any: Option<Weight>,
}

impl Accepted {
    /// What the request accepts. A field that cannot be parsed counts as absent, and without one a
    /// client may not know codings, whatever it may be sent (§12.5.3).
    fn of(headers: &HeaderMap) -> Self {
        Self::parse(headers).unwrap_or_default()
    }

    fn parse(headers: &HeaderMap) -> Option<Self> {
        let mut accepted = Self::default();
        let lines = headers.get_all(ACCEPT_ENCODING).iter();
        let elements = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
        for element in elements.filter(|element| !element.is_empty()) {
            let (name, weight) = element_of(element)?;
            if let Some(place) = accepted.place(name) {
                // Said twice, the lesser counts: what is excluded once is not sent.
                *place = Some(place.map_or(weight, |before| before.min(weight)));
            }
        }
        Some(accepted)
    }

    /// Where the weight of a coding of this name is kept, if it is one that matters here.
    fn place(&mut self, name: &[u8]) -> Option<&mut Option<Weight>> {
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("*") {
            return Some(&mut self.any);
        }
        if is("identity") {
            return Some(&mut self.identity);
        }
        let coding = |coding: &Coding| is(coding.as_str()) || (*coding == Coding::Gzip && is("x-gzip"));
        let place = Coding::ALL.iter().position(coding)?;
        Some(&mut self.codings[place])
    }

    /// How welcome a coding is, `None` if it must not be sent. The file as it is may always be sent
    /// unless it is excluded, after everything that was named.
    fn weight(&self, coding: Option<Coding>) -> Option<Weight> {
        let named = match coding {
            Some(coding) => self.codings[Coding::ALL.iter().position(|other| *other == coding)?],
            None => self.identity,
        };
        match named.or(self.any) {
            Some(0) => None,
            None if coding.is_some() => None,
            weight => Some(weight.unwrap_or(0)),
        }
    }
}

/// `gzip`, `gzip;q=0.5`: the name and its weight. `None` if it is anything else.
fn element_of(element: &[u8]) -> Option<(&[u8], Weight)> {
    let (name, weight) = match element.iter().position(|byte| *byte == b';') {
        None => (element, 1000),
        Some(at) => (element[..at].trim_ascii_end(), weight(element[at + 1..].trim_ascii_start())?),
    };
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    (!name.is_empty() && name.iter().all(is_token)).then_some((name, weight))
}

/// `q=0.5` in thousandths (§12.4.2).
fn weight(parameter: &[u8]) -> Option<Weight> {
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="))?;
    let (whole, rest) = value.split_first()?;
    let digits = match rest.split_first() {
        None => &[][..],
        Some((b'.', digits)) if digits.len() <= 3 && digits.iter().all(u8::is_ascii_digit) => digits,
        Some(_) => return None,
    };
    let thousandths = (0..3).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |digit| Weight::from(digit - b'0')));
    match whole {
        b'0' => Some(thousandths),
        b'1' if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::select;
    use crate::coding::Coding;
    use crate::serve::asset::Representation;

    fn representations(codings: &[(Coding, u64)]) -> Vec<Representation> {
        let coded = codings.iter().map(|(coding, size)| Representation::new(Some(*coding), *size, "sha256-x"));
        std::iter::once(Representation::new(None, 1000, "sha256-i")).chain(coded).collect()
    }

    fn selected(lines: &[&str], representations: &[Representation]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
        }
        match select(&headers, representations) {
            None => "none",
            Some(place) => representations[place].coding.map_or("identity", Coding::as_str),
        }
    }

    #[test]
    fn the_best_accepted_coding_is_sent() {
        let all = representations(&[(Coding::Br, 300), (Coding::Zstd, 320), (Coding::Gzip, 350)]);
        for (lines, expected) in [
            (&[][..], "identity"),
            (&[""], "identity"),
            (&["gzip"], "gzip"),
            (&["GZip"], "gzip"),
            (&["x-gzip"], "gzip"),
            (&["br"], "br"),
            (&["zstd"], "zstd"),
            (&["deflate"], "identity"),
            (&["gzip, deflate, br, zstd"], "br"),
            (&["gzip", "br"], "br"),
            (&["gzip,, ,br,"], "br"),
            (&["*"], "br"),
            // Weights.
            (&["gzip;q=1, br;q=0.5"], "gzip"),
            (&["gzip ; q=0.2 , zstd;Q=0.201"], "zstd"),
            (&["gzip;q=0.001"], "gzip"),
            (&["gzip;q=0.5, identity"], "identity"),
            (&["gzip;q=0.5, identity;q=0.4"], "gzip"),
            (&["gzip, identity"], "gzip"),
            (&["br;q=1.000, gzip;q=0.999"], "br"),
            (&["gzip, *;q=0.5"], "gzip"),
            (&["br;q=0, *"], "zstd"),
            // Excluded.
            (&["gzip;q=0"], "identity"),
            (&["gzip;q=0.000"], "identity"),
            (&["gzip;q=0, gzip"], "identity"),
            (&["gzip, x-gzip;q=0"], "identity"),
            (&["gzip", "gzip;q=0"], "identity"),
            (&["*;q=0, identity"], "identity"),
            (&["identity;q=1, *;q=0"], "identity"),
            (&["identity;q=0, gzip"], "gzip"),
            (&["identity;q=0, gzip;q=0.1"], "gzip"),
            (&["*;q=0"], "none"),
            (&["identity;q=0"], "none"),
            (&["identity;q=0, deflate"], "none"),
            (&["identity;q=0, *"], "br"),
            // Malformed is absent.
            (&["gzip;q=2"], "identity"),
            (&["gzip;q=1.001"], "identity"),
            (&["gzip;q=0.1234"], "identity"),
            (&["gzip;q=-1"], "identity"),
            (&["gzip;q="], "identity"),
            (&["gzip;q"], "identity"),
            (&["gzip;level=9"], "identity"),
            (&["gzip;q=.5"], "identity"),
            (&["gzip;q=1;q=1"], "identity"),
            (&["gzip br"], "identity"),
            (&["gzip, ;q=1"], "identity"),
            (&["gzip", "\"br\""], "identity"),
            (&["identity;q=0, gzip;"], "identity"),
            (&["gzip\u{e9}"], "identity"),
        ] {
            assert_eq!(selected(lines, &all), expected, "{lines:?}");
        }
    }

    #[test]
    fn among_equals_the_fewest_bytes_are_sent() {
        let gzip_is_less = representations(&[(Coding::Br, 300), (Coding::Gzip, 299)]);
        assert_eq!(selected(&["br, gzip"], &gzip_is_less), "gzip");
        let larger = representations(&[(Coding::Gzip, 1001)]);
        assert_eq!(selected(&["*"], &larger), "identity");
        assert_eq!(selected(&["br, gzip"], &representations(&[])), "identity");
        assert_eq!(selected(&["br, identity;q=0"], &representations(&[])), "none");
    }

    proptest! {
        #[test]
        fn a_coding_of_weight_0_is_never_sent(
            before in "[a-z, ;=q.0-9*-]{0,30}",
            excluded in prop::sample::select(vec!["br", "zstd", "gzip", "identity"]),
            zero in prop::sample::select(vec![";q=0", "; q=0.0", ";Q=0.000"]),
            after in "[a-z, ;=q.0-9*-]{0,30}",
        ) {
            let all = representations(&[(Coding::Br, 300), (Coding::Zstd, 320), (Coding::Gzip, 350)]);
            let line = format!("{before},{excluded}{zero},{after}");
            let sent = selected(&[&line], &all);
            // What is malformed counts as absent, and then the file is sent as it is.
            let is_malformed = sent == "identity" && excluded == "identity";
            prop_assert!(sent != excluded || is_malformed, "{}", line);
        }

        #[test]
        fn no_field_is_too_strange(line in prop::collection::vec(prop_oneof![32u8..127, 128u8..=255, Just(9)], 0..60)) {
            let all = representations(&[(Coding::Br, 300)]);
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_bytes(&line).expect("a value"))]);
            prop_assert!(select(&headers, &all).is_none_or(|place| place < all.len()));
        }
    }
}
