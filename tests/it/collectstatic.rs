//! `collectstatic`, a test for each behaviour of Django's command (rows 53 to 115); what is otherwise
//! here says so by its B number.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use crate::support::{Site, snapshot};

/// Two files under plain names, and one more in a directory with a prefix.
fn plain() -> Site {
    Site::new()
        .settings(
            "static_root = \"out\"\n[storage]\nbackend = \"file_system\"\n[[dirs]]\npath = \"src\"\n\
             [[dirs]]\npath = \"more\"\nprefix = \"pre\"\n",
        )
        .file("src/a.txt", "a")
        .file("src/sub/b.txt", "b")
        .file("more/c.txt", "c")
}

/// The same under hashed names.
fn hashed() -> Site {
    Site::new().file("src/a.txt", "a").file("src/b.css", "b{c:url(a.txt)}")
}

const ASK: &str = "This will overwrite existing files!\nAre you sure you want to do this?\n\n\
                   Type 'yes' to continue, or 'no' to cancel: ";
const WHERE: &str = "You have requested to collect static files at the destination\nlocation as specified in your settings:\n\n    SITE/out\n\n";

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display())).mode() & 0o7777
}

#[test]
fn row_53_every_option_is_taken() {
    let short = ["collectstatic", "-i", "x", "-i", "y", "-n", "-c", "-l", "-v", "3", "--noinput"];
    let long = [
        "collectstatic",
        "--no-input",
        "--ignore",
        "x",
        "--ignore=y",
        "--dry-run",
        "--clear",
        "--link",
        "--no-post-process",
        "--no-default-ignore",
        "--verbosity=0",
        "--settings=staticfiles.toml",
    ];
    plain().run(&short).status(0);
    plain().run(&long).status(0).stdout("").stderr("");
}

#[test]
fn row_54_the_exit_status_is_0_1_or_2() {
    plain().run(&["collectstatic", "--noinput"]).status(0);
    plain().settings("").run(&["collectstatic", "--noinput"]).status(1);
    plain().run(&["collectstatic", "--nonsense"]).status(2);
    plain().run(&["collectstatic", "-v", "4"]).status(2);
}

#[test]
fn row_55_help_needs_no_settings() {
    let site = Site::new();
    fs::remove_file(site.path("staticfiles.toml")).expect("the settings go");
    let run = site.run(&["collectstatic", "--help"]).status(0).stderr("");
    assert!(run.stdout.contains("--no-post-process"), "{run:?}");
}

#[test]
fn row_56_lines_are_not_coloured() {
    let site = plain().variable("CLICOLOR_FORCE", "1");
    let run = site.run(&["collectstatic", "--noinput", "-v2"]).status(0);
    assert!(!run.stdout.contains('\x1b'), "{run:?}");
}

#[test]
fn rows_57_and_63_an_empty_or_missing_static_root_is_not_asked_about() {
    plain().run(&["collectstatic"]).status(0).stdout("\n3 static files copied to 'SITE/out'.\n");
    let site = plain();
    fs::create_dir(site.path("out")).expect("an empty root");
    site.run(&["collectstatic"]).status(0).stdout("\n3 static files copied to 'SITE/out'.\n");
}

#[test]
fn rows_58_to_60_the_prompt_says_what_will_happen_at_any_verbosity() {
    let dry = "You have activated the --dry-run option so no files will be modified.\n\n";
    let clear = ASK.replace("This will overwrite existing files!", "This will DELETE ALL FILES in this location!");
    for (options, expected) in [
        (&["-v0"][..], format!("\n{WHERE}{ASK}")),
        (&["-v0", "--dry-run"], format!("\n{dry}{WHERE}{ASK}")),
        (&["-v0", "--clear"], format!("\n{WHERE}{clear}")),
        (&["-v0", "--clear", "--dry-run"], format!("\n{dry}{WHERE}{clear}")),
    ] {
        let site = plain().file("out/old.txt", "old");
        let arguments = [&["collectstatic"], options].concat();
        site.run_with_input(&arguments, "yes\n").status(0).stdout(&expected);
    }
}

