//! The layer around an axum application, and the program's two servers over real sockets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt;
use staticfiles::{Settings, StaticFiles};
use tower::ServiceExt;

use crate::support::Site;

fn site() -> Site {
    Site::new().file("src/css/app.css", "a{b:url(../x.svg)}").file("src/x.svg", "<svg/>").file("src/a b.txt", "blank")
}

/// What the application answers at `path`: status, a field, the body.
async fn answer(app: &Router, method: &str, path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let response = app.clone().oneshot(request).await.expect("no error is possible");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a whole body").to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

fn app(static_files: &StaticFiles) -> Router {
    Router::new()
        .route("/", get(|| async { "home" }))
        .route("/staticx", get(|| async { "not static" }))
        .fallback(|| async { (StatusCode::NOT_FOUND, "the application's page") })
        .layer(static_files.layer())
}

fn settings(site: &Site) -> Settings {
    Settings::new().static_root(site.path("out")).dir(site.path("src"))
}

#[tokio::test]
async fn in_release_an_axum_application_serves_what_was_collected() {
    let site = site();
    site.collect();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("collected");
    let app = app(&static_files);
    let url = static_files.url("css/app.css").expect("collected");
    assert_eq!(url, format!("/static/{}", site.stored("css/app.css")));
    let (status, headers, body) = answer(&app, "GET", &url).await;
    assert_eq!((status, &*body), (StatusCode::OK, &*format!("a{{b:url(../{})}}", site.stored("x.svg"))));
    assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let (_, headers, body) = answer(&app, "GET", "/static/a%20b.txt").await;
    assert_eq!((&headers[header::CACHE_CONTROL], &*body), (&"public, max-age=60".parse().expect("a value"), "blank"));
    for (path, expected) in [
        ("/", (StatusCode::OK, "home")),
        ("/staticx", (StatusCode::OK, "not static")),
        ("/static", (StatusCode::NOT_FOUND, "the application's page")),
        ("/other", (StatusCode::NOT_FOUND, "the application's page")),
        ("/static/nope.css", (StatusCode::NOT_FOUND, "not found\n")),
        ("/static/staticfiles.json", (StatusCode::NOT_FOUND, "not found\n")),
        ("/static/", (StatusCode::NOT_FOUND, "not found\n")),
    ] {
        let (status, _, body) = answer(&app, "GET", path).await;
        assert_eq!((status, &*body), expected, "{path}");
    }
}

#[tokio::test]
async fn in_debug_an_edit_shows_at_the_next_request() {
    let site = site();
    let static_files = StaticFiles::new(settings(&site).debug(true)).expect("no manifest is needed");
    let app = app(&static_files);
    assert_eq!(static_files.url("css/app.css").expect("any name"), "/static/css/app.css");
    let (_, before, body) = answer(&app, "GET", "/static/css/app.css").await;
    assert_eq!((&before[header::CACHE_CONTROL], &*body), (&"no-cache".parse().expect("a value"), "a{b:url(../x.svg)}"));
    site.write("src/css/app.css", "a{b:url(../X.svg)}");
    let (_, after, body) = answer(&app, "GET", "/static/css/app.css").await;
    assert_eq!(body, "a{b:url(../X.svg)}");
    assert_ne!(before[header::ETAG], after[header::ETAG]);
}

#[tokio::test]
async fn a_new_collection_is_served_after_a_reload_and_the_old_names_stay() {
    let site = site();
    site.collect();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("collected");
    let app = app(&static_files);
    let old = static_files.url("css/app.css").expect("collected");
    let (_, _, old_body) = answer(&app, "GET", &old).await;
    site.write("src/x.svg", "<svg>2</svg>");
    site.collect();
    assert_eq!(answer(&app, "GET", "/static/x.svg").await.2, "<svg>2</svg>", "a plain name is never stale or broken");
    static_files.reload().expect("a manifest");
    let new = static_files.url("css/app.css").expect("collected");
    assert_ne!(new, old);
    assert_eq!(answer(&app, "GET", &new).await.0, StatusCode::OK);
    assert_eq!(answer(&app, "GET", &old).await.2, old_body, "a page from before the deploy keeps working");
}

#[tokio::test]
async fn a_plain_name_is_one_thing_to_get_head_and_conditions_when_its_file_is_newer_than_the_manifest() {
    let site = site();
    site.collect();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("collected");
    let app = app(&static_files);
    let old = answer(&app, "HEAD", "/static/css/app.css").await.1[header::ETAG].clone();
    // HEAD has read the file; the other one was never asked for.
    site.write("src/x.svg", "<svg>longer</svg>");
    site.collect();
    let (_, get, _) = answer(&app, "GET", "/static/x.svg").await;
    let (_, head, _) = answer(&app, "HEAD", "/static/x.svg").await;
    assert_eq!(
        (&head[header::ETAG], &head[header::CONTENT_LENGTH]),
        (&get[header::ETAG], &get[header::CONTENT_LENGTH])
    );
    let conditional = |tag: axum::http::HeaderValue| {
        let request = Request::get("/static/x.svg").header(header::IF_NONE_MATCH, tag).body(Body::empty());
        app.clone().oneshot(request.expect("a request"))
    };
    assert_eq!(conditional(get[header::ETAG].clone()).await.expect("an answer").status(), StatusCode::NOT_MODIFIED);
    assert_eq!(conditional(old).await.expect("an answer").status(), StatusCode::OK);
    std::fs::remove_file(site.path("out/x.svg")).expect("it was there");
    assert_eq!(answer(&app, "HEAD", "/static/x.svg").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_large_hashed_file_that_was_altered_is_not_served() {
    let site = site().file("src/big.bin", vec![1; 400_000]);
    site.collect();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("collected");
    let (app, url) = (app(&static_files), static_files.url("big.bin").expect("collected"));
    assert_eq!(answer(&app, "GET", &url).await.0, StatusCode::OK);
    site.write(&format!("out/{}", site.stored("big.bin")), vec![2; 400_000]);
    assert_eq!(answer(&app, "GET", &url).await.0, StatusCode::NOT_FOUND);
}

#[test]
fn a_manifest_of_django_is_served_with_records_made_for_it() {
    let site = Site::new()
        .file("out/a.txt", "x")
        .file("out/a.9dd4e461268c.txt", "x")
        .file("out/staticfiles.json", r#"{"paths": {"a.txt": "a.9dd4e461268c.txt"}, "version": "1.1", "hash": "x"}"#);
    let server = Server::start(&site, "serve");
    let answer = server.get("/static/a.9dd4e461268c.txt");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("immutable") && answer.ends_with("\r\n\r\nx"),
        "{answer}"
    );
}

#[test]
fn an_unknown_name_is_an_error_with_the_nearest_when_strict() {
    let site = site();
    site.collect();
    let url = |strict| {
        let settings = settings(&site).debug(false).storage(|storage| storage.manifest_strict = strict);
        StaticFiles::new(settings).expect("collected").url("css/ap.css").map_err(|error| error.to_string())
    };
    assert_eq!(url(true), Err("`css/ap.css` is not in the manifest; did you mean `css/app.css`?".to_owned()));
    assert_eq!(url(false), Ok("/static/css/ap.css".to_owned()));
}

#[test]
fn before_the_first_collection_a_url_is_an_error_that_says_so() {
    let site = site();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("no manifest is no error yet");
    let error = static_files.url("css/app.css").expect_err("nothing was collected").to_string();
    assert!(
        error.ends_with("cannot be used: there is none yet that lists `css/app.css`; run `collectstatic`"),
        "{error}"
    );
}

#[test]
fn templates_name_files_and_a_missing_one_fails_the_render() {
    let site = site();
    site.collect();
    let static_files = StaticFiles::new(settings(&site).debug(false)).expect("collected");
    let mut environment = minijinja::Environment::new();
    staticfiles::templates::minijinja::add_to_env(&mut environment, &static_files);
    environment.add_template("page.html", "<link href=\"{{ static('css/app.css?a=1&b=2') }}\">").expect("a template");
    environment.add_template("bad.html", "{{ static('css/ap.css') }}").expect("a template");
    let render = |name: &str| environment.get_template(name).expect("it is there").render(());
    let page = render("page.html").expect("rendered");
    assert_eq!(page, format!("<link href=\"/static/{}?a=1&amp;b=2\">", site.stored("css/app.css")));
    let error = render("bad.html").expect_err("a missing name");
    assert!(error.to_string().contains("did you mean `css/app.css`?"), "{error}");
}

/// A running server of the program.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(site: &Site, command: &str) -> Self {
        let mut command = site.command(&[command, "127.0.0.1:0"]);
        Self::spawn(command.stderr(Stdio::null()))
    }

    /// Starts a server that prints its address on standard output, and waits for it.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = lines.map_while(Result::ok).find(|line| line.contains("http://")).unwrap_or_default();
        let address =
            line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
        assert!(!address.is_empty(), "{line:?}");
        Self { child, address }
    }

    fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("a request");
        stream
    }

    /// The whole answer to a GET.
    pub(crate) fn get(&self, path: &str) -> String {
        self.ask("GET", path)
    }

    /// The whole answer to a request.
    pub(crate) fn ask(&self, method: &str, path: &str) -> String {
        Self::ask_at(&self.address, method, path)
    }

    /// The whole answer of another server.
    pub(crate) fn ask_at(address: &str, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn runserver_serves_the_sources_and_nothing_else() {
    let site = site();
    let server = Server::start(&site, "runserver");
    let answer = server.get("/static/css/app.css");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("cache-control: no-cache"), "{answer}");
    assert!(answer.ends_with("a{b:url(../x.svg)}"), "{answer}");
    assert!(server.get("/").starts_with("HTTP/1.1 404"));
}

