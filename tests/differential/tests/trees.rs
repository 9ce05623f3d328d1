//! The scanner and a full parser find the same references in everything that others wrote.
//!
//! `tests/fetch-trees` gets the packages. `DIFFERENTIAL=DIR` compares over all scripts of another
//! directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use staticfiles::references::{JsScanner, Scanner};
use staticfiles_differential::{by_tree, found};

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
    println!("{} files, {} references", outcome.compared.into_inner(), outcome.references.into_inner());
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
    let actual: Vec<_> = JsScanner::new(true).scan(&text).into_iter().map(found).collect();
    outcome.compared.fetch_add(1, Ordering::Relaxed);
    outcome.references.fetch_add(expected.len(), Ordering::Relaxed);
    let mut differences = outcome.differences.lock().expect("no panic");
    for (which, some, others) in [("missed", &expected, &actual), ("wrong", &actual, &expected)] {
        for one in some.iter().filter(|one| !others.contains(one)).take(3) {
            let line = text[..one.0.start].matches('\n').count() + 1;
            differences.push(format!("{which}: {name}:{line}: {one:?}"));
        }
    }
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
