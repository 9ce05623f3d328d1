//! `runserver`: the sources as they are now, for development.

use super::output::Output;
use super::server;
use crate::error::Result;
use crate::settings::Settings;
use crate::static_files::StaticFiles;

/// Serve static files from their sources, for development
///
/// Every request looks at the sources, so an edited file shows at the next reload. With debug off
/// in the settings nothing is served unless --insecure is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  staticfiles runserver\n  staticfiles runserver 8001\n  staticfiles runserver 0:8000"
)]
pub(super) struct Runserver {
    /// Where to listen: PORT or ADDR:PORT
    #[arg(value_name = "ADDR:PORT")]
    address: Option<String>,

    /// Serve even with debug off in the settings
    #[arg(long)]
    insecure: bool,

    /// Do not serve static files
    #[arg(long)]
    nostatic: bool,

    /// Accepted for Django's sake; nothing is reloaded
    #[arg(long, hide = true)]
    noreload: bool,
}

impl Runserver {
    pub(super) fn run(&self, settings: Settings, output: &Output) -> Result<()> {
        let address = server::address(self.address.as_deref())?;
        let serves = !self.nostatic && (settings.debug != Some(false) || self.insecure);
        let told = StaticFiles::builder(settings.debug(true)).on_trouble(|text| anstream::eprintln!("{text}"));
        let static_files = told.build()?;
        output.checks(&static_files.check());
        static_files.checked()?;
        let path = static_files.static_url().path();
        if serves {
            let announced = format!("Serving the sources at {{address}}{path}");
            return server::run(static_files.layer(), &announced, &address, None, output);
        }
        output.warning("static files are not served: --nostatic was given, or debug is off without --insecure");
        server::run(static_files.layer().passing_all(), "Serving nothing at {address}/", &address, None, output)
    }
}
