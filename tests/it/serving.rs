//! `[serve]`: what the settings change about answers, over sockets and through the layer.

use std::convert::Infallible;
use std::fs;

use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use staticfiles::settings::HeaderRule;
use staticfiles::{Settings, StaticFiles};
use tower::{Layer, ServiceExt};

use crate::server::Server;
use crate::support::Site;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

async fn get(static_files: &StaticFiles, path: &str) -> Answer {
    let app = tower::service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(Full::new(bytes::Bytes::from_static(b"the application"))))
    });
    let request = Request::get(path).body(()).expect("a request");
    let response = static_files.layer().layer(app).oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// Static files in debug and in release, collected, and in release with plain names.
fn in_every_mode(settings: impl Fn(Settings) -> Settings) -> (tempfile::TempDir, Vec<(&'static str, StaticFiles)>) {
    let root = tempfile::tempdir().expect("a directory");
    let sources = root.path().join("src");
    for (name, content) in [
        ("app.css", "a{}"),
        ("js/sw.js", "self"),
        ("img/icon.ico", "icon"),
        ("robots.txt", "User-agent: *\n"),
        ("a.foo", "foo"),
    ] {
        let path = sources.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a source");
    }
    let modes = [("debug", true, "a"), ("manifest", false, "b"), ("file_system", false, "c")];
    let made = modes.map(|(mode, debug, out)| {
        let given = Settings::new().debug(debug).dir(&sources).static_root(root.path().join(out));
        let given = given.storage(|storage| {
            storage.keep_originals = mode != "manifest";
            if mode == "file_system" {
                storage.backend = staticfiles::settings::Backend::FileSystem;
            }
        });
        let static_files = StaticFiles::new(settings(given)).expect(mode);
        static_files.collect(&Default::default(), &|_| {}).expect(mode);
        static_files.reload().expect(mode);
        (mode, static_files)
    });
    (root, made.into())
}

fn root_files(settings: Settings) -> Settings {
    settings.serve(|serve| {
        let files = [("/favicon.ico", "img/icon.ico"), ("/robots.txt", "robots.txt"), ("/gone.txt", "gone.txt")];
        serve.root_files = files.map(|(path, name)| (path.to_owned(), name.to_owned())).into();
        serve.max_age = 7;
    })
}

#[tokio::test]
async fn a_root_file_is_served_at_its_path_in_every_mode() {
    let (_root, modes) = in_every_mode(root_files);
    for (mode, static_files) in &modes {
        let kept = if *mode == "debug" { "no-cache" } else { "public, max-age=7" };
        for (path, media_type, body) in
            [("/favicon.ico", "image/x-icon", "icon"), ("/robots.txt", "text/plain; charset=utf-8", "User-agent: *\n")]
        {
            let answer = get(static_files, path).await;
            assert_eq!((answer.status, &*answer.body), (StatusCode::OK, body), "{mode} {path}");
            assert_eq!(answer.header("content-type"), media_type, "{mode} {path}");
            assert_eq!(answer.header("cache-control"), kept, "{mode} {path}");
        }
        let gone = get(static_files, "/gone.txt").await;
        assert_eq!((gone.status, gone.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"), "{mode}");
        for path in ["/", "/img/icon.ico", "/favicon.ico/", "/favicon.icon"] {
            assert_eq!(get(static_files, path).await.body, "the application", "{mode} {path}");
        }
    }
}

#[tokio::test]
async fn fields_and_media_types_of_the_settings_are_sent() {
    let (_root, modes) = in_every_mode(|settings| {
        settings.serve(|serve| {
            serve
                .headers
                .push(HeaderRule::new(["js/*"], [("Service-Worker-Allowed", "/"), ("Cache-Control", "max-age=5")]));
            serve.media_types.insert("foo".to_owned(), "application/x-foo".to_owned());
            serve.cors = false;
            serve.cross_origin_resource_policy = Some(staticfiles::settings::ResourcePolicy::SameSite);
            serve.nosniff = false;
            serve.immutable_max_age = 9;
        })
    });
    for (mode, static_files) in &modes {
        let url = |name: &str| static_files.url(name).expect("a URL");
        let worker = get(static_files, &url("js/sw.js")).await;
        assert_eq!(worker.header("service-worker-allowed"), "/", "{mode}");
        // In debug a change shows at once, whatever the settings say.
        let kept = if *mode == "debug" { "no-cache" } else { "max-age=5" };
        assert_eq!(worker.header("cache-control"), kept, "{mode}");
        let css = get(static_files, &url("app.css")).await;
        assert_eq!(
            (css.header("service-worker-allowed"), css.header("access-control-allow-origin")),
            ("", ""),
            "{mode}"
        );
        assert_eq!(
            (css.header("cross-origin-resource-policy"), css.header("x-content-type-options")),
            ("same-site", "")
        );
        if *mode == "manifest" {
            assert_eq!(css.header("cache-control"), "public, max-age=9, immutable");
        }
        assert_eq!(get(static_files, &url("a.foo")).await.header("content-type"), "application/x-foo", "{mode}");
    }
}

#[tokio::test]
async fn another_path_than_that_of_the_static_url_is_served() {
    for (url, path, request, expected) in [
        ("https://cdn.example.com/", None, "/static/app.css", "the application"),
        ("https://cdn.example.com/", Some("/static/"), "/static/app.css", "a{}"),
        ("https://cdn.example.com/static/", None, "/static/app.css", "a{}"),
        ("https://cdn.example.com/", Some("/"), "/app.css", "a{}"),
        ("https://cdn.example.com/", Some("/"), "/", "not found\n"),
        ("/static/", Some("/assets"), "/assets/app.css", "a{}"),
        ("/static/", Some("/assets"), "/static/app.css", "the application"),
    ] {
        let (_root, modes) =
            in_every_mode(|settings| settings.static_url(url).serve(|serve| serve.path = path.map(str::to_owned)));
        for (mode, static_files) in modes.iter().filter(|(mode, _)| *mode != "manifest") {
            assert_eq!(get(static_files, request).await.body, expected, "{mode} {url} {path:?} {request}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn in_debug_links_stay_within_the_directory_of_their_finder() {
    use std::os::unix::fs::symlink;

    let root = tempfile::tempdir().expect("a directory");
    let path = |name: &str| root.path().join(name);
    fs::create_dir_all(path("vendor/dist/css")).expect("a directory");
    fs::write(path("vendor/secret.txt"), "secret").expect("a file");
    fs::write(path("vendor/dist/css/a.css"), "a{}").expect("a file");
    symlink(path("vendor/secret.txt"), path("vendor/dist/out.txt")).expect("a link");
    symlink(path("vendor"), path("vendor/dist/up")).expect("a link");
    symlink(path("vendor/dist/css"), path("vendor/dist/in")).expect("a link");
    // The directory of the settings may be a link itself.
    symlink(path("vendor/dist"), path("vendor/lib")).expect("a link");
    for follow_links in [false, true] {
        let settings = Settings::new().debug(true).dir_with_prefix("lib", path("vendor/lib"));
        let static_files = StaticFiles::new(settings.serve(|serve| serve.follow_links = follow_links)).expect("built");
        for (name, is_inside) in
            [("lib/css/a.css", true), ("lib/in/a.css", true), ("lib/out.txt", false), ("lib/up/secret.txt", false)]
        {
            let status = get(&static_files, &format!("/static/{name}")).await.status;
            let expected = if is_inside || follow_links { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(status, expected, "{name} {follow_links}");
        }
    }
}

#[test]
fn a_root_file_that_was_not_collected_is_told_of() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (root, _) = in_every_mode(|settings| settings);
    let ear = told.clone();
    let settings = root_files(Settings::new().debug(false).static_root(root.path().join("b")));
    let builder =
        StaticFiles::builder(settings).on_trouble(move |text| ear.lock().expect("a lock").push(text.to_owned()));
    builder.build().expect("built");
    assert_eq!(
        *told.lock().expect("a lock"),
        ["serve.root_files: `gone.txt` is not in the manifest; run `collectstatic`"]
    );
}

#[tokio::test]
async fn answers_are_counted_by_their_kind() {
    let (_root, modes) = in_every_mode(root_files);
    for (mode, static_files) in &modes {
        let url = static_files.url("app.css").expect("a URL");
        let etag = get(static_files, &url).await.header("etag").to_owned();
        for (method, path, field) in [
            ("GET", "/favicon.ico", ""),
            ("HEAD", url.as_str(), ""),
            ("GET", &url, &*etag),
            ("GET", "/static/gone", ""),
            ("GET", "/static/%zz", ""),
            ("POST", &url, ""),
            ("GET", "/of/the/application", ""),
        ] {
            let app = tower::service_fn(async |_: Request<()>| {
                Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::default()))
            });
            let request = Request::builder().method(method).uri(path).header("if-none-match", field);
            let request = request.body(()).expect("a request");
            static_files.layer().layer(app).oneshot(request).await.expect("infallible");
        }
        let counters = static_files.counters();
        let texts = "not found\n".len() * 2 + "method not allowed\n".len();
        assert_eq!((counters.requests, counters.whole, counters.not_modified), (7, 3, 1), "{mode}: {counters:?}");
        assert_eq!((counters.not_found, counters.other, counters.partial), (2, 1, 0), "{mode}: {counters:?}");
        assert_eq!(counters.bytes, ("a{}".len() + "icon".len() + texts) as u64, "{mode}: {counters:?}");
    }
}

/// What is said of requests, a line each.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn an_event_tells_of_each_answer() {
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("a lock").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false).without_time();
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let (_root, modes) = in_every_mode(root_files);
    let _guard = tracing::subscriber::set_default(subscriber);
    for (_, static_files) in &modes {
        lines.0.lock().expect("a lock").clear();
        get(static_files, "/favicon.ico").await;
        get(static_files, "/static/go%6Ee").await;
        get(static_files, "/of/the/application").await;
        let text = String::from_utf8(lines.0.lock().expect("a lock").clone()).expect("text");
        let told: Vec<_> = text.lines().filter(|line| line.contains("static file")).collect();
        assert_eq!(told.len(), 2, "{text}");
        assert!(told[0].contains("name=\"img/icon.ico\" status=200 coding=\"identity\" bytes=4"), "{text}");
        assert!(told[1].contains("name=\"gone\" status=404"), "{text}");
    }
}

#[test]
fn wrong_settings_are_named() {
    for (toml, problem) in [
        ("max_ages = 1", "unknown key `max_ages` in [serve]; did you mean `max_age`?"),
        ("memory = \"64 apples\"", "a text such as \"64MiB\""),
        ("cross_origin_resource_policy = \"none\"", "\"same-origin\" or false"),
        ("path = \"static\"", "serve.path is \"static\": it has to be a path"),
        ("path = \"https://a/b\"", "serve.path is"),
        ("media_types = { foo = \"foo\" }", "is no media type"),
        ("headers = [{ file = \"*.js\" }]", "unknown key `file` in [serve.headers]; did you mean `files`?"),
        ("headers = [{ headers = { \"Content-Length\" = \"1\" } }]", "Content-Length cannot be set"),
        ("root_files = { \"favicon.ico\" = \"a.ico\" }", "\"favicon.ico\" is no path of a file"),
        ("root_files = { \"/a.ico\" = \"../a.ico\" }", "serve.root_files: \"/a.ico\": "),
        ("root_files = { \"/static/a.ico\" = \"a.ico\" }", "lies below the path of static files"),
    ] {
        let site = Site::new().settings(&format!("static_root = \"out\"\n[serve]\n{toml}\n"));
        let run = site.run(&["check"]).status(1);
        assert!(run.stderr.contains(problem), "{toml}: {run:?}");
    }
}

#[test]
fn the_program_serves_root_files_before_anything_else() {
    let toml = "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[serve]\nmemory = \"1MiB\"\n\
                cross_origin_resource_policy = false\n\
                [serve.root_files]\n\"/.well-known/security.txt\" = \"security.txt\"\n\
                [[serve.headers]]\nfiles = \"*.txt\"\nheaders = { \"X-Own\" = \"1\" }\n";
    let site = Site::new().settings(toml).file("src/security.txt", "Contact: x\n");
    site.collect();
    for command in ["serve", "runserver"] {
        let answer = Server::start(&site, command).get("/.well-known/security.txt");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("Contact: x\n"), "{command}: {answer}");
        assert!(answer.contains("x-own: 1") && !answer.contains("resource-policy"), "{command}: {answer}");
    }
}
