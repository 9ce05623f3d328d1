//! [`Manage`]: the commands in a program of one's own, in the manner of Django's `manage.py`.

use std::ffi::OsString;
use std::fmt;
use std::future::{Ready, ready};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use super::output::Output;
use super::project::{Configure, Project};
use super::server::{Application, Server};
use super::{Arguments, Asked, Command, Options};
use crate::error::Result;
use crate::serve::NothingElse;
use crate::settings::Settings;
use crate::static_files::{StaticFiles, StaticFilesBuilder};

/// The commands `collectstatic`, `findstatic`, `runserver`, `serve` and `check` in a program of
/// one's own, with its finders, its storage and its application.
///
/// ```no_run
/// use staticfiles::Settings;
/// use staticfiles::commands::Manage;
///
/// fn main() -> std::process::ExitCode {
///     Manage::new(Settings::new().static_root("target/static").dir("frontend"))
///         .router(|_static_files| axum::Router::new().route("/", axum::routing::get(|| async { "home" })))
///         .run()
/// }
/// ```
///
/// Then `cargo run -- runserver` serves the application with the sources of its static files before
/// it, `cargo run -- collectstatic` collects, and `serve` serves the application with what was
/// collected. Without [`router`](Self::router) or [`try_router`](Self::try_router) static files are
/// all there is.
///
/// Environment variables such as `STATICFILES_STATIC_ROOT` go over the settings, and `--settings
/// FILE` takes a file instead of them. Where neither says, `debug` is as the program was built; a
/// program without a router has it on in `runserver`.
pub struct Manage {
    settings: Option<Settings>,
    configure: Box<Configure>,
    app: App,
}

impl Manage {
    /// The commands over these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Some(settings), ..Self::from_file() }
    }

    /// The commands over the settings in `staticfiles.toml`, which is looked for in the working
    /// directory and its parents.
    pub fn from_file() -> Self {
        let nothing_else = |server: Server<'_>| server.run(|_| ready(Ok(NothingElse)));
        let app = App { run: Box::new(nothing_else), is_of_program: false };
        Self { settings: None, configure: Box::new(|builder| builder), app }
    }

    /// Adds finders, a storage, a manifest store or scanners. Every command asks anew, some twice.
    ///
    /// ```
    /// # use staticfiles::{Settings, commands::Manage, finders::DirectoryFinder};
    /// let manage = Manage::new(Settings::new())
    ///     .static_files(|builder| builder.finder(DirectoryFinder::new("node_modules").prefix("vendor")));
    /// ```
    pub fn static_files(mut self, configure: impl Fn(StaticFilesBuilder) -> StaticFilesBuilder + 'static) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// Serves this application behind the static files: an `axum::Router` or any Tower service. It
    /// is made once, in the server's Tokio runtime, and only by the commands that serve; the static
    /// files that it is given are those that are served, for URLs in its pages.
    pub fn router<A: Application>(self, make: impl FnOnce(StaticFiles) -> A + 'static) -> Self {
        self.try_router(move |static_files| -> Ready<Result<A, std::convert::Infallible>> {
            ready(Ok(make(static_files)))
        })
    }

    /// The same for an application that takes time to make, or can fail to be made: one that
    /// connects to a database first.
    ///
    /// ```
    /// # use staticfiles::{Settings, commands::Manage};
    /// let manage = Manage::new(Settings::new()).try_router(async |_static_files| {
    ///     let greeting = std::fs::read_to_string("greeting.txt")?;
    ///     let home = axum::routing::get(async || greeting);
    ///     Ok::<_, std::io::Error>(axum::Router::new().route("/", home))
    /// });
    /// ```
    pub fn try_router<F, A, E>(mut self, make: impl FnOnce(StaticFiles) -> F + 'static) -> Self
    where
        F: Future<Output = Result<A, E>>,
        A: Application,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let run = |server: Server<'_>| {
            server.run(|static_files| {
                let made = make(static_files);
                async { made.await.map_err(Into::into) }
            })
        };
        self.app = App { run: Box::new(run), is_of_program: true };
        self
    }

    /// Runs the command that the arguments of the process ask for, and returns its exit status: 0
    /// done, 1 failed, 2 wrong usage.
    pub fn run(self) -> ExitCode {
        self.run_from(std::env::args_os())
    }

    /// The same with these arguments, of which the first is the program's name.
    pub fn run_from(self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let program = arguments.first().map_or(Path::new("staticfiles"), Path::new);
        let parsed = command_line(program)
            .try_get_matches_from(&arguments)
            .and_then(|matches| Arguments::from_arg_matches(&matches));
        match parsed {
            Ok(Arguments { options, command: Asked::OfProject(command) }) => self.execute(command, options),
            Ok(Arguments { command: Asked::Completions(asked), .. }) => asked.print(program),
            Ok(Arguments { command: Asked::Man(asked), .. }) => asked.print(program),
            Err(error) => {
                // A closed pipe is no failure.
                let _ = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
            }
        }
    }

    /// Runs a command if the first argument of the process is the name of one; else `None`, and the
    /// program goes on with its own.
    ///
    /// ```no_run
    /// # use staticfiles::{Settings, commands::Manage};
    /// # use std::process::ExitCode;
    /// fn main() -> ExitCode {
    ///     if let Some(status) = Manage::new(Settings::new()).try_run() {
    ///         return status;
    ///     }
    ///     println!("the program's own work");
    ///     ExitCode::SUCCESS
    /// }
    /// ```
    pub fn try_run(self) -> Option<ExitCode> {
        self.try_run_from(std::env::args_os())
    }

    /// The same with these arguments, of which the first is the program's name.
    pub fn try_run_from(self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Option<ExitCode> {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let first = arguments.get(1)?.to_str()?;
        Arguments::command().find_subcommand(first)?;
        Some(self.run_from(arguments))
    }

    /// Runs a command that the program has read itself, see [`Command`].
    pub fn execute(self, command: Command, options: Options) -> ExitCode {
        let output = Output::new(options.verbosity);
        let run = || {
            let settings = options.settings(self.settings)?;
            let project = Project::new(settings, &*self.configure, self.app.is_of_program);
            let status = command.run(&project, self.app, &output)?;
            output.flushed().map(|()| status)
        };
        run().unwrap_or_else(|error| {
            output.error(&error);
            ExitCode::FAILURE
        })
    }
}

impl fmt::Debug for Manage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manage").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What a program serves behind its static files.
pub(super) struct App {
    run: Box<dyn FnOnce(Server<'_>) -> Result<()>>,
    is_of_program: bool,
}

impl App {
    pub(super) fn run(self, server: Server<'_>) -> Result<()> {
        (self.run)(server)
    }

    /// Whether `runserver` is in debug if no setting says so.
    pub(super) fn debug_by_default(&self) -> bool {
        !self.is_of_program || cfg!(debug_assertions)
    }

    /// What is served where static files are not.
    pub(super) fn announced(&self) -> String {
        let what = if self.is_of_program { "the application" } else { "nothing" };
        format!("Serving {what} at {{address}}/")
    }
}

/// The command line, its examples written for the program that it is part of.
pub(super) fn command_line(program: &Path) -> clap::Command {
    let (command, name) = (Arguments::command(), name_of(program));
    if name == command.get_name() {
        return command;
    }
    command.mut_subcommands(|subcommand| {
        let examples = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
        subcommand.after_help(examples.replace("  staticfiles ", &format!("  {name} ")))
    })
}

/// The name that a person calls the program by.
pub(super) fn name_of(program: &Path) -> String {
    program.file_stem().map_or("staticfiles".to_owned(), |name| name.to_string_lossy().into_owned())
}
