//! `collectstatic`: what it writes, what it says, and what a second run finds to do.

use std::fs;
use std::process::Stdio;

use crate::support::{Site, snapshot};

fn site() -> Site {
    Site::new()
        .file("src/css/app.css", "@import \"base.css\"; a{b:url(../img/x.svg)}")
        .file("src/css/base.css", "/**/")
        .file("src/img/x.svg", "<svg/>")
        .file("src/.hidden", "never")
        .file("src/old~", "never")
}

#[test]
fn a_tree_is_collected_with_hashed_names_and_a_manifest_that_django_reads() {
    let site = site();
    assert_eq!(site.collect(), "3 static files copied to 'SITE/out', 3 post-processed.");
    let manifest = site.read("out/staticfiles.json");
    assert!(manifest.starts_with(r#"{"paths": {"css/app.css": "css/app."#), "{manifest}");
    assert!(manifest.contains(r#", "version": "1.1", "hash": ""#), "{manifest}");
    let app = site.read(&format!("out/{}", site.stored("css/app.css")));
    assert_eq!(
        app,
        format!("@import \"{}\"; a{{b:url(../{})}}", &site.stored("css/base.css")[4..], site.stored("img/x.svg"))
    );
    let mut files: Vec<String> = snapshot(&site.path("out")).iter().map(|file| file.0.display().to_string()).collect();
    files.retain(|file| file.contains("hidden") || file.contains('~'));
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn a_second_run_writes_nothing_with_notes_and_without() {
    let site = site();
    site.collect();
    let before = snapshot(&site.path("out"));
    for cache in ["kept", "removed"] {
        if cache == "removed" {
            fs::remove_dir_all(site.path("cache")).expect("the notes are there");
        }
        assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.", "{cache}");
        assert_eq!(snapshot(&site.path("out")), before, "{cache}");
    }
}

#[test]
fn an_edit_is_seen_though_size_and_date_are_those_of_before() {
    let site = site();
    site.collect();
    let path = site.path("src/img/x.svg");
    let date = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a date");
    fs::write(&path, "<SVG/>").expect("written in place");
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(date)).expect("a date is set");
    assert_eq!(site.collect(), "1 static file copied to 'SITE/out', 2 unmodified, 2 post-processed.");
    assert_eq!(site.read("out/img/x.svg"), "<SVG/>");
}

#[test]
fn what_was_altered_or_removed_in_the_static_root_is_mended() {
    let site = site();
    site.collect();
    let (svg, before) = (format!("out/{}", site.stored("img/x.svg")), site.read("out/staticfiles.json"));
    // In place: the plain and the hashed file may share their bytes.
    fs::write(site.path("out/img/x.svg"), "broken").expect("written");
    fs::remove_file(site.path(&format!("out/{}", site.stored("css/base.css")))).expect("removed");
    site.collect();
    assert_eq!((site.read("out/img/x.svg"), site.read(&svg)), ("<svg/>".to_owned(), "<svg/>".to_owned()));
    assert!(site.path(&format!("out/{}", site.stored("css/base.css"))).is_file());
    assert_eq!(site.read("out/staticfiles.json"), before);
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_the_threads() {
    let manifests: Vec<Vec<u8>> = ["1", "8"]
        .into_iter()
        .map(|threads| {
            let site = site().variable("RAYON_NUM_THREADS", threads).variable("SOURCE_DATE_EPOCH", "1000000000");
            site.collect();
            fs::read(site.path("out/staticfiles.json")).expect("a manifest")
        })
        .collect();
    assert_eq!(manifests[0], manifests[1]);
    assert!(String::from_utf8_lossy(&manifests[0]).contains("\"since\": 1000000000"));
}

#[test]
fn a_dry_run_does_everything_but_write() {
    let site = site();
    let run = site.run(&["collectstatic", "--no-input", "--dry-run"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.stdout.contains("Pretending to copy 'SITE/src/css/app.css'\n"), "{run:?}");
    assert!(run.stdout.ends_with("\n3 static files copied to 'SITE/out', 3 post-processed.\n"), "{run:?}");
    assert!(!site.path("out").exists());
    site.write("src/css/base.css", "a{b:url(nope.png)}");
    let run = site.run(&["collectstatic", "--no-input", "-n"]);
    assert_eq!((run.status, &*run.stdout), (Some(1), ""));
    assert!(run.stderr.contains("\ncss/base.css:1:9: `nope.png` is not collected"), "{run:?}");
}

#[test]
fn verbosity_two_names_every_file_in_order_and_zero_says_nothing() {
    let site = site();
    let run = site.run(&["collectstatic", "--no-input", "-v2"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines[..3],
        ["Copying 'SITE/src/css/app.css'", "Copying 'SITE/src/css/base.css'", "Copying 'SITE/src/img/x.svg'"]
    );
    assert_eq!(lines[3], format!("Post-processed 'css/app.css' as '{}'", site.stored("css/app.css")));
    let run = site.run(&["collectstatic", "--no-input", "-v0"]);
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (Some(0), "", ""));
}

#[test]
fn the_first_of_two_files_with_one_name_wins_and_both_are_named() {
    let site = Site::new()
        .settings("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[[dirs]]\npath = \"more\"\n[[dirs]]\npath = \"src\"\nprefix = \"pre\"\n")
        .file("src/a.txt", "first")
        .file("more/a.txt", "second");
    let run = site.run(&["collectstatic", "--no-input", "-v2"]);
    assert!(run.stdout.contains("  collected: SITE/src/a.txt\n  ignored: SITE/more/a.txt\n"), "{run:?}");
    assert!(
        run.stdout.ends_with("2 static files copied to 'SITE/out', 2 post-processed, 1 skipped due to conflict.\n"),
        "{run:?}"
    );
    assert_eq!((site.read("out/a.txt"), site.read("out/pre/a.txt")), ("first".to_owned(), "first".to_owned()));
}

#[test]
fn patterns_leave_out_files_and_directories() {
    let site = site().file("src/css/deep/x.css", "").file("src/a.scss", "");
    let run = site.run(&["collectstatic", "--no-input", "-i", "*.scss", "--ignore", "css/deep/"]);
    assert!(run.stdout.contains("3 static files copied"), "{run:?}");
    let run = site.run(&["collectstatic", "--no-input", "--no-default-ignore", "-n"]);
    assert!(run.stdout.contains("SITE/src/.hidden"), "{run:?}");
}

#[test]
fn the_prompt_is_asked_only_over_files_and_only_yes_goes_on() {
    let site = site();
    let answer = |answer: &str| {
        let mut child = site
            .command(&["collectstatic"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a run");
        let _ = std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), answer.as_bytes());
        site.finished(child.wait_with_output().expect("it ends"))
    };
    assert_eq!(answer("").status, Some(0), "an empty static root needs no answer");
    let run = answer("yes\n");
    assert_eq!(run.status, Some(0), "{run:?}");
    insta::assert_snapshot!(run.stdout);
    for refused in ["no\n", "YES\n", " yes\n", ""] {
        let run = answer(refused);
        assert_eq!((run.status, &*run.stderr), (Some(1), "error: Collecting static files cancelled.\n"), "{refused:?}");
    }
}

#[test]
fn two_runs_at_once_wait_for_each_other() {
    let site = site();
    fs::create_dir(site.path("out")).expect("a static root");
    let lock = fs::File::open(site.path("out")).expect("a directory opens");
    lock.lock().expect("locked");
    let child = site
        .command(&["collectstatic", "--no-input"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(!site.path("out/staticfiles.json").exists(), "it waits");
    lock.unlock().expect("unlocked");
    let run = site.finished(child.wait_with_output().expect("it ends"));
    assert_eq!((run.status, &*run.stderr), (Some(0), "waiting for another collectstatic that writes to SITE/out\n"));
}

#[test]
fn plain_names_without_a_manifest() {
    let site =
        site().settings("static_root = \"out\"\n[storage]\nbackend = \"file_system\"\n[[dirs]]\npath = \"src\"\n");
    assert_eq!(site.collect(), "3 static files copied to 'SITE/out'.");
    assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.");
    assert_eq!(snapshot(&site.path("out")).len(), 3);
}

#[test]
fn sha256_names_and_hashed_copies_alone() {
    let site = site().settings(
        "static_root = \"out\"\n[storage]\nhash = \"sha256\"\nkeep_originals = false\n[[dirs]]\npath = \"src\"\n",
    );
    assert_eq!(site.collect(), "3 static files copied to 'SITE/out', 3 post-processed.");
    assert_eq!(site.stored("css/base.css"), "css/base.d21021784cda.css");
    assert_eq!(snapshot(&site.path("out")).len(), 4);
    assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.");
}

#[test]
fn an_unchanged_run_repeats_the_warnings_of_the_last() {
    let site = site().file("src/m.css", "/*# sourceMappingURL=m.map */");
    for _ in 0..3 {
        let run = site.run(&["collectstatic", "--no-input"]);
        assert_eq!((run.status, &*run.stderr), (Some(0), "warning: m.css:1:22: `m.map` is not collected\n"));
    }
}

#[test]
fn files_too_young_to_be_trusted_are_noted_by_the_next_run() {
    let site = site();
    site.collect();
    std::thread::sleep(std::time::Duration::from_millis(100));
    site.collect();
    let notes = snapshot(&site.path("cache"));
    assert_eq!(notes.len(), 1);
    assert!(!String::from_utf8_lossy(&notes[0].3).contains("null"), "every fingerprint is known by now");
}

#[test]
fn changed_bytes_under_a_plain_name_get_a_later_date_within_one_second() {
    let site = site().variable("SOURCE_DATE_EPOCH", "1000000000");
    site.collect();
    site.write("src/img/x.svg", "<svg>2</svg>");
    site.collect();
    assert_eq!(site.manifest()["files"]["img/x.svg"]["since"], 1_000_000_001);
    assert_eq!(site.manifest()["files"]["css/base.css"]["since"], 1_000_000_000);
}

#[test]
fn a_manifest_of_django_gets_records_though_its_names_are_those_of_now() {
    let site = Site::new().file("src/a.txt", "x");
    site.collect();
    let mut manifest = site.manifest();
    manifest.as_object_mut().expect("an object").remove("files");
    site.write("out/staticfiles.json", manifest.to_string());
    site.collect();
    assert_eq!(site.manifest()["files"].as_object().map(|files| files.len()), Some(2));
}

#[test]
fn a_manifest_elsewhere_is_written_there_alone() {
    let site = site();
    let site = site.settings("static_root = \"out\"\n[storage]\nmanifest_location = \"meta\"\nmanifest_name = \"m.json\"\n[[dirs]]\npath = \"src\"\n");
    site.collect();
    assert!(site.path("meta/m.json").is_file() && !site.path("out/m.json").exists());
    assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.");
}

#[test]
fn memory_does_not_grow_with_the_size_of_a_file() {
    let site = site();
    let large = fs::File::create(site.path("src/large.bin")).expect("a file");
    large.set_len(400_000_000).expect("a sparse file");
    let limited = "ulimit -v 250000; exec \"$0\" collectstatic --no-input";
    let command = site.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", limited]).arg(command.get_program()).current_dir(site.path(""));
    shell.env("XDG_CACHE_HOME", site.path("cache")).stdin(Stdio::null());
    let run = site.finished(shell.output().expect("a shell"));
    assert_eq!(run.stdout, "\n4 static files copied to 'SITE/out', 4 post-processed.\n", "{run:?}");
}

#[test]
fn names_that_are_hashed_already_are_published_as_they_are_and_immutable_b28() {
    let site = Site::new()
        .settings(
            "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[storage]\nprehashed = [\"assets/*-????????.js\"]\nkeep_originals = false\n",
        )
        .file("src/assets/app-4f1c9a2e.js", "import './nowhere.js'\n//# sourceMappingURL=none.map")
        .file("src/assets/app.js", "import './app-4f1c9a2e.js'")
        .file("src/page.css", "a{b:url(assets/app-4f1c9a2e.js)}");
    site.collect();
    assert_eq!(site.stored("assets/app-4f1c9a2e.js"), "assets/app-4f1c9a2e.js");
    assert_eq!(site.manifest()["files"]["assets/app-4f1c9a2e.js"]["immutable"], true);
    assert_eq!(site.read("out/assets/app-4f1c9a2e.js"), site.read("src/assets/app-4f1c9a2e.js"));
    assert_eq!(site.read(&format!("out/{}", site.stored("page.css"))), "a{b:url(assets/app-4f1c9a2e.js)}");
    assert_ne!(site.stored("assets/app.js"), "assets/app.js");
    assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.");
    // Clients were told that it would never change.
    site.write("src/assets/app-4f1c9a2e.js", "changed");
    let run = site.run(&["collectstatic", "--no-input"]).status(1);
    assert!(run.stderr.contains("it is published as prehashed with another content"), "{run:?}");
    site.run(&["collectstatic", "--no-input", "--clear"]).status(0);
    assert_eq!(site.read("out/assets/app-4f1c9a2e.js"), "changed");
}
