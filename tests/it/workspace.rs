//! The example workspace, built and run as it stands: apps of three kinds in one program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A copy of the example at a place where it may be changed. The place is always the same, so that
/// what was compiled once is used again.
struct Example {
    directory: PathBuf,
}

impl Example {
    fn copied() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspace");
        let _ = fs::remove_dir_all(&directory);
        let source = Path::new(REPOSITORY).join("examples/workspace");
        for entry in walkdir::WalkDir::new(&source).into_iter().filter_entry(|entry| entry.file_name() != "target") {
            let entry = entry.expect("an entry of the example");
            let target = directory.join(entry.path().strip_prefix(&source).expect("below the example"));
            if entry.file_type().is_dir() {
                fs::create_dir_all(&target).expect("a directory");
            } else {
                fs::copy(entry.path(), &target).expect("a copy");
            }
        }
        let example = Self { directory };
        let here = format!("path = {:?}", REPOSITORY.replace('\\', "/"));
        let manifest = fs::read_to_string(example.path("Cargo.toml")).expect("the manifest of the workspace");
        assert!(manifest.contains("path = \"../..\""));
        example.write("Cargo.toml", &manifest.replace("path = \"../..\"", &here));
        example
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    fn write(&self, path: &str, content: &str) {
        fs::write(self.path(path), content).expect("a file");
    }

    /// Compiles the program. What it is made of besides is compiled once for all tests to come.
    fn build(&self) -> PathBuf {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspace-target");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "-p", "site"]).current_dir(&self.directory);
        cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "0");
        succeeded(cargo.output().expect("cargo runs"));
        target.join("debug/site")
    }

    /// Collects into this directory; what the program says, and the names that were collected.
    fn collect(&self, program: &Path, root: &str) -> (String, Vec<String>) {
        let said = succeeded(Command::new(program).arg(self.path(root)).output().expect("the program runs"));
        let manifest = fs::read(self.path(root).join("staticfiles.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        (said, manifest["paths"].as_object().expect("names").keys().cloned().collect())
    }
}

fn succeeded(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

const NAMES: [&str; 5] = ["base.css", "blog/post.css", "shop/cart.css", "shop/cart.svg", "theme/base.css"];

#[test]
fn apps_are_collected_from_beside_their_source_from_the_program_and_by_their_declaration() {
    let example = Example::copied();
    let program = example.build();
    let (said, names) = example.collect(&program, "out");
    assert_eq!(names, NAMES);
    let is_from = |name: &str, origin: &str| said.lines().any(|line| line.contains(name) && line.ends_with(origin));
    assert!(is_from("base.", "shop 0.1.0 (embedded): static/base.css"), "{said}");
    assert!(is_from("blog/post.", "/blog/static/blog/post.css"), "{said}");
    assert!(is_from("theme/base.", "/theme/static/base.css"), "{said}");

    // What the program carries needs no folder; an app that is beside its source does.
    fs::rename(example.path("shop/static"), example.path("shop/moved")).expect("the folder is moved");
    assert_eq!(example.collect(&program, "without-shop").1, NAMES);
    fs::rename(example.path("blog/static"), example.path("blog/moved")).expect("the folder is moved");
    let output = Command::new(&program).arg(example.path("without-both")).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("blog/post.css"), "{said}");

    // A new file is one that no line of Rust names.
    for app in ["shop", "blog"] {
        fs::rename(example.path(&format!("{app}/moved")), example.path(&format!("{app}/static"))).expect("moved back");
    }
    example.write("shop/static/shop/new.css", "a {}");
    let (_, names) = example.collect(&example.build(), "with-new");
    assert!(names.contains(&"shop/new.css".to_owned()), "{names:?}");
}
