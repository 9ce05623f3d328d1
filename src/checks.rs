//! What is wrong with the settings before anything is done, in Django's codes and words
//! (behaviours 45 to 49) and, from E006 on, our own. Pure but for a look at the directories.

use std::path::{Component, Path, PathBuf};

use crate::error::{Check, Severity};
use crate::name::StaticName;

/// A source of static files, as the checks see it.
#[derive(Debug, Clone)]
pub(crate) struct Source<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) path: &'a Path,
}

/// The findings about the directories of the settings and the static root.
pub(crate) fn directories(
    dirs: &[Source<'_>],
    apps: &[Source<'_>],
    others: &[&Path],
    static_root: Option<&Path>,
) -> Vec<Check> {
    let mut checks: Vec<Check> = dirs.iter().flat_map(|dir| directory(dir, static_root)).collect();
    for app in apps.iter().filter(|app| !app.path.is_dir()) {
        let message = format!("The directory '{}' of an app does not exist.", app.path.display());
        checks.push(error("staticfiles.E009", message, "Mend the path in the settings or remove the app."));
    }
    let statics: Vec<PathBuf> = apps.iter().map(|app| app.path.join("static")).collect();
    let others = statics.iter().map(PathBuf::as_path).chain(others.iter().copied());
    if let Some(root) = static_root {
        checks.extend(others.clone().filter(|other| real(other) == real(root)).map(|other| {
            let message = format!("The STATIC_ROOT '{}' is a source directory.", other.display());
            error("staticfiles.E006", message, "Collecting would write among the sources; choose another STATIC_ROOT.")
        }));
    }
    let sources = dirs.iter().map(|dir| dir.path).chain(others);
    checks.extend(static_root.into_iter().flat_map(|root| sources.clone().filter_map(|source| nested(source, root))));
    checks
}

fn directory(dir: &Source<'_>, static_root: Option<&Path>) -> Vec<Check> {
    let mut checks = Vec::new();
    if dir.prefix.ends_with('/') {
        let message = format!("The prefix '{}' in the STATICFILES_DIRS setting must not end with a slash.", dir.prefix);
        checks.push(Check { code: "staticfiles.E003", message, hint: None, severity: Severity::Error });
    } else if !dir.prefix.is_empty()
        && let Err(problem) = StaticName::new(dir.prefix)
    {
        let message = format!(
            "The prefix '{}' in the STATICFILES_DIRS setting cannot be used: {}.",
            dir.prefix,
            problem.reason()
        );
        checks.push(error(
            "staticfiles.E008",
            message,
            "A prefix is one or more plain path segments, such as 'vendor'.",
        ));
    }
    if static_root.is_some_and(|root| real(root) == real(dir.path)) {
        let message = "The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting.".to_owned();
        checks.push(Check { code: "staticfiles.E002", message, hint: None, severity: Severity::Error });
    } else if !dir.path.is_dir() {
        let message = format!("The directory '{}' in the STATICFILES_DIRS setting does not exist.", dir.path.display());
        checks.push(Check { code: "staticfiles.W004", message, hint: None, severity: Severity::Warning });
    }
    checks
}

/// One inside the other: collecting would find its own output, or write into a source (B23).
fn nested(source: &Path, root: &Path) -> Option<Check> {
    let (real_source, real_root) = (real(source), real(root));
    if real_source == real_root {
        return None;
    }
    let (source, root) = (source.display(), root.display());
    if real_root.starts_with(&real_source) {
        let message = format!("The STATIC_ROOT '{root}' is inside the source directory '{source}'.");
        return Some(error(
            "staticfiles.E006",
            message,
            "Collected files would be collected again; choose another STATIC_ROOT.",
        ));
    }
    real_source.starts_with(&real_root).then(|| {
        let message = format!("The source directory '{source}' is inside the STATIC_ROOT '{root}'.");
        error("staticfiles.E007", message, "Collecting would write among the sources; choose another STATIC_ROOT.")
    })
}

fn error(code: &'static str, message: String, hint: &str) -> Check {
    Check { code, message, hint: Some(hint.to_owned()), severity: Severity::Error }
}

/// The path with links resolved as far as it exists, so that two spellings of one directory are one.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    for ancestor in absolute.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            return normalised(&real.join(absolute.strip_prefix(ancestor).unwrap_or(Path::new(""))));
        }
    }
    normalised(&absolute)
}

fn normalised(path: &Path) -> PathBuf {
    let mut normalised = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normalised.pop()),
            Component::CurDir => {}
            component => normalised.push(component),
        }
    }
    normalised
}
