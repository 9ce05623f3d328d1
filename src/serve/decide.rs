//! What a request for an existing file comes to. Pure: reads the method and the request's fields,
//! and opens nothing. Building the answer is for `respond`.

use http::{HeaderMap, Method};

use super::asset::Asset;
use super::conditional::{Outcome, evaluate};

/// The outcome of a request for a file that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(super) enum Decision {
    /// 200 with the whole file.
    Whole,
    /// 200 without the file: HEAD.
    Head,
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
    /// 204 with the methods that are allowed.
    Options,
    /// 405.
    MethodNotAllowed,
}

/// Decides how to answer.
pub(super) fn decide(asset: &Asset, method: &Method, headers: &HeaderMap) -> Decision {
    // Conditions are for methods that select a representation (RFC 9110 §13.2.1).
    let whole = match *method {
        Method::GET => Decision::Whole,
        Method::HEAD => Decision::Head,
        Method::OPTIONS => return Decision::Options,
        _ => return Decision::MethodNotAllowed,
    };
    match evaluate(headers, asset.validators()) {
        Outcome::Proceed => whole,
        Outcome::NotModified => Decision::NotModified,
        Outcome::Failed => Decision::PreconditionFailed,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use http::header::{HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, RANGE};

    use super::Decision::*;
    use super::decide;
    use crate::name::StaticName;
    use crate::serve::asset::Asset;

    #[test]
    fn method_and_conditions_decide() {
        let name = StaticName::new("app.css").expect("a name");
        let asset = Asset::new(&name, 3, "sha256-abc", Some(0), HeaderValue::from_static("no-cache"));
        let rows = [
            (Method::GET, None, Whole),
            (Method::HEAD, None, Head),
            (Method::OPTIONS, None, Options),
            (Method::POST, None, MethodNotAllowed),
            (Method::PUT, None, MethodNotAllowed),
            (Method::DELETE, None, MethodNotAllowed),
            (Method::TRACE, None, MethodNotAllowed),
            (Method::GET, Some((IF_NONE_MATCH, "\"abc\"")), NotModified),
            (Method::HEAD, Some((IF_NONE_MATCH, "\"abc\"")), NotModified),
            (Method::OPTIONS, Some((IF_NONE_MATCH, "\"abc\"")), Options),
            (Method::POST, Some((IF_MATCH, "\"x\"")), MethodNotAllowed),
            (Method::GET, Some((IF_MATCH, "\"x\"")), PreconditionFailed),
            (Method::HEAD, Some((IF_MATCH, "\"x\"")), PreconditionFailed),
            (Method::GET, Some((RANGE, "bytes=0-0")), Whole),
        ];
        for (method, line, expected) in rows {
            let line = line.map(|(name, value)| (name, HeaderValue::from_static(value)));
            let headers: HeaderMap = line.clone().into_iter().collect();
            assert_eq!(decide(&asset, &method, &headers), expected, "{method} {line:?}");
        }
    }
}
