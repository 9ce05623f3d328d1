//! One contract for all storages, and what only a file system can get wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use staticfiles::storage::{Content, FileSystemStorage, MemoryStorage, PermissionsMode, Storage};
use staticfiles::testing::storage_contract;
use staticfiles::{CollectOptions, Settings, StaticFiles, StaticName};
use tempfile::TempDir;

use crate::support::Site;

#[test]
fn memory_keeps_the_contract() {
    storage_contract(&MemoryStorage::new());
}

#[test]
fn the_file_system_keeps_the_contract() {
    let directory = TempDir::new().expect("a directory");
    storage_contract(&FileSystemStorage::new(directory.path().join("new/root")));
}

/// Django's ManifestFilesMixin over a storage of one's own.
#[test]
fn a_storage_of_ones_own_collects_under_hashed_names() {
    let program =
        std::path::Path::new(env!("CARGO_BIN_EXE_staticfiles")).with_file_name("examples").join("own_storage");
    let output = std::process::Command::new(program).output().expect("the example is built with the tests");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(output.status.success() && lines.len() == 2, "{stdout}");
    assert!(lines[0].contains(" static files copied, "), "{stdout}");
    let hash = lines[1].strip_prefix("/static/css/journal.").and_then(|rest| rest.strip_suffix(".css"));
    assert!(hash.is_some_and(|hash| hash.len() == 12), "{stdout}");
}

/// Django behaviours 61, 85 and 111: where files have no paths.
#[test]
fn a_storage_elsewhere_is_asked_about_and_takes_no_links() {
    let program =
        std::path::Path::new(env!("CARGO_BIN_EXE_staticfiles")).with_file_name("examples").join("own_storage");
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&program);
        let output = command.args(arguments).stdin(std::process::Stdio::null()).output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, stdout, stderr) = run(&["collectstatic"]);
    let asked = "\nYou have requested to collect static files at the destination\nlocation as specified in your settings.\n\n\
                 This will overwrite existing files!\n";
    assert!(stdout.starts_with(asked), "{stdout}");
    assert_eq!((status, &*stderr), (Some(1), "error: Collecting static files cancelled.\n"));
    let (status, _, stderr) = run(&["collectstatic", "--no-input", "--link"]);
    assert_eq!((status, &*stderr), (Some(1), "error: Can't symlink to a remote destination.\n"));
    let (status, stdout, stderr) = run(&["collectstatic", "--no-input"]);
    assert!(status == Some(0) && stdout.contains(" static files copied, "), "{stdout} {stderr}");
}

#[test]
fn names_are_hashed_by_a_function_of_the_program() {
    let site = Site::new().file("src/a.css", "a{b:url(x.png)}").file("src/x.png", "png").file("src/notes.txt", "plain");
    let collect = |hash: fn(&str) -> Option<String>| {
        let settings = Settings::new().debug(false).static_root(site.path("out")).dir(site.path("src"));
        let static_files = StaticFiles::builder(settings)
            .name_hash(move |name, content| {
                let mut text = String::new();
                content.read_to_string(&mut text)?;
                Ok(if name.extension() == "txt" { None } else { hash(&text) })
            })
            .build()
            .expect("static files");
        static_files.collect(&CollectOptions::new().cache(site.path("cache")), &|_| {})?;
        static_files.reload()?;
        Ok::<_, staticfiles::Error>(static_files)
    };
    let static_files = collect(|text| Some(text.len().to_string())).expect("collected");
    let urls = ["a.css", "x.png", "notes.txt"].map(|name| static_files.url(name).expect(name));
    assert_eq!(urls, ["/static/a.17.css", "/static/x.3.png", "/static/notes.txt"]);
    assert_eq!(site.read("out/a.17.css"), "a{b:url(x.3.png)}");
    let records = site.manifest();
    assert_eq!(records["files"]["notes.txt"]["immutable"], serde_json::Value::Null, "a plain name may change");
    assert_eq!(records["files"]["x.3.png"]["immutable"], true);
    // No notes of another function's names are used.
    let static_files = collect(|text| Some(format!("v{}", text.len()))).expect("collected again");
    assert_eq!(static_files.url("x.png").expect("a URL"), "/static/x.v3.png");
    let error = collect(|_| Some("../up".to_owned())).expect_err("it is no part of a name");
    let staticfiles::Error::Several { errors } = error else { panic!("{error}") };
    let source = std::error::Error::source(&errors[0]).expect("a cause").to_string();
    assert_eq!(source, "the name hash gave \"../up\"; it has to be letters, digits, `-` and `_`");
}

#[test]
fn files_and_directories_get_exactly_the_modes_of_the_settings() {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().join("root");
    let storage = FileSystemStorage::new(&root)
        .file_mode(PermissionsMode::Mode(0o604))
        .directory_mode(PermissionsMode::Mode(0o751));
    let name = StaticName::new("a/b.txt").expect("a name");
    storage.write(&name, &Content::Bytes("x".into())).expect("written");
    let copy = StaticName::new("c.txt").expect("a name");
    storage.copy(&name, &copy).expect("copied");
    let mode = |path: &str| fs::metadata(root.join(path)).expect("it is there").permissions().mode() & 0o7777;
    assert_eq!([mode("a/b.txt"), mode("c.txt"), mode("a"), mode("")], [0o604, 0o604, 0o751, 0o751]);
}

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_else() {
    let directory = TempDir::new().expect("a directory");
    let storage = FileSystemStorage::new(directory.path());
    let name = StaticName::new("a.txt").expect("a name");
    storage.write(&name, &Content::Bytes("old".into())).expect("written");
    storage.write(&name, &Content::File("/does/not/exist".into())).expect_err("there is no such source");
    let files: Vec<_> = fs::read_dir(directory.path()).expect("a directory").collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(fs::read(directory.path().join("a.txt")).expect("readable"), b"old");
}

#[test]
fn what_a_killed_write_left_is_not_listed_and_is_cleaned() {
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join(".staticfiles-x1y2z3.tmp"), "half").expect("written");
    let storage = FileSystemStorage::new(directory.path());
    assert!(storage.list().next().is_none());
    storage.clean().expect("cleaned");
    assert!(fs::read_dir(directory.path()).expect("a directory").next().is_none());
}
