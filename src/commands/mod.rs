//! The commands: what a person types, turned into calls of the facade and printed. [`Manage`] runs
//! them in a program of one's own; the program `staticfiles` is a `Manage` with nothing added.
//!
//! Here, and nowhere below, are arguments, environment, standard streams and exit codes.

mod access_log;
mod address;
mod collectstatic;
mod connection;
mod findstatic;
mod manage;
mod manuals;
mod output;
mod project;
mod runserver;
mod serve;
mod server;
mod would_collect;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::manage::App;
pub use self::manage::Manage;
use self::output::Output;
use self::project::Project;
pub use self::server::Application;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::static_files::StaticFiles;

/// Find, collect and serve static files
#[derive(Debug, Parser)]
#[command(name = "staticfiles", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    command: Asked,
}

#[derive(Debug, Subcommand)]
enum Asked {
    #[command(flatten)]
    OfProject(Command),
    Completions(manuals::Completions),
    Man(manuals::Man),
}

/// The options that all commands have, for a clap parser of one's own; see [`Command`].
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The settings; else `staticfiles.toml` here or in a parent directory
    #[arg(long, global = true, value_name = "FILE", display_order = 100)]
    settings: Option<PathBuf>,

    /// 0 says nothing but errors, 1 the result, 2 every file, 3 everything
    #[arg(short, long, global = true, value_name = "LEVEL", default_value_t = 1, display_order = 101,
          value_parser = clap::value_parser!(u8).range(0..=3))]
    verbosity: u8,
}

/// One of the commands with its arguments, for a clap parser of one's own.
///
/// ```no_run
/// use clap::Parser;
/// use staticfiles::Settings;
/// use staticfiles::commands::{Command, Manage, Options};
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     options: Options,
///     #[command(subcommand)]
///     command: Commands,
/// }
///
/// #[derive(clap::Subcommand)]
/// enum Commands {
///     /// A command of the program
///     Migrate,
///     #[command(flatten)]
///     StaticFiles(Command),
/// }
///
/// fn main() -> std::process::ExitCode {
///     let cli = Cli::parse();
///     match cli.command {
///         Commands::Migrate => std::process::ExitCode::SUCCESS,
///         Commands::StaticFiles(command) => Manage::new(Settings::new()).execute(command, cli.options),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Command(Kind);

#[derive(Debug, Subcommand)]
enum Kind {
    Collectstatic(collectstatic::Collectstatic),
    Findstatic(findstatic::Findstatic),
    Runserver(runserver::Runserver),
    Serve(serve::Serve),
    Check(Check),
}

/// Examine the settings and the directories they name
///
/// Prints every finding with its code, such as staticfiles.W004. Errors end with exit status 1,
/// warnings do not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles check\n  STATICFILES_STATIC_ROOT=/srv/static staticfiles check")]
struct Check;

/// Runs the program: the arguments of the process, its exit status.
pub fn main() -> ExitCode {
    Manage::from_file().run()
}

impl Command {
    fn run(&self, project: &Project<'_>, app: App, output: &Output) -> Result<ExitCode> {
        match &self.0 {
            Kind::Collectstatic(command) => command.run(&project.builder().build_for_collecting()?, output),
            Kind::Findstatic(command) => return command.run(project, output),
            Kind::Runserver(command) => command.run(project, app, output),
            Kind::Serve(command) => command.run(project, app, output),
            Kind::Check(_) => check(&project.builder().build_for_collecting()?, output),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Like the enum inside, which shows no types that are not for others.
impl Subcommand for Command {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        Kind::augment_subcommands(command)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Kind::augment_subcommands_for_update(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Kind::has_subcommand(name)
    }
}

impl clap::FromArgMatches for Command {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        Kind::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Options {
    /// The settings of the file that is asked for, else the program's, else of a file that is found;
    /// variables of the environment go over them.
    fn settings(&self, of_program: Option<Settings>) -> Result<Settings> {
        let variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("STATICFILES_"))
            .collect();
        let here = std::env::current_dir().map_err(|source| Error::Io {
            action: "find",
            subject: "the working directory".to_owned(),
            source,
        })?;
        match (&self.settings, of_program) {
            (Some(path), _) => Settings::from_file(path, variables),
            (None, Some(settings)) => settings.with_variables(variables),
            (None, None) => match Settings::find_file(&here) {
                Some(path) => Settings::from_file(&path, variables),
                None if !variables.iter().any(|(name, _)| Settings::reads_variable(name)) => {
                    Err(Error::Settings(format!(
                        "there is no staticfiles.toml in {} or above; write one, or name one with --settings",
                        here.display()
                    )))
                }
                None => Settings::from_toml("", "the environment", &here, variables),
            },
        }
    }
}

fn check(static_files: &StaticFiles, output: &Output) -> Result<()> {
    if output.examine(static_files)?.is_empty() {
        output.result("System check identified no issues.");
    }
    Ok(())
}
