//! Settings from the file and the environment, and what is said of mistakes in them.

use std::path::{Path, PathBuf};

use staticfiles::Settings;
use staticfiles::settings::{
    Backend, FinderKind, HashKind, ManifestLocation, MissingSetting, PermissionsMode, RewriteStyle,
};

fn read(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_toml(toml, "staticfiles.toml", Path::new("/site"), variables).map_err(|error| error.to_string())
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(read("", &[]), Ok(Settings::default().package("/site")), "but for where it lies");
}

#[test]
fn every_key_is_read_and_paths_are_relative_to_the_file() {
    let settings = read(
        r#"
        static_url = "/assets/"
        static_root = "out"
        media_url = "/media/"
        media_root = "/var/media"
        debug = true
        finders = ["app_directories", "default_storage"]
        ignore_patterns = ["*.scss"]
        file_permissions_mode = 0o640
        directory_permissions_mode = "0o750"
        dirs = [{ path = "a" }, { path = "b", prefix = "vendor" }]
        apps = [{ name = "shop", path = "shop" }]
        [storage]
        backend = "file_system"
        manifest_name = "m.json"
        manifest_location = "meta"
        manifest_strict = false
        keep_originals = false
        hash = "sha256"
        [rewrite]
        js_modules = false
        svg = true
        web_manifests = true
        html = true
        style = "django"
        missing = "warn"
        [[rewrite.exceptions]]
        files = "vendor/*"
        references = ["*.map", "*.ts"]
        missing = "ignore"
        [compress]
        codings = []
        effort = "best"
        [serve]
        max_age = 5
        "#,
        &[],
    )
    .expect("all keys are known");
    assert_eq!(settings.static_url, "/assets/");
    assert_eq!(settings.static_root, Some(PathBuf::from("/site/out")));
    assert_eq!(settings.media_root, Some(PathBuf::from("/var/media")));
    assert_eq!(settings.debug, Some(true));
    assert_eq!(settings.finders, [FinderKind::AppDirectories, FinderKind::DefaultStorage]);
    assert_eq!(settings.file_permissions_mode, PermissionsMode::Mode(0o640));
    assert_eq!(settings.directory_permissions_mode, PermissionsMode::Mode(0o750));
    assert_eq!((&*settings.dirs[1].prefix, &settings.dirs[1].path), ("vendor", &PathBuf::from("/site/b")));
    assert_eq!(settings.apps[0].path, PathBuf::from("/site/shop"));
    assert_eq!((settings.storage.backend, settings.storage.hash), (Backend::FileSystem, HashKind::Sha256));
    assert_eq!(settings.storage.manifest_location, Some("/site/meta".into()));
    assert!(!settings.storage.manifest_strict && !settings.storage.keep_originals && !settings.rewrite.js_modules);
    assert_eq!((settings.rewrite.style, settings.rewrite.missing), (RewriteStyle::Django, MissingSetting::Warn));
    assert!(settings.rewrite.svg && settings.rewrite.web_manifests && settings.rewrite.html);
    assert_eq!(settings.rewrite.exceptions[0].references, ["*.map", "*.ts"]);
    assert!(settings.compress.codings.is_empty());
    assert_eq!(settings.serve.max_age, 5);
}

#[test]
fn variables_win_over_the_file() {
    let settings = read(
        "static_root = \"out\"\ndebug = true\nignore_patterns = [\"a\"]",
        &[
            ("STATICFILES_STATIC_ROOT", "/elsewhere"),
            ("STATICFILES_DEBUG", "false"),
            ("STATICFILES_IGNORE_PATTERNS", "*.scss, *.ts"),
            ("STATICFILES_FINDERS", "[\"file_system\"]"),
            ("STATICFILES_FILE_PERMISSIONS_MODE", "600"),
            ("STATICFILES_DIRECTORY_PERMISSIONS_MODE", "0o700"),
            ("STATICFILES_STORAGE", "{ backend = \"file_system\" }"),
            ("STATICFILES_STATIC_URL", "https://cdn.example.com/s/"),
            ("STATICFILES_UNRELATED", "x"),
        ],
    )
    .expect("all are settings");
    assert_eq!(settings.static_root, Some(PathBuf::from("/elsewhere")));
    assert_eq!(settings.debug, Some(false));
    assert_eq!(settings.ignore_patterns, ["*.scss", "*.ts"]);
    assert_eq!(settings.finders, [FinderKind::FileSystem]);
    assert_eq!(settings.file_permissions_mode, PermissionsMode::Mode(0o600));
    assert_eq!(settings.directory_permissions_mode, PermissionsMode::Mode(0o700));
    assert_eq!(settings.storage.backend, Backend::FileSystem);
    assert_eq!(settings.static_url, "https://cdn.example.com/s/");
}

#[test]
fn a_url_as_the_place_of_the_manifest_is_not_taken_from_the_directory() {
    for url in ["redis://h/0", "rediss://me:secret@h", "redis+unix:///run/redis.sock"] {
        let in_file = read(&format!("storage.manifest_location = \"{url}\""), &[]).expect(url);
        let variable = format!("{{ manifest_location = \"{url}\" }}");
        let in_variable = read("", &[("STATICFILES_STORAGE", &variable)]).expect(url);
        for settings in [in_file, in_variable] {
            assert_eq!(settings.storage.manifest_location, Some(ManifestLocation::Url(url.to_owned())));
        }
    }
}

#[test]
fn mistakes_are_named_with_file_line_and_the_nearest_key() {
    let all: Vec<String> = [
        ("static_root = \"out\"\nstatic_rot = 1", &[][..]),
        ("[storage]\n\nbackend = \"manifst\"", &[]),
        ("[storage]\nmanifest_nam = \"x\"", &[]),
        ("[[rewrite.exceptions]]\nfile = \"x\"", &[]),
        ("[[dirs]]\nprefix = \"x\"", &[]),
        ("debug = \"yes\"", &[]),
        ("static_url = ", &[]),
        ("file_permissions_mode = \"rw\"", &[]),
        ("file_permissions_mode = 644", &[]),
        ("quux = 1", &[]),
        ("", &[("STATICFILES_DEBUG", "perhaps")]),
        ("", &[("STATICFILES_STATIC_ROT", "out")]),
        ("", &[("STATICFILES_STORAGE", "manifest")]),
        ("", &[("STATICFILES_FINDERS", "app_dirs")]),
    ]
    .into_iter()
    .map(|(toml, variables)| read(toml, variables).expect_err(toml))
    .collect();
    insta::assert_snapshot!(all.join("\n---\n"));
}
