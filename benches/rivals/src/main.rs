//! Servers to compare with, each on one thread:
//!
//! ```text
//! rivals ADDRESS bare FILE       the bytes and fields of a hashed file from memory, no more
//! rivals ADDRESS servedir DIR    tower-http's ServeDir
//! rivals ADDRESS app             an application without static files
//! rivals ADDRESS layered DIR     the same behind the layer
//! ```

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use staticfiles::{Settings, StaticFiles};
use tower_http::services::ServeDir;

type Error = Box<dyn std::error::Error>;

/// The fields of a hashed style sheet.
const FIELDS: [(HeaderName, &str); 9] = [
    (header::ETAG, "\"0123456789012345678901234567890123456789012=\""),
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::VARY, "Accept-Encoding"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (header::CONTENT_TYPE, "text/css; charset=utf-8"),
    (header::ACCEPT_RANGES, "bytes"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::LAST_MODIFIED, "Fri, 20 Nov 2026 00:00:00 GMT"),
];

fn bare(file: &str) -> Result<Router, Error> {
    let bytes = Bytes::from(std::fs::read(file)?);
    let handler = move || async move {
        let mut response = bytes.into_response();
        for (name, value) in FIELDS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    };
    Ok(Router::new().route("/static/{*path}", get(handler)))
}

fn app() -> Router {
    Router::new().route("/", get(|| async { "home" }))
}

fn layered(root: &str) -> Result<Router, Error> {
    let static_files = StaticFiles::new(Settings::new().static_root(root).debug(false))?;
    Ok(app().layer(static_files.layer()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (address, router) = match arguments[..] {
        [address, "bare", file] => (address, bare(file)?),
        [address, "servedir", directory] => (address, Router::new().nest_service("/static", ServeDir::new(directory))),
        [address, "app"] => (address, app()),
        [address, "layered", root] => (address, layered(root)?),
        _ => return Err("rivals ADDRESS bare FILE | servedir DIR | app | layered DIR".into()),
    };
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}
