//! The commands in a program of one's own, as Django's `manage.py` has them: with its settings, its
//! finders and its application.
//!
//! ```text
//! cargo run --example manage runserver
//! cargo run --example manage collectstatic -- --no-input
//! cargo run --example manage serve
//! cargo run --example manage findstatic css/site.css -v 2
//! ```

use std::path::Path;
use std::process::ExitCode;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use staticfiles::commands::Manage;
use staticfiles::finders::DirectoryFinder;
use staticfiles::{Error, Settings, StaticFiles};

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let site = here.join("examples/site");
    let settings = Settings::new().static_root(here.join("target/manage-static")).app("shop", site.join("shop"));
    Manage::new(settings)
        .static_files(move |builder| builder.finder(DirectoryFinder::new(site.join("journal/static"))))
        .try_router(application)
        .run()
}

/// Waits here for a database, if there is one.
async fn application(static_files: StaticFiles) -> Result<Router, Error> {
    let page = format!(
        "<!doctype html><link rel=stylesheet href=\"{}\"><h1>A page with style</h1>",
        static_files.url("css/journal.css")?
    );
    Ok(Router::new().route("/", get(async || Html(page))))
}
