//! Without the feature `cargo-metadata`.

use crate::support::Site;

#[test]
fn the_finder_that_asks_cargo_names_its_feature() {
    let site = Site::new().settings("static_root = \"out\"\nfinders = [\"cargo_metadata\"]\n");
    let run = site.run(&["collectstatic", "--no-input"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("needs the feature `cargo-metadata`"), "{run:?}");
}
