//! What is wrong with the settings before anything is done, in Django's codes and words
//! (behaviours 45 to 49) and, from E006 on, our own. Pure but for a look at the directories. E001
//! and E005, about the form of the settings file, are found where it is read.

use std::path::{Component, Path, PathBuf};

use crate::coding::Coding;
use crate::error::{Check, Severity};
use crate::name::StaticName;

/// A source of static files, as the checks see it.
#[derive(Debug, Clone)]
pub(crate) struct Source<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) path: &'a Path,
}

/// What serving and collecting static files must know of uploads.
#[derive(Debug, Clone)]
pub(crate) struct Media<'a> {
    /// `None` where uploads have no URL.
    pub(crate) url: Option<&'a str>,
    pub(crate) static_url: &'a str,
    pub(crate) root: Option<&'a Path>,
    pub(crate) static_root: Option<&'a Path>,
    pub(crate) debug: bool,
    /// Whether uploads are a source of static files.
    pub(crate) is_source: bool,
}

/// Uploads and static files must be apart (Django behaviours 9 to 11). Without that nothing can be
/// served.
pub(crate) fn media_apart(media: &Media<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |code, text: &str| {
        checks.push(Check { code, message: text.to_owned(), hint: None, severity: Severity::Error });
    };
    if media.url == Some(media.static_url) {
        add("staticfiles.E010", "The MEDIA_URL and STATIC_URL settings must have different values");
    } else if media.debug && media.url.is_some_and(|url| url.starts_with(media.static_url)) {
        add("staticfiles.E011", "runserver can't serve media if MEDIA_URL is within STATIC_URL.");
    }
    if media.root.is_some() && media.root.map(real) == media.static_root.map(real) {
        add("staticfiles.E012", "The MEDIA_ROOT and STATIC_ROOT settings must have different values");
    }
    checks
}

/// The findings about the place of uploads.
pub(crate) fn media(media: &Media<'_>) -> Vec<Check> {
    let mut checks = media_apart(media);
    let Some(root) = media.root else { return checks };
    if media.is_source && !root.is_dir() {
        let message = format!("The directory '{}' in the MEDIA_ROOT setting does not exist.", root.display());
        checks.push(warning("staticfiles.W015", message, "The finder 'default_storage' finds nothing there."));
    }
    let Some(static_root) = media.static_root.filter(|static_root| real(static_root) != real(root)) else {
        return checks;
    };
    let (media_shown, static_shown) = (root.display(), static_root.display());
    if real(root).starts_with(real(static_root)) {
        let message = format!("The MEDIA_ROOT '{media_shown}' is inside the STATIC_ROOT '{static_shown}'.");
        checks.push(error("staticfiles.E013", message, "`collectstatic --clear` would delete the uploads."));
    } else if real(static_root).starts_with(real(root)) && !media.is_source {
        let message = format!("The STATIC_ROOT '{static_shown}' is inside the MEDIA_ROOT '{media_shown}'.");
        checks.push(warning("staticfiles.W014", message, "An upload could take the place of a collected file."));
    }
    checks
}

/// Entries that are there twice and mean the same.
fn repeated(dirs: &[Source<'_>]) -> Vec<Check> {
    let is_same = |a: &Source<'_>, b: &Source<'_>| a.prefix == b.prefix && real(a.path) == real(b.path);
    let again = dirs.iter().enumerate().filter(|(at, dir)| dirs[..*at].iter().any(|other| is_same(other, dir)));
    let message = |path: &Path| format!("The directory '{}' is in the STATICFILES_DIRS setting twice.", path.display());
    again.map(|(_, dir)| warning("staticfiles.W016", message(dir.path), "Remove one of the entries.")).collect()
}

/// The findings about the directories of the settings and the static root.
pub(crate) fn directories(
    dirs: &[Source<'_>],
    apps: &[Source<'_>],
    others: &[&Path],
    static_root: Option<&Path>,
) -> Vec<Check> {
    let mut checks: Vec<Check> = dirs.iter().flat_map(|dir| directory(dir, static_root)).collect();
    checks.extend(repeated(dirs));
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

/// Codings that are asked for and that nothing here can make.
pub(crate) fn codings(codings: &[Coding]) -> Vec<Check> {
    let missing: Vec<&str> = codings.iter().filter(|coding| !coding.is_built()).map(|coding| coding.as_str()).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let message =
        format!("The codings setting asks for {}, and this program makes no such variants.", missing.join(", "));
    let hint =
        "Build it with the feature `compress` of the crate `staticfiles`, or take them out of [compress] codings.";
    vec![warning("staticfiles.W021", message, hint)]
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

/// A manifest among the sources would be collected.
pub(crate) fn manifest_apart<'a>(manifest: &Path, sources: impl Iterator<Item = &'a Path>) -> Option<Check> {
    let is_inside = |source: &&Path| real(manifest).starts_with(real(source));
    let mut sources = sources;
    let (inside, manifest) = (sources.find(is_inside)?.display(), manifest.display());
    let message = format!("The manifest_location '{manifest}' is inside the source directory '{inside}'.");
    Some(error("staticfiles.E019", message, "The manifest would be collected as a file; choose another directory."))
}

/// A static root is for collected files alone.
pub(crate) fn settings_apart(settings: &Path, static_root: &Path) -> Option<Check> {
    let is_inside = real(settings).starts_with(real(static_root));
    let message = || format!("The STATIC_ROOT '{}' holds the settings or the program itself.", static_root.display());
    let hint = "`collectstatic --clear` would delete them; choose a directory of its own as STATIC_ROOT.";
    is_inside.then(|| error("staticfiles.E020", message(), hint))
}

fn error(code: &'static str, message: String, hint: &str) -> Check {
    Check { code, message, hint: Some(hint.to_owned()), severity: Severity::Error }
}

fn warning(code: &'static str, message: String, hint: &str) -> Check {
    Check { code, message, hint: Some(hint.to_owned()), severity: Severity::Warning }
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
