//! Every finder keeps the one contract, and apps are found in the order of the settings.

use std::fs;

use staticfiles::finders::{DirectoryFinder, EmbeddedFinder, Finder, FoundFile, Ignore};
use staticfiles::testing::finder_contract;
use staticfiles::{EmbeddedFiles, Settings, StaticFiles, StaticName};
use tempfile::TempDir;

/// Names that are awkward somewhere: in URLs, in patterns, for sorting.
const FILES: &[(&str, &[u8])] = &[
    ("a.css", b"a { color: red }"),
    ("a/b.css", b""),
    ("a/deep/er/x.js", b"\0\xff"),
    ("a-b.css", b"-"),
    ("sp ace/⊗ %41?#.css", b"x"),
    ("glob/[a]*.txt", b"[a]*"),
    ("glob/a.txt", b"a"),
];

fn directory() -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    for (name, bytes) in FILES {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }
    directory
}

#[test]
fn a_directory_keeps_the_contract() {
    let directory = directory();
    finder_contract(&DirectoryFinder::new(directory.path()), FILES);
    finder_contract(&DirectoryFinder::new(directory.path()).apart_from(directory.path().join("out")), FILES);
    finder_contract(&DirectoryFinder::new(directory.path().join("no/such")), &[]);
}

#[test]
fn a_directory_with_a_prefix_keeps_the_contract() {
    let directory = directory();
    for prefix in ["vendor", "vendor/a"] {
        let names: Vec<String> = FILES.iter().map(|(name, _)| format!("{prefix}/{name}")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().zip(FILES).map(|(name, (_, bytes))| (&**name, *bytes)).collect();
        finder_contract(&DirectoryFinder::new(directory.path()).prefix(prefix), &files);
    }
}

#[test]
fn embedded_files_keep_the_contract() {
    let files = EmbeddedFiles::new("theme 1.0.0", FILES.iter().rev().copied());
    finder_contract(&EmbeddedFinder::new(&files), FILES);
    finder_contract(&EmbeddedFinder::new(&EmbeddedFiles::new("nothing", [])), &[]);
}

/// The contract fails for finders that do not keep it, each for its own reason.
#[test]
fn the_contract_finds_what_is_wrong() {
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Wrong {
        Nothing,
        Size,
        FindsAll,
        IgnoresNothing,
        ListsTwice,
        Origin,
    }
    #[derive(Debug)]
    struct Mistaken(Wrong);
    impl Finder for Mistaken {
        fn find(&self, name: &StaticName) -> staticfiles::Result<Option<FoundFile>> {
            let bytes = b"abc";
            let size = if self.0 == Wrong::Size { 4 } else { 3 };
            let origin = if self.0 == Wrong::Origin { "" } else { "here" };
            let content = staticfiles::storage::Content::Bytes(bytes[..].into());
            let found = FoundFile::new(name.clone(), content, size, origin);
            Ok(Some(found).filter(|found| self.0 == Wrong::FindsAll || found.name.as_str() == "css/a.css"))
        }
        fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = staticfiles::Result<FoundFile>> + 'a> {
            let name = StaticName::new("css/a.css").expect("a name");
            let file = || self.find(&name).expect("it is found").expect("it is there");
            let times = if self.0 == Wrong::ListsTwice { 2 } else { 1 };
            let kept = self.0 == Wrong::IgnoresNothing || !ignore.leaves_out("css/a.css");
            let files: Vec<_> = (0..times).filter(|_| kept).map(|_| Ok(file())).collect();
            Box::new(files.into_iter())
        }
        fn location(&self) -> String {
            "here".to_owned()
        }
    }
    let expected: &[(&str, &[u8])] = &[("css/a.css", b"abc")];
    let keeps = |wrong| std::panic::catch_unwind(|| finder_contract(&Mistaken(wrong), expected)).is_ok();
    assert!(keeps(Wrong::Nothing));
    for wrong in [Wrong::Size, Wrong::FindsAll, Wrong::IgnoresNothing, Wrong::ListsTwice, Wrong::Origin] {
        assert!(!keeps(wrong), "{wrong:?}");
    }
}

