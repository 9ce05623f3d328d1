//! Static files that the dependencies of a cargo package declare.

use std::process::Command;

use staticfiles::settings::FinderKind;
use staticfiles::{Settings, StaticFiles};

use crate::support::Site;

/// A package of the workspace: its declaration in `Cargo.toml`, and what it depends on.
fn package(site: Site, name: &str, rest: &str) -> Site {
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.3.1\"\nedition = \"2024\"\n{rest}");
    let site = site.file(&format!("{name}/Cargo.toml"), manifest).file(&format!("{name}/src/lib.rs"), "");
    site.file(&format!("{name}/static/whose.css"), name).file(&format!("{name}/static/{name}.css"), name)
}

const DECLARED: &str = "[package.metadata.staticfiles]\n";

/// `site` needs `shop` and `blog`, `blog` needs `theme`.
fn workspace(site_declares: &str) -> Site {
    let site = Site::new().file(
        "Cargo.toml",
        "[workspace]\nmembers = [\"*\"]\nexclude = [\"src\", \"out\", \"cache\"]\nresolver = \"3\"\n",
    );
    let needs = "[dependencies]\nshop = { path = \"../shop\" }\nblog = { path = \"../blog\" }\nplain = { path = \"../plain\" }\n\
                 unused = { path = \"../unused\", optional = true }\n\
                 [dev-dependencies]\ntests = { path = \"../tests\" }\n[build-dependencies]\nbuild = { path = \"../build\" }\n";
    let site = package(site, "site", &format!("{site_declares}{needs}"));
    let site = package(site, "blog", &format!("{DECLARED}[dependencies]\ntheme = {{ path = \"../theme\" }}\n"));
    let site = package(site, "plain", "");
    let site =
        ["theme", "shop", "unused", "tests", "build"].iter().fold(site, |site, name| package(site, name, DECLARED));
    lock(&site);
    site.file("site/staticfiles.toml", "static_root = \"../out\"\nfinders = [\"cargo_metadata\"]\n")
}

