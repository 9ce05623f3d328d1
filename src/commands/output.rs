//! How the commands speak: results on standard output, everything else on standard error, colour
//! and bars only on a terminal.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Check, Error, Problem, Result, Severity, with_causes};
use crate::static_files::StaticFiles;

/// Says things at the asked verbosity.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) verbosity: u8,
    started: Instant,
    bar: Mutex<Option<ProgressBar>>,
    /// Whether the findings of the checks were printed, so that they are not printed again.
    has_said_checks: AtomicBool,
    /// Why a line could not be printed.
    lost: OnceLock<std::io::Error>,
}

impl Output {
    pub(super) fn new(verbosity: u8) -> Self {
        Self {
            verbosity,
            started: Instant::now(),
            bar: Mutex::new(None),
            has_said_checks: AtomicBool::new(false),
            lost: OnceLock::new(),
        }
    }

    /// A line that was asked for, at verbosity 1 and above.
    pub(super) fn result(&self, text: impl Display) {
        self.line(1, text);
    }

    /// A line for those who want to know more, at `level` and above. A closed pipe is no failure.
    pub(super) fn line(&self, level: u8, text: impl Display) {
        if self.verbosity < level {
            return;
        }
        if let Err(error) = writeln!(anstream::stdout().lock(), "{text}")
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.lost.get_or_init(|| error);
        }
    }

    /// An error if something that should be printed could not be.
    pub(super) fn flushed(&self) -> Result<()> {
        let source = match self.lost.get() {
            Some(lost) => std::io::Error::new(lost.kind(), lost.to_string()),
            None => match std::io::stdout().flush() {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => error,
                _ => return Ok(()),
            },
        };
        Err(Error::Io { action: "write to", subject: "standard output".to_owned(), source })
    }

    /// Something that the reader should know and that does not end the command.
    pub(super) fn warning(&self, text: impl Display) {
        if self.verbosity > 0 {
            say("\x1b[1;33mwarning:\x1b[0m", text);
        }
    }

    /// A note about what goes on.
    pub(super) fn note(&self, text: impl Display) {
        if self.verbosity > 0 {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }

    /// One line `error: …`, where there is no [`Error`] to tell of.
    pub(super) fn failure(&self, text: impl Display) {
        say(ERROR, text);
    }

    /// The error that ends the command: details a line each, then one line `error: …`.
    pub(super) fn error(&self, error: &Error) {
        match error {
            Error::References { problems } => {
                self.problems(problems);
                let count = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
                let (s, lead) = if count == 1 { ("", "leads") } else { ("s", "lead") };
                say(
                    ERROR,
                    format_args!("{count} reference{s} {lead} to files that are not collected; nothing was written"),
                );
            }
            Error::Checks { checks } => {
                if !self.has_said_checks.load(Ordering::Relaxed) {
                    self.checks(checks);
                }
                let (s, count) = (if checks.len() == 1 { "" } else { "s" }, checks.len());
                say(ERROR, format_args!("the system check found {count} error{s} in the settings"));
            }
            Error::Several { errors } => {
                for error in errors {
                    let _ = writeln!(anstream::stderr().lock(), "{}", with_causes(error));
                }
                say(ERROR, format_args!("{} files cannot be used; nothing was written", errors.len()));
            }
            error => say(ERROR, with_causes(error)),
        }
    }

    /// References that lead nowhere: the errors grouped by file under Django's line (behaviour 78), the
    /// warnings a line each, and how many there are.
    pub(super) fn problems(&self, problems: &[Problem]) {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            problems.iter().partition(|problem| problem.severity == Severity::Error);
        for problem in &warnings {
            self.warning(format_args!("{problem}{}", excerpt(problem)));
        }
        if warnings.len() > 1 {
            self.warning(format_args!("{} references lead to files that are not collected", warnings.len()));
        }
        let mut stderr = anstream::stderr().lock();
        for of_file in errors.chunk_by(|a, b| a.file == b.file) {
            let _ = writeln!(stderr, "Post-processing '{}' failed!\n", of_file[0].file);
            for problem in of_file {
                let _ = writeln!(stderr, "{problem}{}", excerpt(problem));
            }
            let _ = writeln!(stderr);
        }
    }

    /// Says what the checks found, and returns it.
    ///
    /// # Errors
    ///
    /// When some of it are errors.
    pub(super) fn examine(&self, static_files: &StaticFiles) -> Result<Vec<Check>> {
        let found = static_files.check();
        self.checks(&found);
        Error::none_among(found)
    }

    /// Findings of the checks, in Django's form (behaviour 52).
    pub(super) fn checks(&self, checks: &[Check]) {
        if checks.is_empty() {
            return;
        }
        self.has_said_checks.store(true, Ordering::Relaxed);
        let mut text = "System check identified some issues:\n".to_owned();
        for (severity, title) in [(Severity::Error, "ERRORS"), (Severity::Warning, "WARNINGS")] {
            let found: Vec<String> =
                checks.iter().filter(|check| check.severity == severity).map(ToString::to_string).collect();
            if !found.is_empty() {
                text += &format!("\n{title}:\n{}\n", found.join("\n"));
            }
        }
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// How far a long work is: a bar on a terminal, once it has taken a second.
    pub(super) fn progress(&self, station: &'static str, done: usize, total: usize) {
        if self.verbosity == 0 || !std::io::stderr().is_terminal() || self.started.elapsed() < Duration::from_secs(1) {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg:>8} {wide_bar} {pos}/{len}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_message(station);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub(super) fn finish_progress(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

/// On a terminal, the line with a mark under the reference.
fn excerpt(problem: &Problem) -> String {
    if !std::io::stderr().is_terminal() {
        return String::new();
    }
    let Problem { line, excerpt, offset, reference, .. } = problem;
    let margin = " ".repeat(line.to_string().len());
    let room = excerpt.chars().count().saturating_sub(*offset);
    let mark = "^".repeat(reference.chars().count().min(room).max(1));
    format!("\n{line} | {excerpt}\n{margin} | {}\x1b[1;31m{mark}\x1b[0m", " ".repeat(*offset))
}

const ERROR: &str = "\x1b[1;31merror:\x1b[0m";

fn say(label: &str, text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{label} {text}");
}
