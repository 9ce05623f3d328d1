//! Bad input: a message that names the file and what to do, exit status 1, and what was published
//! before stays whole.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Run, Site, skip, snapshot};

/// Collects once, spoils the site, collects again: the error, with nothing published changed.
fn spoiled(spoil: impl FnOnce(&Site)) -> String {
    let site = Site::new().file("src/a.css", "a{b:url(x.png)}").file("src/x.png", "png");
    site.collect();
    let before = snapshot(&site.path("out"));
    spoil(&site);
    let run = site.run(&["collectstatic", "--no-input"]);
    assert_eq!((run.status, &*run.stdout), (Some(1), ""), "{run:?}");
    let after = snapshot(&site.path("out"));
    assert!(before.iter().all(|file| after.contains(file)), "what was published is whole");
    run.stderr
}

#[test]
fn sources_that_cannot_be_collected_are_named() {
    let link = |to: &'static str, name: &'static str| move |site: &Site| symlink(to, site.path(name)).expect("a link");
    let rows: Vec<(&str, String)> = vec![
        ("a broken link", spoiled(link("nowhere.png", "src/l.png"))),
        ("a loop", spoiled(link(".", "src/loop"))),
        (
            "no UTF-8",
            spoiled(|site| {
                fs::write(site.path("src").join(OsStr::from_bytes(b"\xff.png")), "").expect("a file");
            }),
        ),
        ("a backslash", spoiled(|site| site.write("src/a\\b.txt", ""))),
        ("a device", spoiled(|site| site.write("src/nul.txt", ""))),
        (
            "a socket",
            spoiled(|site| {
                drop(std::os::unix::net::UnixListener::bind(site.path("src/s")).expect("a socket"));
            }),
        ),
        ("the manifest's name", spoiled(|site| site.write("src/staticfiles.json", "{}"))),
        (
            "a file and a directory",
            spoiled(|site| {
                site.write(
                    "staticfiles.toml",
                    "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[[dirs]]\npath = \"more\"\n",
                );
                site.write("more/x.png/y", "");
            }),
        ),
        (
            "missing references",
            spoiled(|site| {
                site.write("src/b.css", "@import 'c.css';\na{b:url( y.png )}\n/*# sourceMappingURL=b.map */");
                site.write("src/img/y.png", "");
            }),
        ),
        (
            "the static root in a source",
            spoiled(|site| {
                site.write("staticfiles.toml", "static_root = \"out\"\n[[dirs]]\npath = \".\"\n");
            }),
        ),
        (
            "a source in the static root",
            spoiled(|site| {
                site.write("staticfiles.toml", "static_root = \"out\"\n[[dirs]]\npath = \"out/css\"\n");
            }),
        ),
        ("a link to the static root", spoiled(|site| symlink("../out", site.path("src/link")).expect("a link"))),
        ("a line break in a name", spoiled(|site| site.write("src/a\nb.txt", ""))),
        (
            "a directory in the way, found while writing",
            spoiled(|site| {
                site.write("src/x.png", "new");
                site.write("src/z.txt", "z");
                fs::create_dir_all(site.path("out/z.fbade9e36a3f.txt/k")).expect("a directory");
            }),
        ),
        (
            "a file in the way",
            spoiled(|site| {
                fs::remove_file(site.path("src/x.png")).expect("it was there");
                fs::remove_file(site.path("src/a.css")).expect("it was there");
                site.write("src/x.png/y.txt", "");
            }),
        ),
        (
            "the static root as a source",
            spoiled(|site| {
                site.write(
                    "staticfiles.toml",
                    "static_root = \"app/static\"\n[[apps]]\nname = \"app\"\npath = \"app\"\n",
                );
                site.write("app/static/a.txt", "");
            }),
        ),
        (
            "the published name of an earlier version",
            spoiled(|site| {
                let old = site.stored("a.css");
                site.write(&format!("src/{old}"), "other bytes");
                site.write("src/a.css", "a{}");
            }),
        ),
        (
            "a missing app",
            spoiled(|site| {
                site.write("staticfiles.toml", "static_root = \"out\"\n[[apps]]\nname = \"shop\"\npath = \"shop\"\n");
            }),
        ),
        (
            "a bad prefix",
            spoiled(|site| {
                site.write("staticfiles.toml", "static_root = \"out\"\n[[dirs]]\npath = \"src\"\nprefix = \"../x\"\n");
            }),
        ),
        (
            "several at once",
            spoiled(|site| {
                symlink("nowhere", site.path("src/l1")).expect("a link");
                symlink("nowhere", site.path("src/l2")).expect("a link");
            }),
        ),
    ];
    let text: Vec<String> = rows.into_iter().map(|(what, said)| format!("# {what}\n{said}")).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn an_ignored_broken_link_is_no_error() {
    let site = Site::new().file("src/a.txt", "");
    symlink("nowhere", site.path("src/.link")).expect("a link");
    symlink("nowhere", site.path("src/l.bak")).expect("a link");
    let run = site.run(&["collectstatic", "--no-input", "-i", "*.bak"]);
    assert_eq!(run.status, Some(0), "{run:?}");
}

#[test]
fn a_missing_directory_is_a_warning_that_names_it() {
    let site = Site::new().settings("static_root = \"out\"\n[[dirs]]\npath = \"nope\"\n");
    let run = site.run(&["collectstatic", "--no-input"]);
    assert_eq!(run.status, Some(0));
    let text = "System check identified some issues:\n\nWARNINGS:\n?: (staticfiles.W004) The directory 'SITE/nope' in \
                the STATICFILES_DIRS setting does not exist.\n\n";
    assert_eq!(run.stderr, text);
}

#[test]
fn an_unreadable_file_is_named() {
    // The superuser can read everything, so the program runs as nobody.
    let site = Site::new().file("src/secret.png", "x");
    let program = site.path("program");
    fs::copy(env!("CARGO_BIN_EXE_staticfiles"), &program).expect("a copy of the program");
    for (path, mode) in [("", 0o777), ("src/secret.png", 0o000)] {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(site.path(path), fs::Permissions::from_mode(mode)).expect("a mode");
    }
    let nobody = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["collectstatic", "--no-input"])
        .current_dir(site.path(""))
        .env("XDG_CACHE_HOME", site.path("cache"))
        .output();
    let run: Run = match nobody {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).starts_with("setpriv") => site.finished(output),
        _ => return skip("unreadable files (setpriv as root is needed)"),
    };
    assert_eq!(run.stderr, "error: cannot read SITE/src/secret.png: Permission denied (os error 13)\n", "{run:?}");
    assert_eq!(run.status, Some(1));
}

