//! `completions` and `man`: what the command line tells of itself.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap_complete::Shell;

use super::manage::{command_line, name_of};
use super::output::Output;
use crate::error::Error;

/// Print the completions of a shell
///
/// The script is for the shell's completion directory, or to be read at its start.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        staticfiles completions bash > ~/.local/share/bash-completion/completions/staticfiles\n  \
                        staticfiles completions zsh > ~/.zfunc/_staticfiles\n  \
                        staticfiles completions fish > ~/.config/fish/completions/staticfiles.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page, of the program or of a command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles man > ~/.local/share/man/man1/staticfiles.1\n  \
                        staticfiles man collectstatic | man -l -")]
pub(super) struct Man {
    /// The command
    #[arg(value_name = "COMMAND",
          value_parser = ["collectstatic", "findstatic", "runserver", "serve", "check", "completions"])]
    command: Option<String>,
}

impl Completions {
    pub(super) fn print(&self, program: &Path) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command_line(program), name_of(program), &mut script);
        print(&script)
    }
}

impl Man {
    pub(super) fn print(&self, program: &Path) -> ExitCode {
        let name = name_of(program);
        let mut command = command_line(program).bin_name(&name);
        // Gives each command its full name and the options that all have.
        command.build();
        let (command, title) = match self.command.as_deref().and_then(|name| command.find_subcommand(name)) {
            Some(subcommand) => (subcommand.clone(), format!("{name}-{}", subcommand.get_name())),
            None => (command, name),
        };
        let mut page = Vec::new();
        let source = format!("staticfiles {}", env!("CARGO_PKG_VERSION"));
        match clap_mangen::Man::new(command).title(title).source(source).render(&mut page) {
            Ok(()) => print(&page),
            Err(_) => ExitCode::FAILURE,
        }
    }
}

/// A closed pipe is no failure.
fn print(text: &[u8]) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Output::new(1).error(&Error::Io {
                action: "write to",
                subject: "standard output".to_owned(),
                source: error,
            });
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
