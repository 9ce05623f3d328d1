//! The commands of the program: what a person types, turned into calls of the facade and printed.
//! Here, and nowhere below, are arguments, environment, standard streams and exit codes.

mod collectstatic;
mod output;
mod runserver;
mod serve;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::output::Output;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::static_files::StaticFiles;

/// Find, collect and serve static files
#[derive(Debug, Parser)]
#[command(name = "staticfiles", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    /// The settings; else `staticfiles.toml` here or in a parent directory
    #[arg(long, global = true, value_name = "FILE")]
    settings: Option<PathBuf>,

    /// 0 says nothing but errors, 1 the result, 2 every file, 3 everything
    #[arg(short, long, global = true, value_name = "LEVEL", default_value_t = 1,
          value_parser = clap::value_parser!(u8).range(0..=3))]
    verbosity: u8,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Collectstatic(collectstatic::Collectstatic),
    Runserver(runserver::Runserver),
    Serve(serve::Serve),
    Check(Check),
}

/// Examine the settings and the directories they name
///
/// Prints every finding with its code, such as staticfiles.W004. Errors end with exit status 1,
/// warnings do not.
#[derive(Debug, clap::Args)]
struct Check;

/// Runs the program: the arguments of the process, its exit status.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.verbosity);
    match arguments.run(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

impl Arguments {
    fn run(&self, output: &Output) -> Result<()> {
        let settings = self.settings()?;
        match &self.command {
            Command::Collectstatic(command) => {
                command.run(&StaticFiles::builder(settings).build_for_collecting()?, output)
            }
            Command::Runserver(command) => command.run(settings, output),
            Command::Serve(command) => command.run(settings, output),
            Command::Check(_) => check(&StaticFiles::builder(settings).build_for_collecting()?, output),
        }
    }

    fn settings(&self) -> Result<Settings> {
        let variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("STATICFILES_"))
            .collect();
        let here = std::env::current_dir().map_err(|source| Error::Io {
            action: "find",
            subject: "the working directory".to_owned(),
            source,
        })?;
        match self.settings.clone().or_else(|| Settings::find_file(&here)) {
            Some(path) => Settings::from_file(&path, variables),
            None if !variables.iter().any(|(name, _)| Settings::reads_variable(name)) => Err(Error::Settings(format!(
                "there is no staticfiles.toml in {} or above; write one, or name one with --settings",
                here.display()
            ))),
            None => Settings::from_toml("", "the environment", &here, variables),
        }
    }
}

fn check(static_files: &StaticFiles, output: &Output) -> Result<()> {
    output.examine(static_files)?;
    if static_files.check().is_empty() {
        output.result("System check identified no issues.");
    }
    Ok(())
}
