//! `serve`: what was collected, for production.

use super::output::Output;
use super::server;
use crate::error::Result;
use crate::settings::Settings;
use crate::static_files::StaticFiles;

/// Serve what was collected, for production
///
/// Hashed names are immutable, plain names short-lived, everything else is not found. SIGTERM lets
/// open requests end and then ends. HTTP/1.1 and HTTP/2 without TLS, which is left to a proxy in
/// front.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles serve\n  staticfiles serve 0:8080 --workers 4")]
pub(super) struct Serve {
    /// Where to listen: PORT or ADDR:PORT
    #[arg(value_name = "ADDR:PORT")]
    address: Option<String>,

    /// Worker threads; as many as there are processors if it is not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
}

impl Serve {
    pub(super) fn run(&self, settings: Settings, output: &Output) -> Result<()> {
        let address = server::address(self.address.as_deref())?;
        let told = StaticFiles::builder(settings.debug(false)).on_trouble(|text| anstream::eprintln!("{text}"));
        let static_files = told.build()?;
        static_files.reload()?;
        let location = static_files.location().unwrap_or_default();
        let announced = format!("Serving {location} at {{address}}{}", static_files.static_url().path());
        server::run(static_files.layer(), &announced, &address, self.workers.map(usize::from), output)
    }
}