#[test]
fn row_62_only_yes_goes_on() {
    for answer in ["no\n", "\n", "y\n", "YES\n", " yes\n", "yes \n", ""] {
        let site = plain().file("out/old.txt", "old");
        let run = site.run_with_input(&["collectstatic", "--clear"], answer).status(1);
        assert_eq!(run.stderr, "error: Collecting static files cancelled.\n", "{answer:?}");
        assert_eq!(site.read("out/old.txt"), "old");
    }
    let site = plain().file("out/old.txt", "old");
    site.run_with_input(&["collectstatic", "-v0"], "yes").status(0);
}

#[test]
fn row_64_verbosity_0_is_silent_and_1_tells_the_sum_and_3_is_as_2() {
    for (level, expected) in [
        ("0", String::new()),
        ("1", "\n3 static files copied to 'SITE/out'.\n".to_owned()),
        ("2", lines("Copying")),
        ("3", lines("Copying")),
    ] {
        plain().run(&["collectstatic", "--noinput", "-v", level]).status(0).stdout(&expected);
    }
}

fn lines(action: &str) -> String {
    let files = ["src/a.txt", "more/c.txt", "src/sub/b.txt"];
    let lines: String = files.map(|file| format!("{action} 'SITE/{file}'\n")).concat();
    format!("{lines}\n3 static files copied to 'SITE/out'.\n")
}

#[test]
fn rows_65_66_74_76_deleting_copying_and_post_processing_come_in_this_order() {
    let site = hashed().file("out/old/x.txt", "x").file("out/a.txt", "older");
    let run = site.run(&["collectstatic", "--noinput", "--clear", "-v2"]).status(0);
    let (a, b) = (site.stored("a.txt"), site.stored("b.css"));
    run.stdout(&format!(
        "Deleting 'a.txt'\nDeleting 'old/x.txt'\nCopying 'SITE/src/a.txt'\nCopying 'SITE/src/b.css'\n\
         Post-processed 'a.txt' as '{a}'\nPost-processed 'b.css' as '{b}'\n\n\
         2 static files deleted, 2 static files copied to 'SITE/out', 2 post-processed.\n"
    ));
    assert!(!site.path("out/old").exists(), "an empty directory goes too (B11)");
    assert_eq!(site.read("out/a.txt"), "a");
}

#[test]
fn rows_67_71_80_a_dry_run_pretends_at_verbosity_1_and_counts() {
    let site = plain().file("out/old.txt", "x").file("out/a.txt", "older");
    let before = snapshot(&site.path("out"));
    let pretended = lines("Pretending to copy");
    site.run(&["collectstatic", "--noinput", "-n"]).status(0).stdout(&pretended);
    let replaced = pretended
        .replace("Pretending to copy 'SITE/src/a", "Pretending to delete 'a.txt'\nPretending to copy 'SITE/src/a");
    site.run(&["collectstatic", "--noinput", "-n", "-v2"]).status(0).stdout(&replaced);
    let run = site.run(&["collectstatic", "--noinput", "-nc", "-v2"]).status(0);
    assert!(run.stdout.starts_with("Pretending to delete 'a.txt'\nPretending to delete 'old.txt'\nPretending to copy"));
    assert!(run.stdout.ends_with("2 static files deleted, 3 static files copied to 'SITE/out'.\n"), "{run:?}");
    assert_eq!(snapshot(&site.path("out")), before);
}

#[test]
fn rows_68_and_69_links_are_told_of() {
    let linked = lines("Linking").replace("copied", "symlinked");
    plain().run(&["collectstatic", "--noinput", "-l", "-v2"]).status(0).stdout(&linked);
    let pretended = lines("Pretending to link").replace("copied", "symlinked");
    plain().run(&["collectstatic", "--noinput", "-ln"]).status(0).stdout(&pretended);
}

#[test]
fn rows_70_and_72_what_is_replaced_and_what_is_skipped_is_told() {
    let site = plain();
    site.collect();
    site.write("src/a.txt", "new");
    site.run(&["collectstatic", "--noinput", "-v2"]).status(0).stdout(
        "Deleting 'a.txt'\nCopying 'SITE/src/a.txt'\nSkipping 'pre/c.txt' (not modified)\n\
         Skipping 'sub/b.txt' (not modified)\n\n1 static file copied to 'SITE/out', 2 unmodified.\n",
    );
    assert_eq!(site.read("out/a.txt"), "new");
}