fn lock(site: &Site) {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["generate-lockfile", "--offline"]).current_dir(site.path("."));
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Collects in the directory of `site` and expects it to work; the names without a hash.
fn collected(site: &Site) -> Vec<String> {
    let run = site.run(&["collectstatic", "--no-input", "--settings", "site/staticfiles.toml"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    let manifest = site.manifest();
    manifest["paths"].as_object().expect("names").keys().cloned().collect()
}

#[test]
fn the_nearest_package_wins_and_tests_and_build_scripts_do_not_count() {
    let site = workspace("");
    let names = collected(&site);
    assert_eq!(names, ["blog.css", "shop.css", "theme.css", "whose.css"]);
    assert_eq!(site.read("out/whose.css"), "blog", "`blog` and `shop` are as near, and siblings go by name");
    let site = workspace(DECLARED);
    assert_eq!(collected(&site), ["blog.css", "shop.css", "site.css", "theme.css", "whose.css"]);
    assert_eq!(site.read("out/whose.css"), "site", "the package itself is the nearest");
}

#[test]
fn a_package_may_name_its_folder_and_a_prefix() {
    let site = workspace("[package.metadata.staticfiles]\ndir = \"web/assets/\"\nprefix = \"site\"\n");
    let site = site.file("site/web/assets/a.css", "a");
    let names = collected(&site);
    assert!(names.contains(&"site/a.css".to_owned()) && !names.contains(&"site.css".to_owned()), "{names:?}");
}

#[test]
fn a_workspace_without_a_package_starts_from_its_members() {
    let site = workspace("");
    let site = site.settings("static_root = \"out\"\nfinders = [\"cargo_metadata\"]\n");
    let run = site.run(&["collectstatic", "--no-input"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(site.read("out/whose.css"), "blog");
    assert_eq!(site.read("out/unused.css"), "unused", "every member is one");
}

/// The settings order apps; a package that is one of them is not found again in another place.
#[test]
fn an_app_of_the_settings_keeps_its_place() {
    let site = workspace("").file(
        "site/staticfiles.toml",
        "static_root = \"../out\"\nfinders = [\"cargo_metadata\", \"app_directories\"]\n\
         [[apps]]\nname = \"blog\"\npath = \"../blog\"\n",
    );
    let run = site.run(&["collectstatic", "--no-input", "-v2", "--settings", "site/staticfiles.toml"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(site.read("out/whose.css"), "shop");
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(said.matches("Found another file").count(), 2, "whose.css of theme and of blog: {run:?}");
}

#[test]
fn the_lock_file_is_not_touched() {
    let site = workspace("");
    std::fs::remove_file(site.path("Cargo.lock")).expect("there was one");
    let run = site.run(&["collectstatic", "--no-input", "--settings", "site/staticfiles.toml"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("up-to-date Cargo.lock") && run.stderr.contains("cargo build"), "{run:?}");
    assert!(!site.path("Cargo.lock").exists());

    lock(&site);
    let before = site.read("Cargo.lock");
    let manifest = site.read("plain/Cargo.toml").replace("0.3.1", "0.4.0");
    site.write("plain/Cargo.toml", manifest);
    let run = site.run(&["collectstatic", "--no-input", "--settings", "site/staticfiles.toml"]);
    assert_eq!(run.status, Some(1), "{run:?}");
    assert_eq!(site.read("Cargo.lock"), before);
}

#[test]
fn what_keeps_cargo_from_answering_is_said() {
    let failing = |site: Site, expected: &[&str]| {
        let run = site.run(&["collectstatic", "--no-input", "--settings", "site/staticfiles.toml"]);
        assert_eq!(run.status, Some(1), "{run:?}");
        assert!(expected.iter().all(|expected| run.stderr.contains(expected)), "{expected:?} in {run:?}");
        let finding = "?: (staticfiles.E017) The dependencies of the package cannot be searched: ";
        assert_eq!(run.stderr.matches(finding).count(), 1, "{run:?}");
    };
    failing(workspace("").variable("CARGO", "/no/such/cargo"), &["cannot run cargo in SITE/site", "CARGO"]);
    let site = Site::new().file("site/staticfiles.toml", "static_root = \"o\"\nfinders = [\"cargo_metadata\"]\n");
    failing(site, &["`cargo metadata` failed in SITE/site: could not find", "could not find `Cargo.toml`"]);
    for (declared, expected) in [
        ("dir = \"../elsewhere\"", "dir = \"../elsewhere\" cannot be used"),
        ("dir = \"\"", "dir = \"\" cannot be used"),
        ("prefix = \"a//b\"", "prefix = \"a//b\" cannot be used"),
        ("directory = \"assets\"", "unknown field `directory`"),
        ("dir = 5", "invalid type"),
    ] {
        let site = workspace(&format!("{DECLARED}{declared}\n"));
        failing(site, &["SITE/site/Cargo.toml: [package.metadata.staticfiles]: ", expected]);
    }
}

/// Serving what was collected asks no cargo, which is as a rule not there.
#[test]
fn cargo_is_asked_when_a_file_is_looked_for() {
    let site = workspace("");
    collected(&site);
    let settings = Settings::new().debug(false).static_root(site.path("out")).package("/no/such/package");
    let static_files = StaticFiles::new(settings.finders([FinderKind::CargoMetadata])).expect("static files");
    assert_eq!(static_files.url("blog.css").expect("a URL"), format!("/static/{}", site.stored("blog.css")));
    static_files.find("blog.css").expect_err("cargo cannot run there");
}

#[test]
fn a_folder_that_is_declared_and_missing_is_a_warning() {
    let site = workspace("[package.metadata.staticfiles]\ndir = \"assets\"\n");
    let run = site.run(&["check", "--settings", "site/staticfiles.toml"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.stderr.contains("(staticfiles.W018) The directory 'SITE/site/assets'"), "{run:?}");
    assert!(!collected(&site).is_empty());
}
