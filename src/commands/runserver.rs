//! `runserver`: the sources as they are now, for development (Django behaviours 207 to 210).

use std::time::Duration;

use super::address::Address;
use super::manage::App;
use super::output::Output;
use super::project::Project;
use super::server::Server;
use crate::error::Result;

/// Serve for development: static files from their sources, before the application
///
/// Every request looks at the sources, so an edited file shows at the next reload. With debug off
/// in the settings no static files are served unless --insecure is given. Each request is a line on
/// standard error; Ctrl-C ends the server.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles runserver\n  staticfiles runserver 8001\n  \
                        staticfiles runserver 0:8000   on every interface\n  \
                        staticfiles runserver -6       on [::1]:8000")]
pub(super) struct Runserver {
    /// Where to listen: PORT or ADDR:PORT [default: 127.0.0.1:8000]
    #[arg(value_name = "ADDR:PORT")]
    address: Option<String>,

    /// Listen on an IPv6 address, ::1 if none is given
    #[arg(short = '6', long)]
    ipv6: bool,

    /// Serve static files even with debug off in the settings
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
    pub(super) fn run(&self, project: &Project<'_>, app: App, output: &Output) -> Result<()> {
        let address = Address::new(self.address.as_deref(), self.ipv6)?;
        let is_debug = project.settings.debug.unwrap_or(app.debug_by_default());
        let serves = !self.nostatic && (is_debug || self.insecure);
        // Files from the sources have plain names, and so must their URLs.
        let static_files = project.builder_to_serve(is_debug || serves).build()?;
        output.checks(&static_files.check());
        static_files.checked()?;
        let (layer, announced) = if serves {
            let announced = format!("Serving the sources at {{address}}{}", static_files.served_path());
            (static_files.layer(), announced)
        } else {
            let why = if self.nostatic { "--nostatic was given" } else { "debug is off and --insecure was not given" };
            output.warning(format_args!("static files are not served: {why}"));
            (static_files.layer().passing_all(), app.announced())
        };
        let banner = "Starting development server at {address}/\nQuit the server with CONTROL-C.".to_owned();
        let server = Server {
            static_files,
            layer,
            address,
            workers: None,
            has_access_log: output.verbosity > 0,
            // Its sources are looked at anyway, and SIGHUP is the terminal's end.
            reloads: false,
            // Whoever presses Ctrl-C does not want to wait for a browser's open connections.
            drain: Duration::from_secs(1),
            announced: [announced, banner],
            output,
        };
        app.run(server)
    }
}