#[test]
fn row_72_an_unchanged_tree_names_every_file_too() {
    let site = hashed();
    site.collect();
    for _ in 0..2 {
        let run = site.run(&["collectstatic", "--noinput", "-v2"]).status(0);
        assert!(
            run.stdout.starts_with("Skipping 'a.txt' (not modified)\nSkipping 'b.css' (not modified)\n"),
            "{run:?}"
        );
        assert!(run.stdout.ends_with("\n0 static files copied to 'SITE/out', 2 unmodified.\n"), "{run:?}");
    }
}

#[test]
fn row_75_of_two_files_winner_and_loser_are_named_unless_they_are_the_same_b16() {
    let site = plain().settings(
        "static_root = \"out\"\n[storage]\nbackend = \"file_system\"\n[[dirs]]\npath = \"src\"\n[[dirs]]\npath = \"more\"\n",
    );
    site.write("more/a.txt", "a");
    site.write("more/sub/b.txt", "other");
    let run = site.run(&["collectstatic", "--noinput", "-v2"]).status(0);
    assert!(run.stdout.contains("Found another file with the destination path 'sub/b.txt'."), "{run:?}");
    assert!(run.stdout.contains("collected: SITE/src/sub/b.txt\n  ignored: SITE/more/sub/b.txt\n"), "{run:?}");
    assert!(!run.stdout.contains("destination path 'a.txt'"), "identical content is no conflict: {run:?}");
    assert!(run.stdout.ends_with("3 static files copied to 'SITE/out', 1 skipped due to conflict.\n"), "{run:?}");
}

#[test]
fn row_77_a_hashed_file_that_is_there_is_skipped() {
    let site = hashed();
    site.collect();
    fs::remove_file(site.path("out/b.css")).expect("a plain copy goes");
    let run = site.run(&["collectstatic", "--noinput", "-v2"]).status(0);
    assert!(run.stdout.contains("\nSkipped post-processing 'a.txt'\nSkipped post-processing 'b.css'\n"), "{run:?}");
}

#[test]
fn row_79_the_summary_counts_in_the_singular_and_the_plural() {
    let one = || Site::new().file("src/a.txt", "a");
    assert_eq!(one().collect(), "1 static file copied to 'SITE/out', 1 post-processed.");
    let site = one().file("out/x", "");
    site.run(&["collectstatic", "--noinput", "--clear"])
        .status(0)
        .stdout("\n1 static file deleted, 1 static file copied to 'SITE/out', 1 post-processed.\n");
    Site::new()
        .run(&["collectstatic", "--noinput", "--link"])
        .status(0)
        .stdout("\n0 static files symlinked to 'SITE/out'.\n");
}

#[test]
fn row_84_a_style_sheet_that_is_not_utf_8_is_rewritten_all_the_same() {
    let site = hashed().file("src/l.css", b"/* caf\xe9 */ a{b:url(a.txt)}");
    site.collect();
    let stored = fs::read(site.path("out").join(site.stored("l.css"))).expect("a file");
    assert!(stored.starts_with(b"/* caf\xe9 */ a{b:url(a.") && !stored.ends_with(b"url(a.txt)}"));
}

#[test]
fn row_86_a_prefix_may_have_slashes_and_cannot_climb() {
    let site = plain();
    let with = |prefix: &str| {
        format!(
            "static_root = \"out\"\n[storage]\nbackend = \"file_system\"\n[[dirs]]\npath = \"src\"\nprefix = \"{prefix}\"\n"
        )
    };
    site.write("staticfiles.toml", with("x/y"));
    site.collect();
    assert_eq!(site.read("out/x/y/sub/b.txt"), "b");
    for prefix in ["../up", "/abs", "a//b", "."] {
        site.write("staticfiles.toml", with(prefix));
        let run = site.run(&["collectstatic", "--noinput"]).status(1);
        assert!(run.stderr.contains("staticfiles.E008"), "{run:?}");
    }
}

#[test]
fn row_87_the_first_of_a_name_is_collected() {
    let site = plain();
    site.write("src/pre/c.txt", "first");
    site.collect();
    assert_eq!(site.read("out/pre/c.txt"), "first");
}

