//! The website of a small kite workshop, as a program that uses `staticfiles` would be written.
//!
//! ```text
//! cargo run --example site               what a deployment does: collect, then serve hashed files
//! cargo run --example site -- --debug    what a developer wants: serve the sources as they are now
//! ```
//!
//! Two apps, `shop` and `journal`, each bring routes, templates and a `static` folder. Here they
//! become one site; `pages` renders their templates, which name files by `static("css/site.css")`.

mod args;
mod journal;
mod pages;
mod shop;

use std::error::Error;
use std::io::{self, IsTerminal};
use std::net::Ipv4Addr;
use std::path::Path;

use axum::Router;
use axum::extract::State;
use staticfiles::{CollectOptions, Settings, StaticFiles};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::compression::CompressionLayer;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;

use args::Args;
use pages::Pages;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(args) = Args::from_env()? else {
        print!("{}", args::USAGE);
        return Ok(());
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();

    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site");
    let settings = Settings::new()
        .static_url("/static/")
        .static_root(&args.static_root)
        // Both apps have a `css/theme.css`, and the app named first wins: the plain greys of the
        // shop give way to the colours of the journal. Swap the two lines to see the greys.
        .app("journal", here.join("journal"))
        .app("shop", here.join("shop"))
        .debug(args.debug);
    let static_files = StaticFiles::new(settings)?;

    if !args.debug {
        // A deployment runs this once, before the first server starts; so does this example.
        let report = static_files.collect(&CollectOptions::default(), &|_event| {})?;
        static_files.reload()?;
        println!("{report}");
    }

    let templates = [here.join("templates"), here.join("shop/templates"), here.join("journal/templates")];
    let pages = Pages::new(&templates, &static_files, args.debug);
    Runtime::new()?.block_on(serve(app(pages, &static_files), args.port))?;
    Ok(())
}

fn app(pages: Pages, static_files: &StaticFiles) -> Router {
    Router::new()
        .merge(shop::routes())
        .merge(journal::routes())
        .fallback(async |State(pages): State<Pages>| pages.not_found())
        .with_state(pages)
        // The layer added last sees a request first. Pages are compressed as they are made. Static
        // files must not be: their strong ETag promises certain bytes, and compressing the same
        // bytes for every request is work that belongs to collecting. So they are answered
        // outside the compression, and inside the log.
        .layer(CompressionLayer::new())
        .layer(static_files.layer())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
}

async fn serve(app: Router, port: Option<u16>) -> io::Result<()> {
    let listener = listen(port).await?;
    println!("http://{}/ (Ctrl-C ends it)", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await
}

/// Takes the port that was asked for. If none was, 8000 is only a wish.
async fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    let wish = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(8000))).await;
    match wish {
        Err(error) if port.is_none() && error.kind() == io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        taken => taken,
    }
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "cannot wait for Ctrl-C");
    }
}
