//! The system checks: what `check` prints for settings that are wrong, and which commands end by it.

use std::os::unix::fs::symlink;

use crate::support::Site;

/// What `check` says, errors and warnings, for settings in which `src`, `more` and an app `shop` exist.
fn checked(settings: &str) -> String {
    let site = Site::new().file("more/x", "").file("shop/static/y", "").settings(settings);
    let run = site.run(&["check"]);
    let expected = if run.stderr.contains("ERRORS:") { 1 } else { 0 };
    assert_eq!(run.status, Some(expected), "{run:?}");
    run.stdout + &run.stderr
}

#[test]
fn every_check_says_what_is_wrong_and_what_to_do() {
    let rows = [
        ("nothing", "static_root = 'out'\n[[dirs]]\npath = 'src'"),
        ("E001, a table", "[dirs]\npath = 'src'"),
        ("E001, a string", "static_root = 'out'\ndirs = 'src'"),
        ("E002", "static_root = 'src'\n[[dirs]]\npath = 'src'"),
        ("E002 with a prefix, another spelling", "static_root = 'src'\n[[dirs]]\npath = 'more/../src'\nprefix = 'x'"),
        ("E003", "[[dirs]]\npath = 'src'\nprefix = 'x/'"),
        ("W004, missing", "[[dirs]]\npath = 'nowhere'"),
        ("W004, a file", "[[dirs]]\npath = 'staticfiles.toml'"),
        ("E005, no table", "storage = 'manifest'"),
        ("E005, empty", "[storage]\nbackend = ''"),
        ("E006", "static_root = 'src/out'\n[[dirs]]\npath = 'src'"),
        ("E006, an app", "static_root = 'shop/static'\n[[apps]]\nname = 'shop'\npath = 'shop'"),
        ("E007", "static_root = '.'\n[[dirs]]\npath = 'src'"),
        ("E008", "[[dirs]]\npath = 'src'\nprefix = '../up'"),
        ("E009", "[[apps]]\nname = 'gone'\npath = 'gone'"),
        ("E010", "media_url = 'static'"),
        ("E011", "debug = true\nmedia_url = '/static/media/'"),
        ("E011 is for debug alone", "debug = false\nmedia_url = '/static/media/'"),
        ("E012", "static_root = 'out'\nmedia_root = 'more/../out'"),
        ("E013", "static_root = 'out'\nmedia_root = 'out/uploads'"),
        ("W014", "static_root = 'up/out'\nmedia_root = 'up'"),
        ("W015", "finders = ['default_storage']\nmedia_root = 'up'"),
        ("W016", "[[dirs]]\npath = 'src'\n[[dirs]]\npath = './src'"),
        ("another prefix is no W016", "[[dirs]]\npath = 'src'\n[[dirs]]\npath = 'src'\nprefix = 'x'"),
        ("W016, an app", "[[apps]]\nname = 'a'\npath = 'shop'\n[[apps]]\nname = 'b'\npath = 'shop'"),
        ("E019", "[storage]\nmanifest_location = 'src'\n[[dirs]]\npath = 'src'"),
        ("E020", "static_root = '.'\n[[apps]]\nname = 'shop'\npath = '../shop'"),
        ("a finder that is not used checks nothing", "finders = []\n[[dirs]]\npath = 'nowhere'\nprefix = 'x/'"),
        (
            "all together",
            "static_root = 'src'\nmedia_url = '/static/'\n[[dirs]]\npath = 'src'\n[[dirs]]\npath = 'no'\nprefix = 'x/'",
        ),
    ];
    let text: String = rows.iter().map(|(name, settings)| format!("# {name}\n{}\n", checked(settings))).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn a_source_behind_a_link_is_the_directory_it_leads_to() {
    let site = Site::new().settings("static_root = 'out'\n[[dirs]]\npath = 'link'");
    std::fs::create_dir(site.path("out")).expect("a root");
    symlink(site.path("out"), site.path("link")).expect("a link");
    let run = site.run(&["check"]).status(1);
    assert!(run.stderr.contains("(staticfiles.E002)"), "{run:?}");
}

#[test]
fn errors_end_a_command_and_warnings_do_not() {
    for (settings, status) in [
        ("static_root = 'out'\n[[dirs]]\npath = 'src'\nprefix = 'x/'", 1),
        ("static_root = 'out'\n[[dirs]]\npath = 'src'\n[[dirs]]\npath = 'src'", 0),
        ("static_root = 'out'\nmedia_url = 'static'\n[[dirs]]\npath = 'src'", 1),
    ] {
        let site = Site::new().file("src/a", "").settings(settings);
        let run = site.run(&["collectstatic", "--no-input"]).status(status);
        assert!(run.stderr.starts_with("System check identified some issues:\n"), "{run:?}");
        assert_eq!(site.path("out").exists(), status == 0, "{run:?}");
    }
}