#[test]
fn rows_88_to_92_content_decides_and_not_a_date_b10() {
    let site = plain();
    site.collect();
    // Long enough for the notes to trust what they have seen.
    std::thread::sleep(std::time::Duration::from_millis(80));
    site.collect();
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
    site.write("src/a.txt", "z");
    let file = fs::File::options().write(true).open(site.path("src/a.txt")).expect("a file");
    file.set_modified(past).expect("an old date");
    assert_eq!(site.collect(), "1 static file copied to 'SITE/out', 2 unmodified.");
    assert_eq!(site.read("out/a.txt"), "z");
    file.set_modified(std::time::SystemTime::now()).expect("a new date");
    assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 3 unmodified.");
}

#[test]
fn row_89_a_plain_copy_is_never_older_than_its_hashed_one() {
    let site = hashed();
    site.collect();
    for content in ["x", "y", "z"] {
        // With notes of an earlier run that trust the published files.
        std::thread::sleep(std::time::Duration::from_millis(80));
        site.collect();
        site.write("src/a.txt", content);
        site.collect();
        assert_eq!(site.read("out/a.txt"), content);
        assert_eq!(site.read(&format!("out/{}", site.stored("a.txt"))), content);
    }
}

#[test]
fn rows_93_and_94_links_lead_to_the_sources_and_modes_can_be_switched() {
    for site in [plain(), hashed()] {
        let copied = || {
            site.collect();
            assert!(!is_link(&site.path("out/a.txt")));
        };
        let linked = |summary: &str| {
            let run = site.run(&["collectstatic", "--noinput", "--link"]).status(0);
            assert!(run.stdout.starts_with(summary), "{run:?}");
            assert_eq!(fs::read_link(site.path("out/a.txt")).expect("a link"), site.path("src/a.txt"));
        };
        let count = if site.path("more").exists() { 3 } else { 2 };
        linked(&format!("\n{count} static files symlinked to 'SITE/out'"));
        linked("\n0 static files symlinked to 'SITE/out'");
        copied();
        linked(&format!("\n{count} static files symlinked to 'SITE/out'"));
        copied();
        site.write("src/a.txt", "edited");
        copied();
        assert_eq!(site.read("out/a.txt"), "edited");
        site.write("src/a.txt", "a");
    }
}

#[test]
fn row_94_a_broken_link_is_replaced() {
    let site = plain();
    fs::create_dir(site.path("out")).expect("a root");
    for arguments in [&["collectstatic", "--noinput", "-l"][..], &["collectstatic", "--noinput"]] {
        let _ = fs::remove_file(site.path("out/a.txt"));
        symlink("nowhere", site.path("out/a.txt")).expect("a broken link");
        site.run(arguments).status(0);
        assert_eq!(site.read("out/a.txt"), "a");
    }
    assert_eq!(site.read("src/a.txt"), "a");
}

#[test]
fn row_94_no_copy_is_written_through_a_link() {
    let site = plain();
    site.run(&["collectstatic", "--noinput", "-l"]).status(0);
    site.write("more/c.txt", "new c");
    site.collect();
    assert_eq!((site.read("src/a.txt"), site.read("more/c.txt")), ("a".to_owned(), "new c".to_owned()));
    assert!(!is_link(&site.path("out/pre/c.txt")));
}

#[test]
fn row_95_hashed_copies_and_the_manifest_are_no_links() {
    let site = hashed();
    site.run(&["collectstatic", "--noinput", "--link"]).status(0);
    assert!(is_link(&site.path("out/b.css")));
    for name in ["a.txt", "b.css"] {
        assert!(!is_link(&site.path("out").join(site.stored(name))), "{name}");
    }
    assert!(!is_link(&site.path("out/staticfiles.json")));
    let text = site.read(&format!("out/{}", site.stored("b.css")));
    assert_eq!(text, format!("b{{c:url({})}}", site.stored("a.txt")));
}