/// Ignore patterns fit an embedded tree as they fit the same tree on a disk.
#[test]
fn embedded_files_are_ignored_like_those_of_a_directory() {
    let directory = directory();
    let on_disk = DirectoryFinder::new(directory.path());
    let embedded = EmbeddedFinder::new(&EmbeddedFiles::new("theme", FILES.iter().copied()));
    let names = |finder: &dyn Finder, pattern: &str| {
        let ignore = Ignore::new([pattern]);
        let mut names: Vec<_> = finder.list(&ignore).map(|file| file.expect("a file").name).collect();
        names.sort();
        names
    };
    let mut counts = Vec::new();
    for pattern in
        ["a", "a/deep", "a/*", "*.css", "deep", "a*", "glob/?.txt", "er/x.js", "sp ace/", "*/deep/*", "b.css"]
    {
        let expected = names(&on_disk, pattern);
        assert_eq!(names(&embedded, pattern), expected, "{pattern}");
        counts.push(expected.len());
    }
    assert_eq!(counts, [5, 6, 5, 3, 6, 2, 6, 7, 6, 6, 6]);
}

#[test]
fn an_embedded_name_that_is_none_is_said_unless_it_is_ignored() {
    let files = EmbeddedFiles::new("theme 1.0.0", [("../x", b"x" as &[u8]), ("a.css", b"a")]);
    let finder = EmbeddedFinder::new(&files);
    let listed: Vec<_> = finder.list(&Ignore::new(["a.css"])).collect();
    let [Err(error)] = &listed[..] else { panic!("{listed:?}") };
    assert!(error.to_string().starts_with("theme 1.0.0 (embedded): static/../x: "), "{error}");
    assert_eq!(finder.list(&Ignore::new(["x"])).flatten().count(), 1);
}

fn app(directory: &TempDir, name: &str, content: &str) -> staticfiles::App {
    let path = directory.path().join(name);
    fs::create_dir_all(path.join("static/css")).expect("a directory");
    fs::write(path.join("static/css/app.css"), content).expect("a file");
    staticfiles::App::new(name, path)
}

fn content(static_files: &StaticFiles, name: &str) -> Option<String> {
    let found = static_files.find(name).expect("finding works")?;
    Some(String::from_utf8(found.content.read().expect("it is readable").to_vec()).expect("UTF-8"))
}

#[test]
fn the_first_app_wins_embedded_or_not() {
    let directory = TempDir::new().expect("a temporary directory");
    let (blog, shop) = (app(&directory, "blog", "blog"), app(&directory, "shop", "shop"));
    let theme: &[(&str, &[u8])] = &[("css/app.css", b"theme"), ("css/theme.css", b"theme")];
    let theme = staticfiles::App::new("theme", directory.path().join("gone"))
        .embedded(EmbeddedFiles::new("theme 1.0.0", theme.iter().copied()));
    for (apps, expected) in
        [([&blog, &theme, &shop], "blog"), ([&theme, &blog, &shop], "theme"), ([&shop, &theme, &blog], "shop")]
    {
        let settings = Settings::new().debug(true).apps(apps.map(Clone::clone));
        let static_files = StaticFiles::new(settings).expect("static files");
        assert_eq!(content(&static_files, "css/app.css").as_deref(), Some(expected));
        assert_eq!(content(&static_files, "css/theme.css").as_deref(), Some("theme"));
        assert_eq!(static_files.check(), [], "an app that carries its files needs no folder");
    }
}

#[test]
fn an_embedded_app_is_read_from_its_folder_in_debug_alone() {
    let directory = TempDir::new().expect("a temporary directory");
    let files: &[(&str, &[u8])] = &[("css/app.css", b"embedded")];
    let blog = app(&directory, "blog", "edited").embedded(EmbeddedFiles::new("blog 0.3.1", files.iter().copied()));
    let with = |debug| StaticFiles::new(Settings::new().debug(debug).apps([blog.clone()])).expect("static files");
    assert_eq!(content(&with(true), "css/app.css").as_deref(), Some("edited"));
    let found = with(false).find("css/app.css").expect("finding works").expect("it is there");
    assert_eq!(found.content.read().expect("it is readable"), "embedded");
    assert_eq!(&*found.origin, "blog 0.3.1 (embedded): static/css/app.css");
    fs::remove_dir_all(directory.path().join("blog")).expect("the folder is removed");
    assert_eq!(content(&with(true), "css/app.css").as_deref(), Some("embedded"));
}

