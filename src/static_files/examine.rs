//! From the settings to what the checks are told.

use std::path::{Path, PathBuf};

use super::packages::Packages;
use super::sources;
use crate::checks;
use crate::error::{Check, Error, Result};
use crate::resolver::StaticUrl;
use crate::settings::{FinderKind, ManifestLocation, Settings};

/// Everything that the checks have to say of the settings.
pub(super) fn check(settings: &Settings, static_url: &StaticUrl, debug: bool, packages: &Packages) -> Vec<Check> {
    let dirs = settings.dirs.iter().map(|dir| checks::Source { prefix: &dir.prefix, path: &dir.path });
    let apps = sources::apps_on_disk(settings).map(|app| checks::Source { prefix: "", path: &app.path });
    let uses = |kind| settings.finders.contains(&kind);
    let dirs: Vec<_> = dirs.filter(|_| uses(FinderKind::FileSystem)).collect();
    let apps: Vec<_> = apps.filter(|_| uses(FinderKind::AppDirectories)).collect();
    let media = settings.media_root.as_deref().filter(|_| uses(FinderKind::DefaultStorage));
    let packages = Some(packages).filter(|_| uses(FinderKind::CargoMetadata));
    let folders = packages.iter().flat_map(|packages| packages.folders());
    let others: Vec<&Path> = media.into_iter().chain(folders).collect();
    let mut found = checks::directories(&dirs, &apps, &others, settings.static_root.as_deref());
    if let Some(ManifestLocation::Directory(manifest)) = &settings.storage.manifest_location {
        let sources = dirs.iter().map(|dir| dir.path).chain(others.iter().copied());
        let statics: Vec<PathBuf> = apps.iter().map(|app| app.path.join("static")).collect();
        found.extend(checks::manifest_apart(manifest, sources.chain(statics.iter().map(PathBuf::as_path))));
    }
    let settings_at = Some(&*settings.package).filter(|package| !package.as_os_str().is_empty());
    found.extend(
        settings_at.zip(settings.static_root.as_deref()).and_then(|(at, root)| checks::settings_apart(at, root)),
    );
    found.extend(packages.iter().flat_map(|packages| packages.check()));
    found.extend(with_media(settings, static_url, debug, checks::media));
    found.extend(checks::codings(&settings.compress.codings));
    found
}

/// Refuses settings under which uploads and static files would be mixed up, with all else that is
/// wrong with them.
pub(super) fn refuse_media(
    settings: &Settings,
    static_url: &StaticUrl,
    debug: bool,
    packages: &Packages,
) -> Result<()> {
    if with_media(settings, static_url, debug, checks::media_apart).is_empty() {
        return Ok(());
    }
    Error::none_among(check(settings, static_url, debug, packages)).map(drop)
}

fn with_media(
    settings: &Settings,
    static_url: &StaticUrl,
    debug: bool,
    check: fn(&checks::Media<'_>) -> Vec<Check>,
) -> Vec<Check> {
    let url = StaticUrl::new(&settings.media_url).ok();
    check(&checks::Media {
        url: url.as_ref().map(StaticUrl::as_str),
        static_url: static_url.as_str(),
        root: settings.media_root.as_deref(),
        static_root: settings.static_root.as_deref(),
        debug,
        is_source: settings.finders.contains(&FinderKind::DefaultStorage),
    })
}
