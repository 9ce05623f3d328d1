//! What can go wrong, said so that a person can act on it: what could not be done, to which file,
//! and what to do. Printing is for the commands.

use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::name::{NameError, StaticName};

/// The result of the library's fallible functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the library. Texts are lower case without a full stop; the cause is `source()`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that could leave its root.
    #[error(transparent)]
    Name(#[from] NameError),

    /// The system refused something about one file.
    #[error("cannot {action} {subject}")]
    Io {
        /// What was tried: `read`, `write`, `list`.
        action: &'static str,
        /// The file, as a person finds it.
        subject: String,
        /// What the system said.
        source: io::Error,
    },

    /// A setting is missing, unknown or wrong; the text names it and its place.
    #[error("{0}")]
    Settings(String),

    /// A file in a source tree cannot be collected or found as it is.
    #[error("{path}: {problem}")]
    Source {
        /// The file, as a person finds it.
        path: String,
        /// What is wrong with it and what to do.
        problem: String,
    },

    /// The manifest cannot be used.
    #[error("the manifest {location} cannot be used: {problem}; run `collectstatic`")]
    Manifest {
        /// Where the manifest is.
        location: String,
        /// What is wrong with it.
        problem: String,
    },

    /// A name that the manifest does not list.
    #[error("`{name}` is not in the manifest{}", did_you_mean(near))]
    MissingEntry {
        /// The name that was asked for.
        name: String,
        /// The nearest names that are listed, best first.
        near: Vec<String>,
    },

    /// References to files that are not collected.
    #[error("{}", list(problems))]
    References {
        /// Every one of them, in the order of the files.
        problems: Vec<Problem>,
    },

    /// Settings that the checks found wrong.
    #[error("{}", list(checks))]
    Checks {
        /// The findings that are errors.
        checks: Vec<Check>,
    },

    /// Several errors, none of which hides another.
    #[error("{}", list(errors))]
    Several {
        /// The errors in the order they were met.
        errors: Vec<Error>,
    },
}

impl Error {
    /// An I/O error about `path`.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, subject: shown(path), source }
    }

    /// An I/O error about a name in a storage that says where it is.
    pub(crate) fn stored(action: &'static str, name: &StaticName, location: &str, source: io::Error) -> Self {
        Self::Io { action, subject: format!("{name} in {location}"), source }
    }

    /// A problem with one source file.
    pub(crate) fn source_file(path: &Path, problem: impl Into<String>) -> Self {
        Self::Source { path: shown(path), problem: problem.into() }
    }

    /// An error if there is any, all of them together.
    pub(crate) fn none_of(errors: Vec<Error>) -> Result<()> {
        if errors.is_empty() { Ok(()) } else { Err(Self::several(errors)) }
    }

    /// An error if some of the findings are; else the findings, which are only warnings.
    pub(crate) fn none_among(checks: Vec<Check>) -> Result<Vec<Check>> {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            checks.into_iter().partition(|check| check.severity == Severity::Error);
        if errors.is_empty() { Ok(warnings) } else { Err(Self::Checks { checks: errors }) }
    }

    /// One error of many: itself if it is alone.
    pub(crate) fn several(mut errors: Vec<Error>) -> Self {
        if errors.len() == 1 { errors.remove(0) } else { Self::Several { errors } }
    }
}

/// A reference to a file that is not collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// The file with the reference.
    pub file: StaticName,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// The reference as it is written.
    pub reference: String,
    /// The nearest collected name.
    pub near: Option<String>,
    /// The line, or of a long one what is around the reference.
    pub excerpt: String,
    /// Where in the excerpt the reference begins, in characters from 0.
    pub offset: usize,
    /// Whether the run fails because of it.
    pub severity: Severity,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// It is said and the command goes on.
    Warning,
    /// The command ends.
    Error,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, reference, near, .. } = self;
        write!(f, "{file}:{line}:{column}: `{reference}` is not collected")?;
        near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
    }
}

/// A finding of the checks, in Django's form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// `staticfiles.E002` and the like; stable.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do, if that is known.
    pub hint: Option<String>,
    /// Errors end a command, warnings do not.
    pub severity: Severity,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "?: ({}) {}", self.code, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\n\tHINT: {hint}"))
    }
}

/// An error and what it comes from, in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// A path in one line, whatever is in it.
fn shown(path: &Path) -> String {
    let escaped = |character: char| match character {
        control if control.is_control() => control.escape_default().to_string(),
        character => character.to_string(),
    };
    path.to_string_lossy().chars().map(escaped).collect()
}

fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        many => format!("; did you mean one of `{}`?", many.join("`, `")),
    }
}

fn list(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