/// Embedded files have no fingerprint: what changed is known by the bytes alone.
#[test]
fn embedded_files_are_collected_when_they_changed() {
    let directory = TempDir::new().expect("a temporary directory");
    let collect = |bytes: &'static [u8]| {
        let app = staticfiles::App::new("blog", directory.path().join("gone"));
        let app = app.embedded(EmbeddedFiles::new("blog 0.3.1", [("css/app.css", bytes)]));
        let settings = Settings::new().debug(false).static_root(directory.path().join("out")).apps([app]);
        let options = staticfiles::CollectOptions::new().cache(directory.path().join("cache"));
        let static_files = StaticFiles::new(settings).expect("static files");
        let report = static_files.collect(&options, &|_| {}).expect("collecting works");
        static_files.reload().expect("a manifest");
        let url = static_files.url("css/app.css").expect("a URL");
        let stored = url.strip_prefix("/static").map(|path| format!("out{path}")).expect("below the static URL");
        assert_eq!(fs::read(directory.path().join(stored)).expect("it is published"), bytes);
        (report.modified.len() + report.post_processed.len(), url)
    };
    let (written, first) = collect(b"a { color: red }");
    assert_eq!(written, 2);
    // Long enough for what is published to be settled, so that the notes are taken at their word.
    std::thread::sleep(std::time::Duration::from_millis(120));
    assert_eq!(collect(b"a { color: red }"), (0, first.clone()));
    assert_eq!(collect(b"a { color: red }"), (0, first.clone()));
    assert_ne!(collect(b"a { color: tan }").1, first, "of the same size");
    assert_eq!(collect(b"a { color: orange }").0, 2);
}

#[test]
fn an_app_that_is_given_twice_is_one() {
    let directory = TempDir::new().expect("a temporary directory");
    let blog = app(&directory, "blog", "blog");
    let again = staticfiles::App::new("again", directory.path().join("blog/../blog"));
    let files: &[(&str, &[u8])] = &[("css/app.css", b"embedded")];
    let carried = blog.clone().embedded(EmbeddedFiles::new("blog 0.3.1", files.iter().copied()));
    let out = directory.path().join("out");
    let settings = Settings::new().debug(false).static_root(out).apps([blog.clone(), again, carried, blog]);
    let static_files = StaticFiles::new(settings).expect("static files");
    let duplicates = std::sync::atomic::AtomicUsize::new(0);
    let count = |event: staticfiles::Event<'_>| {
        if matches!(event, staticfiles::Event::Duplicate { .. }) {
            duplicates.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    };
    static_files.collect(&staticfiles::CollectOptions::new(), &count).expect("collecting works");
    assert_eq!(duplicates.into_inner(), 0);
    assert_eq!(content(&static_files, "css/app.css").as_deref(), Some("blog"));
}

#[test]
fn an_app_that_is_gone_is_said_once() {
    let gone = || staticfiles::App::new("gone", "/no/such/app");
    let settings = Settings::new().apps([gone(), gone()]);
    let codes: Vec<_> =
        StaticFiles::new(settings).expect("static files").check().iter().map(|check| check.code).collect();
    assert_eq!(codes, ["staticfiles.E009"]);
}

/// A server answers with what a program carries as with files: whole, by its tag, and without a date
/// that nobody knows.
#[tokio::test]
async fn embedded_files_are_served() {
    use axum::body::Body;
    use axum::http::{Request, StatusCode, header};
    use tower::ServiceExt;

    let large: &'static [u8] = vec![b'x'; 300 * 1024].leak();
    let files: &[(&str, &[u8])] = &[("css/app.css", b"a {}"), ("large.txt", large)];
    let app = staticfiles::App::new("blog", "/no/such/app");
    let app = app.embedded(EmbeddedFiles::new("blog 0.3.1", files.iter().copied()));
    let static_files = StaticFiles::new(Settings::new().debug(true).apps([app])).expect("static files");
    let router = axum::Router::new().layer(static_files.layer());
    let ask = async |name: &str, tag: Option<&str>| {
        let request = Request::get(format!("/static/{name}")).header(header::IF_NONE_MATCH, tag.unwrap_or("\"other\""));
        let request = request.body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("an answer")
    };
    for (name, bytes) in files {
        let answer = ask(name, None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], bytes.len().to_string());
        assert!(!answer.headers().contains_key(header::LAST_MODIFIED));
        let tag = answer.headers()[header::ETAG].to_str().expect("a tag").to_owned();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        assert!(body == *bytes, "{name}");
        assert_eq!(ask(name, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
    }
    assert_eq!(ask("css/no.css", None).await.status(), StatusCode::NOT_FOUND);
}
