//! `collectstatic`: the prompt, the messages and the summary of Django's command (behaviours 53 to
//! 85).

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::output::Output;
use crate::collect::{CollectOptions, Event};
use crate::error::{Error, Result};
use crate::finders::FoundFile;
use crate::static_files::StaticFiles;

/// Collect static files into the static root
///
/// Finds the files of all directories and apps, copies them into one tree, gives each a copy with its
/// content's hash in the name, rewrites the references in style sheets and scripts to those names, and
/// last of all writes the manifest. What is unchanged is not written again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles collectstatic --no-input\n  \
                        staticfiles collectstatic --dry-run   checks references, writes nothing\n  \
                        staticfiles collectstatic -i '*.scss' -i 'src/*'")]
pub(super) struct Collectstatic {
    /// Do not ask before overwriting files
    #[arg(long, visible_alias = "noinput")]
    no_input: bool,

    /// Leave out what matches the pattern, beside the patterns of the settings; may be repeated
    #[arg(short, long, value_name = "PATTERN")]
    ignore: Vec<String>,

    /// Do everything but write
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Delete everything else in the static root, also what others put there, after the new files are
    /// published
    #[arg(short, long)]
    clear: bool,

    /// Make symbolic links to the sources instead of copies; hashed files stay copies
    #[arg(short, long)]
    link: bool,

    /// Copy only: no hashed names, no manifest
    #[arg(long)]
    no_post_process: bool,

    /// Do not leave out what the ignore patterns of the settings match
    #[arg(long)]
    no_default_ignore: bool,
}

impl Collectstatic {
    pub(super) fn run(&self, static_files: &StaticFiles, output: &Output) -> Result<()> {
        output.examine(static_files)?;
        if !self.no_input {
            self.confirm(static_files)?;
        }
        let report = static_files.collect(&self.options()?, &|event| self.say(event, output));
        output.finish_progress();
        let report = report?;
        output.problems(&report.warnings);
        output.result(format_args!("\n{report}"));
        Ok(())
    }

    fn options(&self) -> Result<CollectOptions> {
        Ok(CollectOptions {
            dry_run: self.dry_run,
            clear: self.clear,
            link: self.link,
            ignore: self.ignore.clone(),
            no_default_ignore: self.no_default_ignore,
            no_post_process: self.no_post_process,
            now: source_date_epoch()?,
            cache: dirs::cache_dir().map(|directory| directory.join("staticfiles")),
        })
    }

    /// Asks before files are overwritten (Django behaviours 57 to 63). Only `yes` goes on.
    fn confirm(&self, static_files: &StaticFiles) -> Result<()> {
        let location = match static_files.local_root() {
            Some(root) if !has_files(&root) => return Ok(()),
            Some(root) => format!(":\n\n    {}", root.display()),
            // What lies elsewhere is not looked at; it is safer to ask.
            None if static_files.location().is_some() => ".".to_owned(),
            None => return Ok(()),
        };
        let dry_run =
            if self.dry_run { "You have activated the --dry-run option so no files will be modified.\n\n" } else { "" };
        let effect = if self.clear {
            "This will DELETE ALL FILES in this location!"
        } else {
            "This will overwrite existing files!"
        };
        let mut stdout = std::io::stdout().lock();
        let _ = write!(
            stdout,
            "\n{dry_run}You have requested to collect static files at the destination\n\
             location as specified in your settings{location}\n\n{effect}\n\
             Are you sure you want to do this?\n\n\
             Type 'yes' to continue, or 'no' to cancel: ",
        );
        let _ = stdout.flush();
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim_end_matches(['\n', '\r']) == "yes" {
            Ok(())
        } else {
            Err(Error::Settings("Collecting static files cancelled.".to_owned()))
        }
    }

    fn say(&self, event: Event<'_>, output: &Output) {
        match event {
            Event::Waiting { location } => {
                output.note(format_args!("waiting for another collectstatic that writes to {location}"));
            }
            Event::ManifestReplaced { location, problem } => {
                output.warning(format_args!("the manifest {location} is written anew, because {problem}"));
            }
            Event::Duplicate { winner, loser } => duplicate(output, winner, loser),
            Event::Progress { station, done, total } => output.progress(station, done, total),
            Event::Deleted { name } => self.act(output, 2, Action::Delete, name),
            Event::Replaced { file } => self.act(output, 2, Action::Delete, file.name.as_str()),
            Event::Copied { file } => self.act(output, 1, Action::Copy, &file.origin),
            Event::Linked { file } => self.act(output, 1, Action::Link, &file.origin),
            Event::Unmodified { file } => output.line(2, format_args!("Skipping '{}' (not modified)", file.name)),
            Event::PostProcessed { name, stored } => {
                output.line(2, format_args!("Post-processed '{name}' as '{stored}'"));
            }
            Event::PostProcessingSkipped { name, .. } => {
                output.line(2, format_args!("Skipped post-processing '{name}'"));
            }
        }
    }

    /// What was done to a file, or would be; the pretence at a level of its own (Django behaviours
    /// 66 to 74).
    fn act(&self, output: &Output, pretending: u8, action: Action, subject: &str) {
        let (doing, to_do) = match action {
            Action::Delete => ("Deleting", "delete"),
            Action::Copy => ("Copying", "copy"),
            Action::Link => ("Linking", "link"),
        };
        if self.dry_run {
            output.line(pretending, format_args!("Pretending to {to_do} '{subject}'"));
        } else {
            output.line(2, format_args!("{doing} '{subject}'"));
        }
    }
}

#[derive(Clone, Copy)]
enum Action {
    Delete,
    Copy,
    Link,
}

/// Names the winner and the loser, where Django names neither (B16).
fn duplicate(output: &Output, winner: &FoundFile, loser: &FoundFile) {
    output.line(
        2,
        format_args!(
            "Found another file with the destination path '{}'. It will be ignored since only the first encountered \
             file is collected. If this is not what you want, make sure every static file has a unique path.\n  \
             collected: {}\n  ignored: {}",
            loser.name, winner.origin, loser.origin
        ),
    );
}

fn has_files(root: &Path) -> bool {
    std::fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some())
}

/// The time of a reproducible build, in seconds since 1970.
fn source_date_epoch() -> Result<Option<SystemTime>> {
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH").map(PathBuf::from) else { return Ok(None) };
    let seconds = value.to_str().and_then(|value| value.parse::<u64>().ok());
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    match time {
        Some(time) => Ok(Some(time)),
        None => {
            let text = format!("SOURCE_DATE_EPOCH is {value:?}: it has to be seconds since 1970");
            Err(Error::Settings(text))
        }
    }
}
