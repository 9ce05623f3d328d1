//! Table tests over what Django 6.1.3 answers.

use serde::Deserialize;
use staticfiles::settings::RewriteStyle;
use staticfiles::{CollectOptions, Resolver, Settings, StaticFiles, StaticName, StaticUrl, StoredName};

#[derive(Deserialize)]
struct HashedName {
    name: String,
    ok: String,
}

/// Django takes a file's name for a URL (B20); these rows come out otherwise here, each for the
/// reason beside it.
const DIFFERENCES: [(&str, &str); 13] = [
    (" lead.txt", "a blank is part of the name"),
    ("trail.txt ", "a blank is part of the name"),
    ("a%20b.txt", "a percent sign is a percent sign"),
    ("%41.txt", "a percent sign is a percent sign"),
    ("%2F.txt", "a percent sign is a percent sign"),
    ("d/%2F.txt", "a percent sign is a percent sign"),
    ("a#b.css", "a hash sign is part of the name"),
    ("a?b.css", "a question mark is part of the name"),
    ("a?#b.eot", "a question mark is part of the name"),
    ("a?x=1#b.eot", "a question mark is part of the name"),
    ("a#", "a hash sign is part of the name"),
    ("a?", "a question mark is part of the name"),
    ("http:foo.css", "a colon is part of the name"),
];

#[test]
fn hashed_names_are_those_of_django_where_it_takes_a_name_for_a_name() {
    let rows: Vec<HashedName> =
        serde_json::from_str(include_str!("../fixtures/django/hashed_name.json")).expect("JSON");
    let mut compared = 0;
    for HashedName { name, ok } in rows {
        let Ok(ours) = StaticName::new(&name) else { continue };
        let stored = StoredName::hashed(&ours, "4a8a08f09d37");
        let differs = DIFFERENCES.iter().any(|(known, _)| *known == name);
        assert_eq!(stored.as_str() != ok, differs, "{name:?}: {stored} here, {ok} with Django");
        compared += 1;
    }
    assert_eq!(compared, 36);
}

#[test]
fn names_that_could_leave_their_root_are_refused_on_every_system() {
    for name in [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "./a",
        "a/./b",
        "a\\b",
        "a\0b",
        "a\nb",
        "\u{7f}",
        "a\u{85}",
        "C:",
        "c:/x",
        "C:x",
        "a/c:x",
        "con",
        "CON",
        "nul.txt",
        "a/AUX.css",
        "com1",
        "LPT9.x",
        "com¹",
        "prn .txt",
        "conin$",
        "...",
        ".. ",
        "a/. /b",
        " ",
    ] {
        assert!(StaticName::new(name).is_err(), "{name:?}");
    }
    for name in
        ["a", "..x", "a..b", ".hid", "a b", "%2F", "a?b#c", "⊗", "console.css", "com10", "comx", "http:foo", "nulx"]
    {
        assert_eq!(StaticName::new(name).expect(name).as_str(), name);
    }
}

#[derive(Deserialize)]
struct Urls {
    manifest: std::collections::BTreeMap<String, String>,
    cases: Vec<UrlCase>,
}

#[derive(Deserialize)]
struct UrlCase {
    storage: String,
    strict: Option<bool>,
    debug: Option<bool>,
    base_url: Option<String>,
    name: String,
    ok: Option<String>,
}

/// The URL that follows from Django's by the one rule that differs throughout: it is
/// percent-encoded (B21).
fn encoded(url: &str) -> String {
    let (path, suffix) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let path: String = path
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "/_.-~!*()'".contains(c) => c.to_string(),
            c => c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect(),
        })
        .collect();
    path + suffix
}

