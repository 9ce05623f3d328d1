//! Static files as routes of an axum router, for development: in release the helper adds no route,
//! and a server in front serves what `collectstatic` has collected.
//!
//! ```text
//! cargo run --example urlpatterns --features axum
//! ```

use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::{any, get};
use staticfiles::urls::staticfiles_urlpatterns;
use staticfiles::{Settings, StaticFiles};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site");
    let settings = Settings::new().app("shop", site.join("shop")).app("journal", site.join("journal"));
    let static_files = StaticFiles::new(settings.debug(true))?;

    let image = static_files.url("img/mark.svg")?;
    let app = Router::new()
        .route("/", get(async move || Html(format!("<!doctype html><img alt=\"a kite\" src=\"{image}\">"))))
        .merge(staticfiles_urlpatterns(&static_files))
        // The same files once more, below a route that is chosen freely.
        .route("/preview/{*path}", any(static_files.handler()));

    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
