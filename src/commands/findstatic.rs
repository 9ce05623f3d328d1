//! `findstatic`: where a file comes from (Django behaviours 116 to 123), and what collecting would
//! make of it (B18).

use std::path::Path;
use std::process::ExitCode;

use super::output::Output;
use super::project::Project;
use super::would_collect::WouldCollect;
use crate::error::Result;
use crate::finders::Finder;
use crate::name::StaticName;
use crate::resolver::StaticUrl;
use crate::static_files::StaticFiles;
use crate::storage::Content;

/// Find where static files come from
///
/// Prints the path of every source file of the name; the first one wins. With -v 2 also the places
/// that were searched, and under which name collectstatic would publish the file. With -v 0 nothing
/// but paths. Ends with exit status 1 if one of the names was not found.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  staticfiles findstatic css/app.css\n  \
                        staticfiles findstatic css/app.css js/app.js --first -v 0\n  \
                        staticfiles findstatic css/app.css -v 2   shows the hashed name too")]
pub(super) struct Findstatic {
    /// Names of files, such as css/app.css
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Print only the file that wins
    #[arg(long)]
    first: bool,
}

/// What was found under one name, in order, and where it was looked for.
#[derive(Default)]
struct Search {
    paths: Vec<String>,
    locations: Vec<String>,
}

impl Findstatic {
    /// Looks for all names, whatever becomes of one.
    pub(super) fn run(&self, project: &Project<'_>, output: &Output) -> Result<ExitCode> {
        let static_files = project.builder().build_for_collecting()?;
        let would = (output.verbosity > 1).then(|| WouldCollect::new(project, output));
        let (mut missing, mut failure) = (0, None);
        for given in &self.names {
            match self.show(given, &static_files, would.as_ref(), output) {
                Ok(true) => {}
                Ok(false) => missing += 1,
                Err(error) => drop(failure.get_or_insert(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None if missing == 0 => Ok(ExitCode::SUCCESS),
            None => {
                let (s, were) = if missing == 1 { ("", "was") } else { ("s", "were") };
                if output.verbosity > 0 {
                    output.failure(format_args!("{missing} name{s} {were} not found; -v 2 shows where was searched"));
                }
                Ok(ExitCode::FAILURE)
            }
        }
    }

    /// Says where a name is found, and whether it is.
    fn show(
        &self,
        given: &str,
        static_files: &StaticFiles,
        would: Option<&WouldCollect>,
        output: &Output,
    ) -> Result<bool> {
        let name = match normalised(given, static_files.static_url()) {
            Ok(name) => name,
            Err(reason) => {
                let reason = format!(" {reason}");
                output.note(not_found(given, &reason, &static_files.locations(), output.verbosity));
                return Ok(false);
            }
        };
        let search = self.look_for(&name, static_files)?;
        if search.paths.is_empty() {
            output.note(not_found(given, "", &search.locations, output.verbosity));
            return Ok(false);
        }
        let more = would.map(|would| would.say(&name, static_files.static_url())).unwrap_or_default();
        output.line(0, found(given, &search, output.verbosity) + &more);
        Ok(true)
    }

    fn look_for(&self, name: &StaticName, static_files: &StaticFiles) -> Result<Search> {
        let mut search = Search::default();
        for finder in static_files.finders().iter() {
            let location = finder.location();
            if !search.locations.contains(&location) {
                search.locations.push(location);
            }
            search.paths.extend(path_in(finder, name)?);
            if self.first && !search.paths.is_empty() {
                break;
            }
        }
        Ok(search)
    }
}

/// The file or directory of this name in one place, links resolved (Django behaviours 121 and 122).
fn path_in(finder: &dyn Finder, name: &StaticName) -> Result<Option<String>> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string();
    Ok(match finder.find(name)? {
        Some(file) => Some(match &file.content {
            Content::File(path) => real(path),
            Content::Bytes(_) => file.origin.to_string(),
        }),
        None => finder.directory(name).as_deref().map(real),
    })
}

fn found(given: &str, search: &Search, verbosity: u8) -> String {
    if verbosity == 0 {
        return search.paths.join("\n");
    }
    let mut text = format!("Found '{given}' here:\n  {}", search.paths.join("\n  "));
    if verbosity > 1 {
        text += &looked_in(&search.locations);
    }
    text
}

fn looked_in(locations: &[String]) -> String {
    format!("\nLooking in the following locations:\n  {}", locations.join("\n  "))
}

fn not_found(given: &str, reason: &str, locations: &[String], verbosity: u8) -> String {
    let text = format!("No matching file found for '{}'.{reason}", given.escape_debug());
    if verbosity > 1 { format!("{text}\n{}", looked_in(locations)) } else { text }
}

/// The name that a person means: `./a` and `sub/../a` are `a`.
fn normalised(given: &str, static_url: &StaticUrl) -> Result<StaticName, String> {
    let given = if cfg!(windows) { given.replace('\\', "/") } else { given.to_owned() };
    if given.starts_with('/') {
        let meant = given.strip_prefix(static_url.path()).filter(|rest| !rest.is_empty());
        let meant = meant.map_or("such as 'css/app.css'".to_owned(), |rest| format!("here '{rest}'"));
        return Err(format!("A name is relative to the source directories, {meant}."));
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in given.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop().ok_or("It leads out of the source directories.")?),
            segment => segments.push(segment),
        }
    }
    if segments.is_empty() {
        return Err("It names no file.".to_owned());
    }
    StaticName::new(segments.join("/")).map_err(|error| format!("It cannot be a name: {}.", error.reason()))
}
