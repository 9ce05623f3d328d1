//! For tests: the contract that every [`Storage`] keeps, and a server with static files.

#[cfg(feature = "testing")]
mod live_server;

use std::io;

#[cfg(feature = "testing")]
pub use self::live_server::StaticLiveServer;

use crate::name::StaticName;
use crate::storage::{Content, Storage};

/// Checks that a new, empty storage keeps the contract of [`Storage`].
///
/// # Panics
///
/// When it does not, saying how.
pub fn storage_contract(storage: &dyn Storage) {
    let name = |name: &str| StaticName::new(name).expect("a name of the contract");
    let (a, b) = (name("css/a.css"), name("css/b.css"));
    let read = |name: &StaticName| storage.open(name).and_then(|content| content.read()).expect("a written file opens");
    let is_missing = |result: io::Result<()>| result.is_err_and(|error| error.kind() == io::ErrorKind::NotFound);

    assert!(storage.list().next().is_none(), "the storage has to be empty at first");
    assert!(is_missing(storage.open(&a).map(drop)), "opening a missing file is NotFound");
    assert!(is_missing(storage.metadata(&a).map(drop)), "the metadata of a missing file is NotFound");
    assert!(is_missing(storage.delete(&a)), "deleting a missing file is NotFound");

    storage.write(&a, &Content::Bytes("old".into())).expect("a file is written, its directory included");
    assert_eq!(read(&a), "old");
    assert_eq!(storage.metadata(&a).expect("a written file has metadata").size, 3);

    storage.copy(&a, &b).expect("a file is copied");
    storage.write(&a, &Content::Bytes("newer".into())).expect("a file is overwritten");
    assert_eq!(read(&a), "newer");
    assert_eq!(read(&b), "old", "a write to one file does not go through to its copy");
    storage.copy(&a, &b).expect("a copy overwrites");
    storage.copy(&a, &b).expect("a copy onto the same bytes is none the worse");
    assert_eq!(read(&b), "newer");

    storage.write(&name("z"), &Content::Bytes("".into())).expect("an empty file is written");
    storage.write(&name("css/⊗ %41?#.css"), &Content::Bytes("x".into())).expect("any name is taken as it is");
    let listed = |()| {
        let files = storage.list().map(|file| file.expect("a listed file"));
        files.map(|(name, metadata)| (name.to_string(), metadata.size)).collect::<Vec<_>>()
    };
    let expected = [("css/a.css", 5), ("css/b.css", 5), ("css/⊗ %41?#.css", 1), ("z", 0)];
    let expected = expected.map(|(name, size)| (name.to_owned(), size)).to_vec();
    assert_eq!(listed(()), expected, "all files are listed, sorted by name");

    storage.sync().expect("what is written can be made safe");
    storage.clean().expect("nothing is there to clean");
    assert_eq!(listed(()), expected, "cleaning removes no file");
    storage.delete(&a).expect("a file is deleted");
    assert!(is_missing(storage.open(&a).map(drop)), "a deleted file is gone");
    assert_eq!(read(&b), "newer", "its copy is not");
}
