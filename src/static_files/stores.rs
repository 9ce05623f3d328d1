//! From the settings to where files and the manifest live.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::manifest::{FileManifestStore, ManifestStore};
use crate::name::StaticName;
use crate::settings::{ManifestLocation, Settings, scheme};
use crate::storage::{FileSystemStorage, Storage};

pub(super) fn file_system(settings: &Settings, root: &Path) -> Arc<dyn Storage> {
    let storage = FileSystemStorage::new(root)
        .file_mode(settings.file_permissions_mode)
        .directory_mode(settings.directory_permissions_mode);
    Arc::new(storage)
}

pub(super) fn manifest_store(settings: &Settings, storage: &Arc<dyn Storage>) -> Result<Arc<dyn ManifestStore>> {
    let name = StaticName::new(&settings.storage.manifest_name)
        .map_err(|error| Error::Settings(format!("storage.manifest_name: {error}")))?;
    Ok(match &settings.storage.manifest_location {
        Some(ManifestLocation::Directory(directory)) => match below_static_root(settings, directory, &name) {
            Some(name) => Arc::new(FileManifestStore::new(storage.clone(), name)),
            None => Arc::new(FileManifestStore::elsewhere(file_system(settings, directory), name)),
        },
        Some(ManifestLocation::Url(url)) => return manifest_server(url, &name),
        None => Arc::new(FileManifestStore::new(storage.clone(), name)),
    })
}

/// The name of a manifest in a directory of the static root: among the published files it has to be
/// known as one that is none of them.
fn below_static_root(settings: &Settings, directory: &Path, name: &StaticName) -> Option<StaticName> {
    let below = directory.strip_prefix(settings.static_root.as_deref()?).ok()?;
    name.with_prefix(&below.to_str()?.replace('\\', "/")).ok()
}

/// Where a URL leads. It may hold a password, so an error says no more of it than the scheme.
fn manifest_server(url: &str, name: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    let scheme = scheme(url).unwrap_or_default().to_ascii_lowercase();
    match &*scheme {
        "redis" | "rediss" | "redis+unix" | "valkey" | "valkeys" | "valkey+unix" => in_redis(url, name),
        _ => Err(Error::Settings(format!(
            "storage.manifest_location: no manifest can be kept at {scheme}://; name a directory, or redis://HOST"
        ))),
    }
}

#[cfg(feature = "redis")]
fn in_redis(url: &str, name: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    match crate::manifest::RedisManifestStore::new(url, name) {
        Ok(manifests) => Ok(Arc::new(manifests)),
        Err(error) => Err(Error::Settings(format!("storage.manifest_location: {error}"))),
    }
}

#[cfg(not(feature = "redis"))]
fn in_redis(_: &str, _: &StaticName) -> Result<Arc<dyn ManifestStore>> {
    let text = "storage.manifest_location: a manifest in Redis needs the feature `redis` of the crate `staticfiles`, \
                which this program was built without";
    Err(Error::Settings(text.to_owned()))
}
