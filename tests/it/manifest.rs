//! One contract for all places of the manifest, and what of them needs no server.

use std::sync::Arc;

use staticfiles::manifest::{FileManifestStore, Manifest, ManifestStore, MemoryManifestStore};
use staticfiles::storage::{FileSystemStorage, MemoryStorage, Storage};
use staticfiles::testing::manifest_contract;
use staticfiles::{Settings, StaticFiles, StaticName};
use tempfile::TempDir;

use crate::support::Site;

#[test]
fn files_and_memory_keep_the_contract() {
    let directory = TempDir::new().expect("a directory");
    let name = || StaticName::new("meta/é.json").expect("a name");
    let storage = |path: &str| Arc::new(FileSystemStorage::new(directory.path().join(path))) as Arc<dyn Storage>;
    manifest_contract(&FileManifestStore::new(storage("a"), name()));
    manifest_contract(&FileManifestStore::elsewhere(storage("b"), name()));
    manifest_contract(&FileManifestStore::new(Arc::new(MemoryStorage::new()), name()));
    manifest_contract(&MemoryManifestStore::new());
}

#[test]
fn clones_in_memory_are_one_store() {
    let store = MemoryManifestStore::new();
    store.clone().save(&Manifest::default()).expect("saved");
    assert_eq!(store.load().expect("loaded"), Some(Manifest::default()));
    assert_eq!(MemoryManifestStore::new().load().expect("loaded"), None);
}

#[test]
fn a_manifest_in_memory_is_not_among_the_files() {
    let site = Site::new().file("src/staticfiles.json", "{}").file("src/a.css", "a{}");
    let settings = Settings::new().static_root(site.path("out")).dir(site.path("src")).debug(false);
    let manifests = MemoryManifestStore::new();
    let builder = StaticFiles::builder(settings).manifests(manifests.clone());
    let static_files = builder.build().expect("an empty store is no error");
    static_files.reload().expect_err("there is none yet");
    static_files.collect(&Default::default(), &|_| {}).expect("collected");
    static_files.reload().expect("there is one now");
    assert_eq!(site.read("out/staticfiles.json"), "{}", "the name is not taken");
    let listed = manifests.load().expect("loaded").expect("saved").paths;
    let stored = listed[&StaticName::new("a.css").expect("a name")].to_string();
    assert_eq!(static_files.url("a.css").expect("collected"), format!("/static/{stored}"));
    assert_eq!(site.read(&format!("out/{stored}")), "a{}");
}

#[test]
fn a_url_that_leads_to_no_store_is_refused_with_its_scheme_alone() {
    let settings = |url: &str| {
        let settings = Settings::new().static_root("out");
        settings.storage(|storage| storage.manifest_location = Some(url.into()))
    };
    let error = |url| StaticFiles::new(settings(url)).expect_err(url).to_string();
    assert_eq!(
        error("memcached://me:s3cret@h"),
        "storage.manifest_location: no manifest can be kept at memcached://; name a directory, or redis://HOST"
    );
    assert!(error("redis://me:s3/cret@h").starts_with("storage.manifest_location: "));
    assert!(!error("redis://me:s3/cret@h").contains("cret"));
    assert!(!format!("{:?}", settings("redis://me:s3cret@h")).contains("s3cret"));
}

#[cfg(not(feature = "redis"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let site = Site::new().settings("static_root = \"out\"\nstorage.manifest_location = \"redis://me:s3cret@h\"");
    let run = site.run(&["collectstatic", "--no-input"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("needs the feature `redis`") && !run.stderr.contains("s3cret"), "{run:?}");
}