#[test]
fn rows_96_and_97_a_file_and_a_directory_in_each_others_place_are_named_b22() {
    let site = plain().file("out/pre", "");
    let run = site.run(&["collectstatic", "--noinput"]).status(1);
    assert!(run.stderr.contains("SITE/out/pre: it is a file where a directory is needed"), "{run:?}");
    let site = plain().file("out/a.txt/x", "");
    let run = site.run(&["collectstatic", "--noinput"]).status(1);
    assert!(run.stderr.contains("SITE/out/a.txt: it is a directory where a file is needed"), "{run:?}");
    let site = plain().file("out/a.txt/x", "").file("out/pre", "");
    site.run(&["collectstatic", "--noinput", "--clear"]).status(0);
    assert_eq!((site.read("out/a.txt"), site.read("out/pre/c.txt")), ("a".to_owned(), "c".to_owned()));
}

#[test]
fn rows_98_to_101_modes_are_those_of_the_settings() {
    let site = plain();
    fs::set_permissions(site.path("src/a.txt"), fs::Permissions::from_mode(0o755)).expect("a mode");
    site.collect();
    assert_eq!(mode(&site.path("out/a.txt")), 0o644, "the x bit of the source is not kept");
    let settings = site.read("staticfiles.toml");
    for (setting, file, directory) in [
        ("file_permissions_mode = \"umask\"\n", 0o640, 0o750),
        ("file_permissions_mode = 0o600\ndirectory_permissions_mode = 0o701\n", 0o600, 0o701),
    ] {
        fs::remove_dir_all(site.path("out")).expect("the root goes");
        site.write("staticfiles.toml", format!("{setting}{settings}"));
        let program = env!("CARGO_BIN_EXE_staticfiles");
        let mut command = site.command(&[]);
        let shell = std::process::Command::new("sh")
            .args(["-c", "umask 027; exec \"$0\" collectstatic --noinput", program])
            .current_dir(site.path(""))
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .output();
        command.env_clear();
        assert!(shell.expect("a shell").status.success());
        assert_eq!(mode(&site.path("out/sub/b.txt")), file, "{setting}");
        assert_eq!((mode(&site.path("out")), mode(&site.path("out/sub"))), (directory, directory), "{setting}");
    }
}

#[test]
fn row_102_a_new_file_has_the_group_of_the_static_root() {
    let site = plain();
    fs::create_dir(site.path("out")).expect("a root");
    if std::os::unix::fs::chown(site.path("out"), None, Some(65_534)).is_err() {
        crate::support::skip("the group of a directory can only be changed by root");
        return;
    }
    site.collect();
    assert_eq!(site.path("out/a.txt").metadata().expect("a file").gid(), 65_534);
}