#[test]
fn runserver_serves_no_static_files_with_debug_off_unless_told_to() {
    let site = site();
    for (debug, arguments, expected) in [
        ("debug = false", &["runserver", "127.0.0.1:0"][..], "404"),
        ("debug = false", &["runserver", "127.0.0.1:0", "--insecure"], "200"),
        ("debug = true", &["runserver", "127.0.0.1:0", "--nostatic"], "404"),
    ] {
        site.write("staticfiles.toml", format!("{debug}\n[[dirs]]\npath = \"src\"\n"));
        let server = Server::spawn(site.command(arguments).stderr(Stdio::null()));
        let answer = server.get("/static/css/app.css");
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{arguments:?}: {answer}");
    }
}

#[test]
fn serve_ends_on_sigterm_after_the_open_answers() {
    let site = site().file("src/large.bin", vec![1; 40_000_000]);
    site.collect();
    let mut server = Server::start(&site, "serve");
    let mut stream = server.connect("GET /static/large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut head = [0; 1000];
    stream.read_exact(&mut head).expect("the answer has begun");
    let killed = std::process::Command::new("kill").arg(server.child.id().to_string()).status();
    assert!(killed.expect("kill runs").success());
    std::thread::sleep(Duration::from_millis(200));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the answer goes on to its end");
    let head_length = head.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    assert_eq!(head.len() - head_length + rest.len(), 40_000_000);
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_port_in_use_is_said_in_plain_words() {
    let site = site();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let run = site.run(&["runserver", &address]);
    assert_eq!(
        run.stderr,
        format!("error: {address}: That port is already in use; stop the other program or name another port.\n")
    );
    assert_eq!(run.status, Some(1));
}

#[test]
fn in_debug_a_name_that_no_finder_has_is_told_of_once_b13() {
    let site = site();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = told.clone();
    let settings = staticfiles::Settings::new().debug(true).dir(site.path("src"));
    let builder = staticfiles::StaticFiles::builder(settings);
    let builder = builder.on_trouble(move |text| tell.lock().expect("a list").push(text.to_owned()));
    let static_files = builder.build().expect("static files");
    for name in ["css/ap.css", "css/ap.css?v=2", "css/app.css", "css/app.css#top", "css/", "/css/app.css"] {
        static_files.url(name).expect("every name has a URL in debug");
    }
    let expected = [
        "`css/ap.css` is in no finder: with debug off, its URL is an error; did you mean `css/app.css`?",
        "`/css/app.css` is in no finder: with debug off, its URL is an error; did you mean `css/app.css`?",
    ];
    assert_eq!(*told.lock().expect("a list"), expected);
}
