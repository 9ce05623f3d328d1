//! From the settings to the finders they name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::packages::{self, Packages};
use crate::error::{Error, Result};
use crate::finders::{DirectoryFinder, EmbeddedFinder, Finder};
use crate::settings::{App, FinderKind, Settings};

/// The finders of the settings, in their order.
pub(super) fn finders(settings: &Settings, packages: &Packages, debug: bool) -> Result<Vec<Arc<dyn Finder>>> {
    let mut finders: Vec<Arc<dyn Finder>> = Vec::new();
    for kind in &settings.finders {
        match kind {
            FinderKind::FileSystem => {
                // An entry that is there twice is looked at once (Django behaviour 15).
                let is_first = |at: &usize| !settings.dirs[..*at].contains(&settings.dirs[*at]);
                let dirs = (0..settings.dirs.len()).filter(is_first).map(|at| &settings.dirs[at]);
                finders.extend(dirs.map(|dir| directory(settings, &dir.path, &dir.prefix)));
            }
            FinderKind::AppDirectories => {
                finders.extend(distinct(&settings.apps).map(|app| of_app(settings, app, debug)));
            }
            FinderKind::CargoMetadata if !packages::IS_AVAILABLE => return Err(packages::unavailable()),
            FinderKind::CargoMetadata => finders.push(Arc::new(packages.clone())),
            FinderKind::DefaultStorage => match &settings.media_root {
                Some(root) => finders.push(directory(settings, root, "")),
                None => {
                    let text = "the finder \"default_storage\" doesn't have a valid location: media_root is not set";
                    return Err(Error::Settings(text.to_owned()));
                }
            },
        }
    }
    Ok(finders)
}

/// The apps whose directories must be there: those that carry their files need none.
pub(super) fn apps_on_disk(settings: &Settings) -> impl Iterator<Item = &App> {
    distinct(&settings.apps).filter(|app| app.embedded.is_none() || app.path.is_dir())
}

fn directory(settings: &Settings, path: &Path, prefix: &str) -> Arc<dyn Finder> {
    let finder = DirectoryFinder::new(path).prefix(prefix);
    Arc::new(settings.static_root.iter().fold(finder, |finder, root| finder.apart_from(root)))
}

/// What an app carries is what its program was made of; in debug an edit of its folder counts.
fn of_app(settings: &Settings, app: &App, debug: bool) -> Arc<dyn Finder> {
    let folder = app.static_folder();
    match &app.embedded {
        Some(files) if !(debug && folder.is_dir()) => Arc::new(EmbeddedFinder::new(files)),
        _ => directory(settings, &folder, ""),
    }
}

/// The apps without those that were given before: a crate that two others ask for is one app.
fn distinct(apps: &[App]) -> impl Iterator<Item = &App> {
    apps.iter()
        .enumerate()
        .filter(|(at, app)| !apps[..*at].iter().any(|before| is_same(before, app)))
        .map(|(_, app)| app)
}

/// Whether they are one app, whatever they are called.
fn is_same(a: &App, b: &App) -> bool {
    let carry_the_same = || a.embedded.is_none() || b.embedded.is_none() || a.embedded == b.embedded;
    real(&a.path) == real(&b.path) && carry_the_same()
}

/// The path with links resolved if it is there, so that two spellings of one directory are one.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