#[test]
fn urls_are_those_of_django_always_encoded_b21() {
    let urls: Urls = serde_json::from_str(include_str!("../fixtures/django/url.json")).expect("JSON");
    let name = |name: &str| StaticName::new(name).expect("a name");
    let manifest: std::collections::BTreeMap<StaticName, StoredName> =
        urls.manifest.iter().map(|(key, stored)| (name(key), StoredName::plain(&name(stored)))).collect();
    let (mut same, mut differences) = (0, String::new());
    for case in urls.cases {
        let base = case.base_url.as_deref().unwrap_or("/static/");
        let Ok(static_url) = StaticUrl::new(base) else {
            assert_eq!(base, "/", "the only static URL of the table that is refused");
            continue;
        };
        let (mode, resolver) = match (&*case.storage, case.debug, case.strict) {
            ("manifest", Some(true), _) => ("debug", Resolver::plain(static_url)),
            ("manifest", _, Some(true)) => ("strict", Resolver::listed(static_url, manifest.clone(), true)),
            ("manifest", ..) => ("lenient", Resolver::listed(static_url, manifest.clone(), false)),
            _ => ("plain names", Resolver::verbatim(static_url)),
        };
        let ours = resolver.url(&case.name).ok();
        let theirs = case.ok.map(|url| if case.storage == "manifest" { encoded(&url) } else { url });
        if ours == theirs {
            same += 1;
        } else {
            let (ours, theirs) = (ours.unwrap_or("an error".into()), theirs.unwrap_or("an error".into()));
            differences += &format!("{mode}, {:?}: {ours} here, {theirs} with Django\n", case.name);
        }
    }
    assert!(same > 100, "{same}");
    insta::assert_snapshot!(differences);
}

#[derive(Deserialize)]
struct Rewrite {
    kind: String,
    js_modules: bool,
    main: String,
    input: String,
    output: Option<String>,
    hashed_name: Option<String>,
}

/// Collects one text among the files of the table: the rewritten text and its name, or the error.
fn rewritten(case: &Rewrite, files: &std::collections::BTreeMap<String, String>) -> Result<(String, String), String> {
    let directory = tempfile::TempDir::new().expect("a directory");
    let write = |name: &str, content: &str| {
        let path = directory.path().join("src").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
    };
    files.iter().for_each(|(name, content)| write(name, content));
    write(&case.main, &case.input);
    let settings = Settings::new()
        .debug(false)
        .static_root(directory.path().join("out"))
        .dir(directory.path().join("src"))
        .rewrite(|rewrite| {
            rewrite.style = RewriteStyle::Django;
            rewrite.js_modules = case.js_modules;
        });
    let static_files = StaticFiles::builder(settings).build_for_collecting().expect("static files");
    static_files.collect(&CollectOptions::new(), &|_| {}).map_err(|error| error.to_string())?;
    let out = directory.path().join("out");
    let manifest = std::fs::read(out.join("staticfiles.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let stored = manifest["paths"][&case.main].as_str().expect("a stored name").to_owned();
    Ok((std::fs::read_to_string(out.join(&stored)).expect("UTF-8"), stored))
}

#[test]
fn texts_in_the_style_of_django_are_those_of_django_where_it_is_right() {
    type Files = std::collections::BTreeMap<String, std::collections::BTreeMap<String, String>>;
    let files: Files = serde_json::from_str(include_str!("../fixtures/django/rewrite_files.json")).expect("JSON");
    let cases: Vec<Rewrite> = serde_json::from_str(include_str!("../fixtures/django/rewrite.json")).expect("JSON");
    let (mut same, mut differences) = (0, String::new());
    for case in &cases {
        let ours = rewritten(case, &files[&case.kind]);
        let theirs = case.output.clone().zip(case.hashed_name.clone());
        if ours.as_ref().ok() == theirs.as_ref() {
            same += 1;
        } else {
            let show = |text: Option<&String>| text.map_or("an error".to_owned(), |text| format!("{text:?}"));
            differences += &format!(
                "{:?}\n    Django: {}\n    here:   {}\n",
                case.input,
                show(theirs.as_ref().map(|(text, _)| text)),
                ours.as_ref().map_or_else(|error| format!("an error, {error}"), |(text, _)| format!("{text:?}"))
            );
        }
    }
    insta::assert_snapshot!(format!("{same} of {} are the same\n\n{differences}", cases.len()));
}