#[test]
fn a_full_disk_leaves_the_old_site_whole() {
    let site = Site::new().file("src/a.txt", "small");
    fs::create_dir(site.path("out")).expect("a directory");
    let mount = |arguments: &[&str]| Command::new("mount").args(arguments).arg(site.path("out")).output();
    if !mount(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).is_ok_and(|output| output.status.success()) {
        return skip("a full disk (mounting a tmpfs needs root)");
    }
    let run = site.collect();
    let before = snapshot(&site.path("out"));
    site.write("src/large.bin", vec![7; 200_000]);
    let full = site.run(&["collectstatic", "--no-input"]);
    let after = snapshot(&site.path("out"));
    let unmounted = Command::new("umount").arg(site.path("out")).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert_eq!(run, "1 static file copied to 'SITE/out', 1 post-processed.");
    assert_eq!(full.status, Some(1), "{full:?}");
    assert_eq!(
        full.stderr,
        "error: cannot write large.2f8a4ac45014.bin in SITE/out: No space left on device (os error 28)\n"
    );
    assert_eq!(after, before);
}

#[test]
fn a_broken_manifest_stops_serving_and_is_replaced_by_collecting() {
    let site = Site::new().file("src/a.txt", "x");
    site.collect();
    let whole = site.read("out/staticfiles.json");
    let mut said = Vec::new();
    for broken in ["{", "[]", "{\"version\": \"9\"}", "{\"version\": \"1.1\", \"paths\": {\"../x\": \"y\"}}"] {
        site.write("out/staticfiles.json", broken);
        let run = site.run(&["serve", "127.0.0.1:0"]);
        assert_eq!(run.status, Some(1), "{run:?}");
        said.push(run.stderr);
        let run = site.run(&["collectstatic", "--no-input"]);
        assert_eq!(run.status, Some(0), "{run:?}");
        said.push(run.stderr);
        let again = site.read("out/staticfiles.json");
        let dateless = |text: &str| {
            text.split("\"since\"")
                .map(|part| {
                    part.trim_start_matches([':', ' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).to_owned()
                })
                .collect::<String>()
        };
        assert_eq!(dateless(&again), dateless(&whole));
    }
    insta::assert_snapshot!(said.join(""));
}

#[test]
fn commands_without_what_they_need_say_so() {
    let site = Site::new();
    let mut said = vec![site.run(&["serve"]).stderr];
    site.write("staticfiles.toml", "[storage]\nbackend = \"file_system\"\n");
    said.push(site.run(&["serve"]).stderr);
    said.push(site.run(&["collectstatic", "--no-input"]).stderr);
    site.write("staticfiles.toml", "static_root = \"nope\"\n[storage]\nbackend = \"file_system\"\n");
    said.push(site.run(&["serve"]).stderr);
    site.write("staticfiles.toml", "static_url = \"/\"\n");
    said.push(site.run(&["check"]).stderr);
    said.push(site.run(&["runserver", "nonsense", "--insecure"]).stderr);
    fs::remove_file(site.path("staticfiles.toml")).expect("it was there");
    said.push(site.run(&["check"]).stderr);
    said.push(site.run(&["check", "--settings", "none.toml"]).stderr);
    insta::assert_snapshot!(said.join(""));
    assert_eq!(site.run(&["collectstatic", "--nope"]).status, Some(2));
    assert_eq!(site.run(&["collectstatic", "--help"]).status, Some(0));
}

/// Writing through a link that leads out of the static root could replace a source by a link to
/// itself.
#[test]
fn nothing_is_written_through_a_link_that_leaves_the_static_root() {
    for options in [&["--link"][..], &[]] {
        let site = Site::new().file("src/css/a.css", "precious").file("out/x", "");
        symlink(site.path("src/css"), site.path("out/css")).expect("a link");
        let run = site.run(&[&["collectstatic", "--no-input"], options].concat()).status(1);
        assert!(run.stderr.contains("SITE/out/css leads out of the static root, to SITE/src/css"), "{run:?}");
        assert_eq!(site.read("src/css/a.css"), "precious");
        assert_eq!(fs::read_dir(site.path("src/css")).expect("a directory").count(), 1);
        site.run(&[&["collectstatic", "--no-input", "--clear"], options].concat()).status(0);
        assert_eq!((site.read("src/css/a.css"), site.read("out/css/a.css")), ("precious".into(), "precious".into()));
    }
}

#[test]
fn a_source_that_links_to_a_file_of_the_static_root_is_refused() {
    let site = Site::new().file("out/old.txt", "old");
    symlink(site.path("out/old.txt"), site.path("src/b.txt")).expect("a link");
    for options in [&["--clear"][..], &["--link"], &[]] {
        let run = site.run(&[&["collectstatic", "--no-input"], options].concat()).status(1);
        assert!(run.stderr.contains("src/b.txt: the link leads to SITE/out"), "{run:?}");
        assert_eq!(site.read("out/old.txt"), "old");
    }
}

#[test]
fn a_manifest_in_a_directory_of_the_static_root_is_not_cleared_away() {
    let site = Site::new()
        .settings("static_root = 'out'\n[[dirs]]\npath = 'src'\n[storage]\nmanifest_location = 'out/.meta'\n")
        .file("src/a.txt", "a");
    for _ in 0..2 {
        site.run(&["collectstatic", "--no-input", "--clear"]).status(0);
        assert!(site.read("out/.meta/staticfiles.json").contains("\"a.txt\""));
    }
}

#[test]
fn everything_in_the_way_is_named_before_anything_is_written_also_in_a_dry_run() {
    let site = Site::new().file("src/d1/a", "").file("src/d2/b", "").file("src/e", "").file("src/ok", "");
    let site = site.file("out/d1", "").file("out/d2", "").file("out/e/x", "");
    for options in [&["--dry-run"][..], &[]] {
        let run = site.run(&[&["collectstatic", "--no-input"], options].concat()).status(1);
        for path in ["SITE/out/d1: it is a file", "SITE/out/d2: it is a file", "SITE/out/e: it is a directory"] {
            assert!(run.stderr.contains(path), "{path}: {run:?}");
        }
        assert!(!site.path("out/ok").exists());
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let site = Site::new().file("src/a.txt", "");
    for arguments in
        [&["findstatic", "a.txt"][..], &["man"], &["completions", "bash"], &["collectstatic", "--no-input"]]
    {
        let full = fs::File::options().write(true).open("/dev/full").expect("a full device");
        let output = site.command(arguments).stdout(full).output().expect("it runs");
        let run = site.finished(output).status(1);
        assert!(run.stderr.contains("error: cannot write to standard output: No space left"), "{run:?}");
    }
}
