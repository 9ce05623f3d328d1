//! `findstatic`: Django's outputs by verbosity, and what collecting would make of the file.

use crate::support::{Run, Site};

fn site() -> Site {
    let settings = "static_root = \"out\"\nignore_patterns = [\"*.scss\"]\n\
                    [[dirs]]\npath = \"src\"\n[[dirs]]\npath = \"more\"\n[[dirs]]\npath = \"lib\"\nprefix = \"vendor\"\n";
    Site::new()
        .settings(settings)
        .file("src/css/app.css", "a{b:url(../x.svg)}")
        .file("src/css/app.scss", "")
        .file("src/x.svg", "<svg/>")
        .file("more/css/app.css", "other")
        .file("lib/lib.js", "1")
}

fn find(site: &Site, arguments: &[&str]) -> Run {
    site.run(&[&["findstatic"], arguments].concat())
}

#[test]
fn what_is_found_is_printed_by_verbosity() {
    let site = site();
    for (arguments, expected) in [
        (&["css/app.css"][..], "Found 'css/app.css' here:\n  SITE/src/css/app.css\n  SITE/more/css/app.css\n"),
        (&["css/app.css", "--first"], "Found 'css/app.css' here:\n  SITE/src/css/app.css\n"),
        (&["css/app.css", "x.svg", "-v0"], "SITE/src/css/app.css\nSITE/more/css/app.css\nSITE/src/x.svg\n"),
        (
            &["x.svg", "vendor/lib.js"],
            "Found 'x.svg' here:\n  SITE/src/x.svg\nFound 'vendor/lib.js' here:\n  SITE/lib/lib.js\n",
        ),
        (&["./x.svg", "-v0"], "SITE/src/x.svg\n"),
        (&["css/../x.svg", "-v0"], "SITE/src/x.svg\n"),
        (&["css//app.css/", "-v0", "--first"], "SITE/src/css/app.css\n"),
        (&["css", "-v0"], "SITE/src/css\nSITE/more/css\n"),
        (&["vendor", "-v0"], "SITE/lib\n"),
        (&["css/app.scss", "-v0"], "SITE/src/css/app.scss\n"),
    ] {
        let run = find(&site, arguments);
        assert_eq!((run.stdout.as_str(), run.status, run.stderr.as_str()), (expected, Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn what_is_not_found_is_said_and_the_others_are_printed() {
    let site = site();
    let missing = "No matching file found for 'nope'.\n";
    let failed = "error: 1 name was not found; -v 2 shows where was searched\n";
    let looked = "\nLooking in the following locations:\n  SITE/src\n  SITE/more\n  SITE/lib\n";
    for (arguments, stdout, stderr) in [
        (&["nope", "x.svg"][..], "Found 'x.svg' here:\n  SITE/src/x.svg\n", format!("{missing}{failed}")),
        (&["nope", "x.svg", "-v0"], "SITE/src/x.svg\n", String::new()),
        (&["nope", "-v2"], "", format!("{missing}{looked}{failed}")),
    ] {
        let run = find(&site, arguments);
        assert_eq!((run.stdout.as_str(), run.stderr, run.status), (stdout, stderr, Some(1)), "{arguments:?}");
    }
    for (name, reason) in [
        ("../x.svg", "It leads out of the source directories."),
        ("css/../../src/x.svg", "It leads out of the source directories."),
        ("/etc/passwd", "A name is relative to the source directories, such as 'css/app.css'."),
        ("/static/x.svg", "A name is relative to the source directories, here 'x.svg'."),
        (".", "It names no file."),
        ("", "It names no file."),
        ("c:x", "It cannot be a name: a segment starts with a drive such as `C:`."),
    ] {
        let run = find(&site, &[name]);
        assert_eq!(run.stderr, format!("No matching file found for '{name}'. {reason}\n{failed}"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{name}");
    }
    let run = find(&site, &[]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("the following required arguments were not provided"), "{}", run.stderr);
}

#[test]
fn at_verbosity_2_the_places_and_the_published_name_are_told() {
    let site = site();
    let find = |name: &str| find(&site, &[name, "-v2"]);
    let looked = "Looking in the following locations:\n  SITE/src\n  SITE/more\n  SITE/lib\n";
    let before = find("css/app.css");
    site.collect();
    let stored = site.stored("css/app.css");
    let expected = format!(
        "Found 'css/app.css' here:\n  SITE/src/css/app.css\n  SITE/more/css/app.css\n{looked}Collected from:\n  \
         SITE/src/css/app.css\nas:\n  {stored}\nwith the URL:\n  /static/{stored}\n"
    );
    assert_eq!(before.stdout, expected);
    assert_eq!(find("css/app.css").stdout, expected, "the same when it is published already");
    assert!(find("css/app.scss").stdout.ends_with("Not collected: the ignore patterns match it.\n"));
    assert!(find("css").stdout.ends_with("A directory; 1 file below it is collected.\n"));
    let first = site.run(&["findstatic", "css/app.css", "--first", "-v2"]);
    assert!(first.stdout.contains("locations:\n  SITE/src\nCollected"), "{}", first.stdout);
    site.write("more/bad.css", "a{b:url(gone.png)}");
    let run = find("css/app.css");
    assert!(run.stdout.ends_with("Collected from:\n  SITE/src/css/app.css\n"), "{}", run.stdout);
    assert!(run.stderr.contains("collectstatic would fail: bad.css:1:"), "{}", run.stderr);
    assert_eq!(run.status, Some(0), "the file was found all the same");
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_looked_at_is_an_error_after_the_other_names() {
    let site = site();
    std::os::unix::fs::symlink("loop", site.path("src/loop")).expect("a link");
    let run = find(&site, &["loop", "x.svg", "-v0"]);
    assert_eq!((run.stdout.as_str(), run.status), ("SITE/src/x.svg\n", Some(1)), "{run:?}");
    assert!(run.stderr.starts_with("error: cannot look at SITE/src/loop: "), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn links_are_resolved() {
    let site = site();
    std::os::unix::fs::symlink(site.path("src/x.svg"), site.path("src/y.svg")).expect("a link");
    assert_eq!(find(&site, &["y.svg", "-v0"]).stdout, "SITE/src/x.svg\n");
}
