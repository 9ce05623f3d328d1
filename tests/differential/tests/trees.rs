//! The scanner and a full parser find the same references in everything that others wrote.
//!
//! `tests/fetch-trees` gets the packages. `DIFFERENTIAL=DIR` compares over all scripts of another
//! directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use staticfiles::references::{JsScanner, Scanner};
use staticfiles_differential::{Found, by_tree, found, probed};

const PACKAGES: [&str; 16] = [
    "ace-builds",
    "bootstrap",
    "ckeditor4",
    "codemirror",
    "django-admin",
    "fontawesome-free",
    "ionic-core",
    "jquery",
    "katex",
    "lodash-es",
    "monaco-editor",
    "ol",
    "shoelace",
    "three",
    "tinymce",
    "video.js",
];

#[derive(Default)]
struct Outcome {
    compared: AtomicUsize,
    references: AtomicUsize,
    /// Files compared once more with probes in them.
    probed: AtomicUsize,
    /// Files that are no JavaScript, for the parser at least.
    refused: Mutex<Vec<String>>,
    differences: Mutex<Vec<String>>,
}

#[test]
fn the_scanner_finds_what_a_parser_finds() {
    let mut directories = directories();
    directories.retain(|directory| {
        let is_there = directory.is_dir();
        if !is_there {
            skip(&format!("the comparison with a parser on {} (run tests/fetch-trees)", directory.display()));
        }
        is_there
    });
    let files: Vec<PathBuf> = directories.iter().flat_map(|directory| scripts(directory)).collect();
    let outcome = Outcome::default();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    compare(file, &outcome);
                }
            });
        }
    });
    let mut refused = outcome.refused.into_inner().expect("no panic");
    refused.sort();
    let counts = [&outcome.compared, &outcome.references, &outcome.probed].map(|count| count.load(Ordering::Relaxed));
    println!("{} files, {} references; {} files with probes", counts[0], counts[1], counts[2]);
    println!("{} files that the parser refuses:\n  {}", refused.len(), refused.join("\n  "));
    let mut differences = outcome.differences.into_inner().expect("no panic");
    differences.sort();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn directories() -> Vec<PathBuf> {
    if let Some(directory) = std::env::var_os("DIFFERENTIAL") {
        return vec![directory.into()];
    }
    let trees = std::env::var_os("STATICFILES_TREES").map(PathBuf::from);
    let trees = trees.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/trees"));
    PACKAGES.into_iter().map(|package| trees.join(package)).collect()
}

fn scripts(directory: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(directory).sort_by_file_name().into_iter();
    let files = files.map(|entry| entry.expect("the tree is readable").into_path());
    files.filter(|path| path.extension().is_some_and(|end| end == "js" || end == "mjs") && path.is_file()).collect()
}

fn compare(file: &Path, outcome: &Outcome) {
    let name = file.display().to_string();
    let Ok(text) = fs::read_to_string(file) else { return };
    let Some(expected) = by_tree(&text) else {
        return outcome.refused.lock().expect("no panic").push(name);
    };
    outcome.compared.fetch_add(1, Ordering::Relaxed);
    outcome.references.fetch_add(expected.len(), Ordering::Relaxed);
    compare_text(&name, &text, &expected, outcome);
    if let Some(probed) = probed(&text) {
        outcome.probed.fetch_add(1, Ordering::Relaxed);
        compare_text(&format!("{name} with probes"), &probed, &by_tree(&probed).expect("parsed before"), outcome);
    }
}

fn compare_text(name: &str, text: &str, expected: &[Found], outcome: &Outcome) {
    let actual: Vec<_> = JsScanner::new(true).scan(text).into_iter().map(found).collect();
    let (expected_only, actual_only) = (apart(expected, &actual), apart(&actual, expected));
    for (which, one) in
        expected_only.map(|one| ("missed", one)).into_iter().chain(actual_only.map(|one| ("wrong", one)))
    {
        let line = text[..one.0.start].matches('\n').count() + 1;
        outcome.differences.lock().expect("no panic").push(format!("{which}: {name}:{line}: {one:?}"));
    }
}

/// The first that the others do not have.
fn apart<'a>(some: &'a [Found], others: &[Found]) -> Option<&'a Found> {
    // Both are in order.
    let place = |one: &Found| others.binary_search_by_key(&one.0.start, |other| other.0.start);
    some.iter().find(|one| place(one).map_or(true, |place| others[place] != **one))
}

/// Says that a test cannot run here; `tests/run` shows it at its end.
fn skip(reason: &str) {
    eprintln!("SKIPPED: {reason}");
    if let Some(path) = std::env::var_os("STATICFILES_SKIPPED") {
        use std::io::Write;
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = writeln!(file.expect("the list of skipped tests"), "{reason}");
    }
}
