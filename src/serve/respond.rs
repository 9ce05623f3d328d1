//! From a decision to an HTTP response: which fields go with which status. Nothing is decided here.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Response, StatusCode};

use super::asset::Asset;
use super::body::Own;
use super::decide::Decision;
use super::presentation::CROSS_ORIGIN_RESOURCE_POLICY;

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The answer to a request for an existing file. `body` is its content, which only
/// [`Decision::Whole`] sends.
pub(super) fn respond(decision: Decision, asset: &Asset, body: Own) -> Response<Own> {
    match decision {
        Decision::Whole => response(StatusCode::OK, whole_fields(asset), body),
        Decision::Head => response(StatusCode::OK, whole_fields(asset), Own::empty()),
        Decision::NotModified => response(StatusCode::NOT_MODIFIED, shared_fields(asset, 6), Own::empty()),
        // Without a text, so that HEAD and GET have the same answer.
        Decision::PreconditionFailed => text(&Method::GET, StatusCode::PRECONDITION_FAILED, ""),
        Decision::Options => options(asset),
        Decision::MethodNotAllowed => {
            let mut response = text(&Method::GET, StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            response.headers_mut().insert(ALLOW, ALLOWED);
            response
        }
    }
}

/// 404, for any method. Never stored: CDNs have kept the 404 of a new file for hours.
pub(super) fn not_found(method: &Method) -> Response<Own> {
    text(method, StatusCode::NOT_FOUND, "not found\n")
}

/// 500, when the thread that looked for the file was lost.
pub(super) fn failed() -> Response<Own> {
    text(&Method::GET, StatusCode::INTERNAL_SERVER_ERROR, "the file could not be looked up\n")
}

/// Everything that is fixed per file. `Accept-Ranges` comes with ranges.
fn whole_fields(asset: &Asset) -> HeaderMap {
    let mut fields = shared_fields(asset, 12);
    fields.insert(CONTENT_TYPE, asset.content_type.clone());
    fields.insert(CONTENT_LENGTH, asset.content_length.clone());
    if asset.nosniff {
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    if let Some(date) = &asset.last_modified {
        fields.insert(LAST_MODIFIED, date.clone());
    }
    fields
}

/// What a 200 and its 304 have alike (RFC 9110 §15.4.5).
fn shared_fields(asset: &Asset, capacity: usize) -> HeaderMap {
    let mut fields = HeaderMap::with_capacity(capacity);
    fields.insert(ETAG, asset.etag.clone());
    fields.insert(CACHE_CONTROL, asset.cache_control.clone());
    if asset.varies {
        fields.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    for (name, value) in &*asset.fields {
        fields.insert(name.clone(), value.clone());
    }
    fields
}

fn options(asset: &Asset) -> Response<Own> {
    let mut fields = HeaderMap::with_capacity(4);
    fields.insert(ALLOW, ALLOWED);
    for (name, value) in asset.fields.iter().filter(|(name, _)| is_cross_origin(name)) {
        fields.insert(name.clone(), value.clone());
    }
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
