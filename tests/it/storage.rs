//! One contract for all storages, and what only a file system can get wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use staticfiles::StaticName;
use staticfiles::storage::{Content, FileSystemStorage, MemoryStorage, PermissionsMode, Storage};
use staticfiles::testing::storage_contract;
use tempfile::TempDir;

#[test]
fn memory_keeps_the_contract() {
    storage_contract(&MemoryStorage::new());
}

#[test]
fn the_file_system_keeps_the_contract() {
    let directory = TempDir::new().expect("a directory");
    storage_contract(&FileSystemStorage::new(directory.path().join("new/root")));
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
