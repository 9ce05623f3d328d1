//! From a decision to an HTTP response: which fields go with which status. Nothing is decided here.

use std::io;

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Response, StatusCode};

use super::asset::{Asset, Representation};
use super::body::{Own, Piece};
use super::content::Payload;
use super::decide::{Answer, Decision};
use super::multipart;
use super::presentation::CROSS_ORIGIN_RESOURCE_POLICY;

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The answer to a request for an existing file. `body` is the content that the decision sends,
/// see [`pieces`].
pub(super) fn respond(decision: &Decision, asset: &Asset, body: Own) -> Response<Own> {
    let representation = &asset.representations[decision.representation];
    let whole = || whole_fields(asset, representation);
    match &decision.answer {
        Answer::Whole => response(StatusCode::OK, whole(), body),
        Answer::Head => response(StatusCode::OK, whole(), Own::empty()),
        Answer::Part(part) => {
            let mut fields = whole();
            fields.insert(CONTENT_LENGTH, HeaderValue::from(part.len()));
            insert_text(&mut fields, CONTENT_RANGE, multipart::content_range(*part, representation.size));
            response(StatusCode::PARTIAL_CONTENT, fields, body)
        }
        Answer::Parts(parts) => {
            let mut fields = whole();
            fields.insert(CONTENT_LENGTH, HeaderValue::from(multipart::length(asset, representation, parts)));
            fields.insert(CONTENT_TYPE, multipart::content_type(representation));
            response(StatusCode::PARTIAL_CONTENT, fields, body)
        }
        Answer::NotModified => {
            response(StatusCode::NOT_MODIFIED, shared_fields(asset, representation, 6), Own::empty())
        }
        Answer::NotAcceptable => {
            let mut response = text(&Method::GET, StatusCode::NOT_ACCEPTABLE, "");
            response.headers_mut().insert(VARY, ACCEPT_ENCODING);
            response
        }
        // Without a text, so that HEAD and GET have the same answer.
        Answer::PreconditionFailed => text(&Method::GET, StatusCode::PRECONDITION_FAILED, ""),
        Answer::Unsatisfiable => {
            let mut response = text(&Method::GET, StatusCode::RANGE_NOT_SATISFIABLE, "range not satisfiable\n");
            let fields = response.headers_mut();
            insert_text(fields, CONTENT_RANGE, format!("bytes */{}", representation.size));
            fields.insert(ACCEPT_RANGES, BYTES);
            allow_other_origins(fields, asset);
            response
        }
        Answer::Options => options(asset),
        Answer::MethodNotAllowed => {
            let mut response = text(&Method::GET, StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            response.headers_mut().insert(ALLOW, ALLOWED);
            response
        }
    }
}

/// What the decision sends of the file, between which there may be bytes of ours.
fn pieces(decision: &Decision, asset: &Asset) -> Vec<Piece> {
    let representation = &asset.representations[decision.representation];
    match &decision.answer {
        Answer::Whole => Piece::whole(representation.size),
        Answer::Part(part) => vec![Piece::Part(*part)],
        Answer::Parts(parts) => multipart::pieces(asset, representation, parts),
        _ => Vec::new(),
    }
}

/// The answer with what the decision sends of a payload.
pub(super) fn send(decision: &Decision, asset: &Asset, payload: Payload) -> io::Result<Response<Own>> {
    let sends = decision.answer.sends_content();
    let body = if sends { payload.into_body(pieces(decision, asset))? } else { Own::empty() };
    Ok(respond(decision, asset, body))
}

/// 404, for any method. Never stored: CDNs have kept the 404 of a new file for hours.
pub(super) fn not_found(method: &Method) -> Response<Own> {
    text(method, StatusCode::NOT_FOUND, "not found\n")
}

/// 500, when the thread that looked for the file was lost.
pub(super) fn failed() -> Response<Own> {
    text(&Method::GET, StatusCode::INTERNAL_SERVER_ERROR, "the file could not be looked up\n")
}

/// Everything that is fixed per representation.
fn whole_fields(asset: &Asset, representation: &Representation) -> HeaderMap {
    let mut fields = shared_fields(asset, representation, 14);
    fields.insert(CONTENT_TYPE, asset.content_type.clone());
    fields.insert(CONTENT_LENGTH, representation.content_length.clone());
    fields.insert(ACCEPT_RANGES, BYTES);
    if asset.nosniff {
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    if let Some(coding) = representation.coding {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.as_str()));
    }
    if let Some(date) = &asset.last_modified {
        fields.insert(LAST_MODIFIED, date.clone());
    }
    fields
}

/// What a 200 and its 304 have alike (RFC 9110 §15.4.5).
fn shared_fields(asset: &Asset, representation: &Representation, capacity: usize) -> HeaderMap {
    let mut fields = HeaderMap::with_capacity(capacity);
    fields.insert(ETAG, representation.etag.clone());
    fields.insert(CACHE_CONTROL, asset.cache_control.clone());
    if asset.varies {
        fields.insert(VARY, ACCEPT_ENCODING);
    }
    for (name, value) in &*asset.fields {
        fields.insert(name.clone(), value.clone());
    }
    fields
}

fn insert_text(fields: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        fields.insert(name, value);
    }
}

/// The fields about other origins, which answers without content have too.
fn allow_other_origins(fields: &mut HeaderMap, asset: &Asset) {
    for (name, value) in asset.fields.iter().filter(|(name, _)| is_cross_origin(name)) {
        fields.insert(name.clone(), value.clone());
    }
}

fn options(asset: &Asset) -> Response<Own> {
    let mut fields = HeaderMap::with_capacity(4);
    fields.insert(ALLOW, ALLOWED);
    allow_other_origins(&mut fields, asset);
    response(StatusCode::NO_CONTENT, fields, Own::empty())
}

fn is_cross_origin(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-") || *name == CROSS_ORIGIN_RESOURCE_POLICY
}

/// A short text that nobody stores; to HEAD its fields alone.
fn text(method: &Method, status: StatusCode, text: &'static str) -> Response<Own> {
    let mut fields = HeaderMap::with_capacity(6);
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    fields.insert(CACHE_CONTROL, NO_STORE);
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let body = if method == Method::HEAD { Own::empty() } else { Own::Full(Bytes::from_static(text.as_bytes())) };
    response(status, fields, body)
}

fn response(status: StatusCode, fields: HeaderMap, body: Own) -> Response<Own> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = fields;
    response
}
