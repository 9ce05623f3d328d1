//! What every [`Finder`] keeps to.

use std::collections::BTreeMap;

use crate::finders::{Finder, Ignore};
use crate::name::StaticName;

/// Checks that a finder keeps the contract of [`Finder`] over a place that has exactly the expected
/// files: their names, and their bytes. The more kinds of names are among them (in directories, with
/// spaces, with `[` or `%`), the more is checked.
///
/// # Panics
///
/// When it does not, saying how.
pub fn finder_contract(finder: &dyn Finder, expected: &[(&str, &[u8])]) {
    let expected: BTreeMap<&str, &[u8]> = expected.iter().copied().collect();
    let listed = list(finder, &Ignore::default());
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        names
    };
    let names: Vec<String> = expected.keys().map(ToString::to_string).collect();
    assert_eq!(sorted(listed.clone()), names, "every file is listed, and listed once");
    assert_eq!(list(finder, &Ignore::default()), listed, "the order depends on names alone");
    assert!(!finder.location().trim().is_empty(), "a person can tell where the place is");
    for (name, bytes) in &expected {
        is_found(finder, name, bytes);
    }
    ignores_what_it_is_told(finder, &names);
    finds_nothing_else(finder, &names);
}

/// The names in the order of the list.
fn list(finder: &dyn Finder, ignore: &Ignore) -> Vec<String> {
    let files = finder.list(ignore).map(|file| file.unwrap_or_else(|error| panic!("listing works: {error}")));
    files.map(|file| file.name.to_string()).collect()
}

/// The file is the same whether it is asked for or listed.
fn is_found(finder: &dyn Finder, name: &str, bytes: &[u8]) {
    let asked = StaticName::new(name).unwrap_or_else(|error| panic!("the expected name is none: {error}"));
    let found = finder.find(&asked).unwrap_or_else(|error| panic!("finding `{name}` works: {error}"));
    let found = found.unwrap_or_else(|| panic!("`{name}` is listed and not found"));
    assert_eq!(found.name, asked, "the file is found under the name that was asked for");
    let read = found.content.read().unwrap_or_else(|error| panic!("`{name}` can be read: {error}"));
    assert!(read == bytes, "`{name}` has other bytes than expected: {read:?}");
    assert_eq!(found.size, bytes.len() as u64, "the size of `{name}` is that of its bytes");
    assert!(!found.origin.trim().is_empty(), "a person can tell where `{name}` is from");
    let ignore = Ignore::default();
    let listed = finder.list(&ignore).flatten().find(|file| file.name == asked);
    assert_eq!(listed.as_ref(), Some(&found), "`{name}` is listed as it is found");
}

/// A file is left out for its base name and for its whole name, and no other with it.
fn ignores_what_it_is_told(finder: &dyn Finder, names: &[String]) {
    assert_eq!(list(finder, &Ignore::new(["*"])), [""; 0], "`*` ignores everything");
    for name in names {
        let base_name = name.rsplit('/').next().unwrap_or(name);
        let is_below = |other: &&String| other.split('/').any(|segment| segment == base_name);
        let left = list(finder, &Ignore::new([literally(base_name)]));
        assert!(!left.iter().any(|left| left.rsplit('/').next() == Some(base_name)), "`{base_name}` is ignored");
        let others = names.iter().filter(|other| !is_below(other));
        others.for_each(|other| assert!(left.contains(other), "`{other}` is not ignored with `{base_name}`"));
        let left = list(finder, &Ignore::new([literally(name)]));
        assert!(!left.contains(name), "`{name}` is ignored by its whole name");
    }
}

/// The pattern that matches this text and no other.
fn literally(text: &str) -> String {
    let escaped = |character| match character {
        '*' | '?' | '[' => format!("[{character}]"),
        character => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// What is not there is no error.
fn finds_nothing_else(finder: &dyn Finder, names: &[String]) {
    let below = names.iter().map(|name| format!("{name}/below"));
    let beside = names.iter().map(|name| format!("{name}x"));
    let directories = names.iter().filter_map(|name| name.rsplit_once('/').map(|(directory, _)| directory.to_owned()));
    let odd = ["no/such.file".to_owned(), "%2e%2e".to_owned(), "x".repeat(300)];
    for name in below.chain(beside).chain(directories).chain(odd).filter(|name| !names.contains(name)) {
        let Ok(asked) = StaticName::new(&name) else { continue };
        match finder.find(&asked) {
            Ok(None) => {}
            Ok(Some(found)) => panic!("`{name}` is not there, and {} is found", found.origin),
            Err(error) => panic!("`{name}` is not there, which is no error: {error}"),
        }
    }
}
