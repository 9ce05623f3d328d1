//! `findstatic`: where a file comes from (Django behaviours 116 to 123), and what collecting would
//! make of it (B18).

use std::fmt::Write;
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
    pub(super) fn run(&self, project: &Project<'_>, output: &Output) -> Result<ExitCode> {
        let static_files = project.builder().build_for_collecting()?;
        let would = (output.verbosity > 1).then(|| WouldCollect::new(project, output));
        let mut missing = 0;
        for given in &self.names {
            match self.look_for(given, &static_files)? {
                Ok((name, search)) if !search.paths.is_empty() => {
                    let more =
                        would.as_ref().map(|would| would.say(&name, static_files.static_url())).unwrap_or_default();
                    output.line(0, found(given, &search, output.verbosity) + &more);
                }
                not_found => {
                    missing += 1;
                    output.note(not_found_text(given, not_found, &static_files, output.verbosity));
                }
            }
        }
        if missing == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let (s, were) = if missing == 1 { ("", "was") } else { ("s", "were") };
        if output.verbosity > 0 {
            output.failure(format_args!("{missing} name{s} {were} not found; -v 2 shows where was searched"));
        }
        Ok(ExitCode::FAILURE)
    }

    /// The search for a name, or why it cannot be one.
    fn look_for(
        &self,
        given: &str,
        static_files: &StaticFiles,
    ) -> Result<std::result::Result<(StaticName, Search), String>> {
        let name = match normalised(given, static_files.static_url()) {
            Ok(name) => name,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut search = Search::default();
        for finder in static_files.finders().iter() {
            let location = finder.location();
            if !search.locations.contains(&location) {
                search.locations.push(location);
            }
            search.paths.extend(path_in(finder, &name)?);
            if self.first && !search.paths.is_empty() {
                break;
            }
        }
        Ok(Ok((name, search)))
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

fn not_found_text(
    given: &str,
    not_found: std::result::Result<(StaticName, Search), String>,
    static_files: &StaticFiles,
    verbosity: u8,
) -> String {
    let mut text = format!("No matching file found for '{}'.", given.escape_debug());
    if let Err(reason) = &not_found {
        let _ = write!(text, " {reason}");
    }
    if verbosity > 1 {
        let locations = not_found.map_or_else(|_| static_files.locations(), |(_, search)| search.locations);
        text += "\n";
        text += &looked_in(&locations);
    }
    text
}

/// The name that a person means: `./a` and `sub/../a` are `a`.
fn normalised(given: &str, static_url: &StaticUrl) -> std::result::Result<StaticName, String> {
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
