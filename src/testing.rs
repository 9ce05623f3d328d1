//! For tests of one's own parts: the contracts that every [`Storage`] and every [`ManifestStore`]
//! keep.

use std::io;

use crate::manifest::{FileRecord, Manifest, ManifestStore};
use crate::name::{StaticName, StoredName};
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

    links(storage, &name("linked"));
    storage.clear(&|kept| *kept == b).expect("the storage is cleared");
    assert_eq!(listed(()), [("css/b.css".to_owned(), 5)], "clearing leaves what is kept and nothing else");
    assert_eq!(storage.entries().expect("entries"), ["css/b.css"]);
    storage.clear(&|_| false).expect("the storage is cleared");
    assert!(storage.list().next().is_none(), "everything can be cleared away");
}

/// A storage makes links to local files, or says that it cannot.
fn links(storage: &dyn Storage, name: &StaticName) {
    assert_eq!(storage.link_target(name).expect("a missing file is no link"), None);
    let target = std::env::temp_dir().join("target-of-a-link-in-the-contract");
    match storage.link(name, &target) {
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::Unsupported, "a storage without links says so"),
        Ok(()) => {
            assert_eq!(storage.link_target(name).expect("a link is read"), Some(target));
            assert!(storage.entries().expect("entries").contains(&name.to_string()), "a broken link is an entry");
            storage.write(name, &Content::Bytes("x".into())).expect("a link is replaced by a file");
            assert_eq!(storage.link_target(name).expect("a file is no link"), None);
        }
    }
}

/// Checks that a new, empty store keeps the contract of [`ManifestStore`].
///
/// ```
/// use staticfiles::manifest::MemoryManifestStore;
///
/// staticfiles::testing::manifest_contract(&MemoryManifestStore::new());
/// ```
///
/// # Panics
///
/// When it does not, saying how.
pub fn manifest_contract(store: &dyn ManifestStore) {
    let load = || store.load().expect("the manifest is loaded");
    let save = |manifest: &Manifest| store.save(manifest).expect("the manifest is saved");
    let revision = || store.revision().expect("the revision is known");

    assert!(!store.location().is_empty(), "the place has a name");
    assert_eq!(load(), None, "the store has to be empty at first");
    assert_eq!(revision(), None, "an empty store has no revision");

    let first = manifest_of("css/⊗ é %41.css", "0123456789ab", 7);
    save(&first);
    assert_eq!(load().as_ref(), Some(&first), "what was saved is loaded, names and records");
    let of_first = revision();
    assert!(of_first.is_some(), "a saved manifest has a revision");
    assert_eq!(revision(), of_first, "asking does not change the revision");
    save(&first);
    assert_eq!(revision(), of_first, "the same manifest saved again keeps the revision");

    // As long as the first, the same names, another record.
    let second = manifest_of("css/⊗ é %41.css", "0123456789ab", 8);
    save(&second);
    assert_eq!(load().as_ref(), Some(&second), "a manifest replaces the one before");
    let of_second = revision();
    assert_ne!(of_second, of_first, "another record is another revision");

    let third = manifest_of("z", "ba9876543210", 7);
    save(&third);
    assert_eq!(load().as_ref(), Some(&third), "nothing of the one before is left");
    assert_ne!(revision(), of_second, "other names are another revision");

    save(&Manifest::default());
    assert_eq!(load(), Some(Manifest::default()), "a manifest that lists nothing is one");
    assert!(revision().is_some(), "and has a revision");
}

/// One name with its hashed and its plain file.
fn manifest_of(name: &str, hash: &str, since: u64) -> Manifest {
    let name = StaticName::new(name).expect("a name of the contract");
    let (hashed, plain) = (StoredName::hashed(&name, hash), StoredName::plain(&name));
    let record = FileRecord::new(name.clone(), 1 << 40, "sha256-x".to_owned(), since);
    Manifest {
        paths: [(name, hashed.clone())].into(),
        files: [(hashed, record.clone().immutable()), (plain, record)].into(),
    }
}