#[test]
fn row_105_clearing_deletes_every_file_and_empty_directory() {
    let site = hashed();
    site.collect();
    for path in ["out/.gitkeep", "out/deep/er/x", "out/b.0123456789ab.css"] {
        site.write(path, "");
    }
    fs::create_dir_all(site.path("out/empty/dir")).expect("directories");
    site.run(&["collectstatic", "--noinput", "--clear"]).status(0);
    let mut left: Vec<String> = walkdir::WalkDir::new(site.path("out"))
        .min_depth(1)
        .into_iter()
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    let mut expected = vec![
        "a.txt".to_owned(),
        site.stored("a.txt"),
        "b.css".to_owned(),
        site.stored("b.css"),
        "staticfiles.json".to_owned(),
    ];
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn rows_106_and_107_clearing_removes_links_and_never_what_they_lead_to_b1() {
    let site = plain().file("outside/sub/precious.txt", "precious").file("outside/file.txt", "precious");
    fs::create_dir(site.path("out")).expect("a root");
    for (target, link) in [
        ("outside", "out/dir"),
        ("outside/file.txt", "out/file.txt"),
        ("nowhere", "out/broken"),
        ("outside/sub", "out/sub"),
    ] {
        symlink(site.path(target), site.path(link)).expect("a link");
    }
    let run = site.run(&["collectstatic", "--noinput", "--clear"]).status(0);
    run.stdout("\n4 static files deleted, 3 static files copied to 'SITE/out'.\n");
    assert_eq!(site.read("outside/sub/precious.txt"), "precious");
    assert_eq!(site.read("outside/file.txt"), "precious");
    assert!(!site.path("outside/sub/b.txt").exists(), "nothing is written through a link either");
    assert_eq!(site.read("out/sub/b.txt"), "b");
    for link in ["out/dir", "out/file.txt", "out/broken"] {
        assert!(site.path(link).symlink_metadata().is_err(), "{link}");
    }
}

#[test]
fn row_107_clearing_a_static_root_that_is_not_there_is_fine() {
    plain()
        .run(&["collectstatic", "--noinput", "--clear"])
        .status(0)
        .stdout("\n3 static files copied to 'SITE/out'.\n");
}

#[test]
fn row_109_a_dry_run_creates_nothing_and_checks_references_b17() {
    let site = hashed();
    site.run(&["collectstatic", "--noinput", "-n"]).status(0);
    assert!(!site.path("out").exists() && !site.path("cache").exists());
    site.write("src/b.css", "b{c:url(missing.png)}");
    let run = site.run(&["collectstatic", "--noinput", "-n"]).status(1);
    assert!(run.stderr.contains("b.css:1:9: `missing.png`"), "{run:?}");
}

#[test]
fn row_110_without_post_processing_the_manifest_stays() {
    let site = hashed();
    site.collect();
    let manifest = site.read("out/staticfiles.json");
    site.write("src/new.txt", "new");
    site.run(&["collectstatic", "--noinput", "--no-post-process"])
        .status(0)
        .stdout("\n1 static file copied to 'SITE/out', 2 unmodified.\n");
    assert_eq!((site.read("out/new.txt"), site.read("out/staticfiles.json")), ("new".to_owned(), manifest));
}

#[test]
fn row_110_cleared_without_post_processing_no_manifest_names_what_is_gone() {
    let site = hashed();
    site.collect();
    site.run(&["collectstatic", "--noinput", "--no-post-process", "--clear"]).status(0);
    let left: Vec<_> =
        fs::read_dir(site.path("out")).expect("a root").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn row_113_a_run_that_fails_writes_nothing() {
    let site = hashed().file("src/broken.css", "x{y:url(missing.png)}");
    let run = site.run(&["collectstatic", "--noinput"]).status(1);
    assert!(run.stderr.ends_with("; nothing was written\n"), "{run:?}");
    assert!(!site.path("out/a.txt").exists());
}

#[test]
fn row_113_a_run_that_fails_clears_nothing() {
    let site = hashed();
    site.collect();
    let before = snapshot(&site.path("out"));
    site.write("src/broken.css", "x{y:url(missing.png)}");
    site.run(&["collectstatic", "--noinput", "--clear"]).status(1);
    assert_eq!(snapshot(&site.path("out")), before);
}

#[test]
fn row_115_a_broken_manifest_blocks_neither_collecting_nor_clearing_b19() {
    for options in [&["--noinput"][..], &["--noinput", "--clear"]] {
        for broken in ["{", "[]", r#"{"version": "9", "paths": {}}"#] {
            let site = hashed().file("out/staticfiles.json", broken);
            site.run(&[&["collectstatic"], options].concat()).status(0);
            assert_eq!(site.manifest()["version"], "1.1");
        }
    }
}

#[test]
fn a_cleared_storage_keeps_the_dates_of_what_it_still_publishes() {
    let site = hashed().variable("SOURCE_DATE_EPOCH", "1000");
    site.collect();
    let manifest = site.read("out/staticfiles.json");
    let site = site.variable("SOURCE_DATE_EPOCH", "2000");
    site.run(&["collectstatic", "--noinput", "--clear"]).status(0);
    assert_eq!(site.read("out/staticfiles.json"), manifest);
}

#[test]
fn row_42_files_behind_links_are_collected_as_files() {
    let site = plain().file("elsewhere/deep/d.txt", "d").file("elsewhere/f.txt", "f");
    symlink(site.path("elsewhere/deep"), site.path("src/linked")).expect("a link to a directory");
    symlink(site.path("elsewhere/f.txt"), site.path("src/f.txt")).expect("a link to a file");
    site.collect();
    assert_eq!((site.read("out/linked/d.txt"), site.read("out/f.txt")), ("d".to_owned(), "f".to_owned()));
    assert!(!is_link(&site.path("out/linked")) && !is_link(&site.path("out/f.txt")));
}
