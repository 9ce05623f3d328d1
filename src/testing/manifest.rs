//! What every [`ManifestStore`] keeps to.

use crate::manifest::{FileRecord, Manifest, ManifestStore};
use crate::name::{StaticName, StoredName};

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
