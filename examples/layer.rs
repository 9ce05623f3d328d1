//! Static files as a layer before an axum application: it answers what lies below the static URL,
//! and the application everything else.
//!
//! ```text
//! cargo run --example layer                   serves the sources, since the build is one for debugging
//! cargo run --example layer 127.0.0.1:8080    on another address
//! ```

use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use staticfiles::{Settings, StaticFiles};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site");
    let settings = Settings::new().app("shop", site.join("shop")).app("journal", site.join("journal"));
    let static_files = StaticFiles::new(settings)?;

    let page = format!(
        "<!doctype html><link rel=stylesheet href=\"{}\"><h1>A page with style</h1>",
        static_files.url("css/site.css")?
    );
    let app = Router::new().route("/", get(async || Html(page))).layer(static_files.layer());

    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
