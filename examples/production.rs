//! A server in production: what was collected, under hashed names that browsers keep for ever.
//!
//! ```text
//! cargo run --example production -- 127.0.0.1:8000 target/production-static
//! ```

use std::path::{Path, PathBuf};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use staticfiles::{CollectOptions, Settings, StaticFiles};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let site = here.join("examples/site");
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:8000".to_owned());
    let static_root = arguments.next().map_or(here.join("target/production-static"), PathBuf::from);

    let settings = Settings::new().app("shop", site.join("shop")).app("journal", site.join("journal"));
    let static_files = StaticFiles::new(settings.static_root(static_root).debug(false))?;
    // A deployment does this once, with `staticfiles collectstatic`, and not at every start.
    println!("{}", static_files.collect(&CollectOptions::new(), &|_event| {})?);
    static_files.reload()?;

    // <link href="/static/css/site.5f3a1c9e2b7d.css">: `cache-control: public, immutable`.
    let page = format!(
        "<!doctype html><link rel=stylesheet href=\"{}\"><h1>A page with style</h1>",
        static_files.url("css/site.css")?
    );
    let app = Router::new().route("/", get(async || Html(page))).layer(static_files.layer());

    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
