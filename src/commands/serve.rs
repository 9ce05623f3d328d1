//! `serve`: what was collected, for production.

use std::time::Duration;

use super::address::Address;
use super::manage::App;
use super::output::Output;
use super::project::Project;
use super::server::Server;
use crate::error::Result;

/// How long open requests may take when the server is asked to end.
const DRAIN: Duration = Duration::from_secs(30);

/// Serve what was collected, for production
///
/// Hashed names are immutable, plain names short-lived; what was not collected is not found. A new
/// manifest is taken over within a second, or at once on SIGHUP, and no request is dropped for it.
/// SIGTERM lets open requests end and then ends.
///
/// HTTP/1.1, and HTTP/2 with prior knowledge, on one port and without TLS: that is left to a proxy or
/// CDN in front.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles serve\n  staticfiles serve 0:8080 --workers 4")]
pub(super) struct Serve {
    /// Where to listen: PORT or ADDR:PORT [default: 127.0.0.1:8000]
    #[arg(value_name = "ADDR:PORT")]
    address: Option<String>,

    /// Worker threads; as many as there are processors if it is not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
}

impl Serve {
    pub(super) fn run(&self, project: &Project<'_>, app: App, output: &Output) -> Result<()> {
        let address = Address::new(self.address.as_deref(), false)?;
        let static_files = project.builder_to_serve(false).build()?;
        static_files.published()?;
        let location = static_files.location().unwrap_or_default();
        let announced = format!("Serving {location} at {{address}}{}", static_files.served_path());
        let server = Server {
            layer: static_files.layer(),
            static_files,
            address,
            workers: self.workers.map(usize::from),
            has_access_log: false,
            reloads: true,
            drain: DRAIN,
            announced: [announced, String::new()],
            output,
        };
        app.run(server)
    }
}
