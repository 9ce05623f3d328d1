//! The HTTP rules of `docs/http.md`, asked of the service: through both look-ups where they agree.

mod codings;
mod ranges;

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;
use tower_layer::Layer;

use super::{LivePolicy, Lookup, Paths, Policy, StaticFilesLayer};
use crate::finders::{DirectoryFinder, Finder, Finders};
use crate::manifest::{FileRecord, Manifest, integrity_of};
use crate::name::{StaticName, StoredName};
use crate::storage::{Content, FileSystemStorage, MemoryStorage, Storage};
use crate::trouble::OnTrouble;

const CSS: &[u8] = b"a { color: red }\n";
const SINCE: u64 = 784_111_777;

/// Files that are served by their plain names.
const FILES: &[(&str, &[u8])] =
    &[("css/app.css", CSS), ("img/a b.png", b"png"), ("img/+.png", b"plus"), ("\u{e9}.txt", b"e"), ("empty.txt", b"")];

type Lines<'a> = &'a [(&'static str, &'a str)];

#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

fn name(name: &str) -> StaticName {
    StaticName::new(name).expect(name)
}

fn record(of: &StaticName, content: &[u8]) -> FileRecord {
    let (size, integrity) = integrity_of(content).expect("bytes can be read");
    FileRecord::new(of.clone(), size, integrity, SINCE)
}

/// A manifest of these files, each under its plain name and as `<stem>.0123456789ab.<extension>`.
fn publish(storage: &dyn Storage, files: &[(&str, &[u8])]) -> Manifest {
    let mut manifest = Manifest::default();
    for (file, content) in files {
        let name = name(file);
        let (plain, hashed) = (StoredName::plain(&name), StoredName::hashed(&name, "0123456789ab"));
        for stored in [&plain, &hashed] {
            storage.write(stored.as_name(), &Content::Bytes(Bytes::copy_from_slice(content))).expect("a write");
        }
        manifest.files.insert(plain, record(&name, content));
        manifest.files.insert(hashed.clone(), record(&name, content).immutable());
        manifest.paths.insert(name, hashed);
    }
    manifest
}

fn live(root: &Path, policy: LivePolicy) -> Lookup {
    Lookup::live(Finders::new([Arc::new(DirectoryFinder::new(root)) as Arc<dyn Finder>]), policy, &Policy::default())
}

/// [`FILES`] in release: from memory, from `static` in a directory; and live.
fn lookups() -> (tempfile::TempDir, [(&'static str, Lookup); 4]) {
    let root = tempfile::tempdir().expect("a directory");
    let memory = Arc::new(MemoryStorage::new());
    let in_memory = publish(&*memory, FILES);
    let static_root = root.path().join("static");
    let disk = Arc::new(FileSystemStorage::new(&static_root));
    let on_disk = publish(&*disk, FILES);
    let lookups = [
        ("memory", Lookup::index(&in_memory, memory, &Policy::default())),
        ("disk", Lookup::index(&on_disk, disk, &Policy::default())),
        ("debug", live(&static_root, LivePolicy::NoCache)),
        ("file_system", live(&static_root, LivePolicy::Plain { max_age: 60 })),
    ];
    (root, lookups)
}

async fn send(lookup: &Lookup, method: Method, path: &str, lines: Lines<'_>) -> Reply {
    let app = tower::service_fn(|request: Request<()>| async move {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("app {}", request.uri().path())))))
    });
    let service = StaticFilesLayer::new(Paths::below("/static/"), Arc::new(lookup.clone()), Arc::default()).layer(app);
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let response = service.oneshot(request.body(()).expect("a request")).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let exact = body.size_hint().exact();
    let body = body.collect().await.expect("a body").to_bytes();
    assert_eq!(exact, Some(body.len() as u64), "the size that was said is the size that was sent");
    Reply { status: parts.status, headers: parts.headers, body }
}

async fn get(lookup: &Lookup, path: &str) -> Reply {
    send(lookup, Method::GET, path, &[]).await
}

fn listen(lookup: Lookup) -> (Lookup, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    let tell = move |text: &str| ear.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    (lookup.on_trouble(OnTrouble::new(tell)), heard)
}

fn heard(events: &Mutex<Vec<String>>) -> Vec<String> {
    events.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[tokio::test]
async fn a_file_is_served_with_its_fields() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        // Twice: from the disk, and from what is remembered of it.
        for _ in 0..2 {
            let reply = get(lookup, "/static/css/app.css?v=1").await;
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, CSS), "{which}");
            assert_eq!(reply.header("content-type"), "text/css; charset=utf-8", "{which}");
            assert_eq!(reply.header("content-length"), CSS.len().to_string(), "{which}");
            assert_eq!(reply.header("vary"), "Accept-Encoding", "{which}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{which}");
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{which}");
            assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin", "{which}");
            assert!(reply.headers.contains_key("last-modified"), "{which}");
        }
        let reply = get(lookup, "/static/img/a%20b.png").await;
        assert_eq!((reply.header("content-type"), reply.header("vary")), ("image/png", ""), "{which}");
    }
}

#[tokio::test]
async fn every_look_up_gives_the_same_content_the_same_tag() {
    let (_root, lookups) = lookups();
    let mut tags = Vec::new();
    for (_, lookup) in &lookups {
        tags.push(get(lookup, "/static/css/app.css").await.header("etag").to_owned());
    }
    assert!(tags[0].len() == 24 && tags[0].starts_with('"') && tags[0].ends_with('"'), "{tags:?}");
    assert!(tags.iter().all(|tag| *tag == tags[0]), "{tags:?}");
}

#[tokio::test]
async fn caching_is_by_the_kind_of_name_and_the_mode() {
    const IMMUTABLE: &str = "public, max-age=31536000, immutable";
    const MINUTE: &str = "public, max-age=60";

    let (_root, lookups) = lookups();
    let expected = [(MINUTE, IMMUTABLE), (MINUTE, IMMUTABLE), ("no-cache", "no-cache"), (MINUTE, MINUTE)];
    for ((which, lookup), (plain, hashed)) in lookups.iter().zip(expected) {
        assert_eq!(get(lookup, "/static/css/app.css").await.header("cache-control"), plain, "{which}");
        assert_eq!(get(lookup, "/static/css/app.0123456789ab.css").await.header("cache-control"), hashed, "{which}");
    }
}

#[tokio::test]
async fn the_date_is_the_records() {
    let (_root, lookups) = lookups();
    let reply = get(&lookups[1].1, "/static/css/app.css").await;
    assert_eq!(reply.header("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

#[tokio::test]
async fn paths_are_decoded_once() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for (path, body) in [
            ("/static/img/a%20b.png", &b"png"[..]),
            ("/static/img/+.png", b"plus"),
            ("/static/img/%2B.png", b"plus"),
            ("/static/%C3%A9.txt", b"e"),
            ("/static/css%2Fapp.css", CSS),
            ("/static/empty.txt", b""),
        ] {
            let reply = get(lookup, path).await;
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, body), "{which} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_no_file_is_not_found_and_not_stored() {
    let (root, lookups) = lookups();
    fs::write(root.path().join("secret.txt"), "secret").expect("a file");
    let long = format!("/static/{}.css", "x".repeat(5000));
    for (which, lookup) in &lookups {
        for path in [
            "/static/",
            "/static/css",
            "/static/css/",
            "/static/css/app.css/",
            "/static//css/app.css",
            "/static/css//app.css",
            "/static/./css/app.css",
            "/static/css/../css/app.css",
            "/static/../secret.txt",
            "/static/%2e%2e/secret.txt",
            "/static/..%2fsecret.txt",
            "/static/..%5csecret.txt",
            "/static/css%5capp.css",
            "/static/css/app.css%00",
            "/static/C:/x",
            "/static/%zz",
            "/static/css/app.css%4",
            "/static/%ff",
            "/static/img/a%2520b.png",
            "/static/img/a+b.png",
            "/static/missing.css",
            &long,
        ] {
            for method in [Method::GET, Method::POST, Method::OPTIONS, Method::HEAD] {
                let reply = send(lookup, method.clone(), path, &[]).await;
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{which} {method} {path}");
                assert_eq!(reply.header("cache-control"), "no-store");
                assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
                assert_eq!(reply.header("content-length"), "10");
                assert_eq!(reply.header("x-content-type-options"), "nosniff");
                let body: &[u8] = if method == Method::HEAD { b"" } else { b"not found\n" };
                assert_eq!(&reply.body[..], body);
            }
        }
    }
}

#[tokio::test]
async fn what_is_outside_the_prefix_is_the_applications() {
    let (_root, lookups) = lookups();
    for (_, lookup) in &lookups {
        for path in
            ["/", "/static", "/statics/app.css", "//static/css/app.css", "/x/static/css/app.css", "/STATIC/css/app.css"]
        {
            let reply = send(lookup, Method::POST, path, &[]).await;
            assert_eq!(reply.body, format!("app {path}"));
            assert!(reply.headers.is_empty(), "{:?}", reply.headers);
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        let get = get(lookup, "/static/css/app.css").await;
        let head = send(lookup, Method::HEAD, "/static/css/app.css", &[]).await;
        assert_eq!((head.status, &head.body[..]), (StatusCode::OK, &b""[..]), "{which}");
        assert_eq!(head.headers, get.headers, "{which}");
    }
}

#[tokio::test]
async fn other_methods_are_told_which_are_allowed() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        let options = send(lookup, Method::OPTIONS, "/static/css/app.css", &[]).await;
        assert_eq!(
            (options.status, options.header("allow")),
            (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS"),
            "{which}"
        );
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let reply = send(lookup, method, "/static/css/app.css", &[("if-none-match", "*")]).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{which}");
            assert_eq!((reply.header("allow"), reply.header("cache-control")), ("GET, HEAD, OPTIONS", "no-store"));
        }
    }
}

#[tokio::test]
async fn a_client_that_has_the_content_gets_304_without_content_fields() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        let first = get(lookup, "/static/css/app.css").await;
        for method in [Method::GET, Method::HEAD] {
            for line in [("if-none-match", first.header("etag")), ("if-modified-since", first.header("last-modified"))]
            {
                let reply = send(lookup, method.clone(), "/static/css/app.css", &[line]).await;
                assert_eq!((reply.status, reply.body.len()), (StatusCode::NOT_MODIFIED, 0), "{which} {line:?}");
                let fields =
                    ["etag", "vary", "cache-control", "access-control-allow-origin", "cross-origin-resource-policy"];
                for field in fields {
                    assert_eq!(reply.header(field), first.header(field), "{which} {field}");
                }
                assert_eq!(reply.headers.len(), fields.len(), "{which} {:?}", reply.headers);
            }
        }
    }
}

#[tokio::test]
async fn a_condition_that_fails_is_412() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for line in [("if-match", "\"other\""), ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")] {
            let reply = send(lookup, Method::GET, "/static/css/app.css", &[line]).await;
            assert_eq!((reply.status, reply.body.len()), (StatusCode::PRECONDITION_FAILED, 0), "{which}");
            assert_eq!(reply.header("cache-control"), "no-store", "{which}");
        }
    }
}

#[tokio::test]
async fn only_what_the_manifest_lists_exists() {
    let (root, lookups) = lookups();
    for stray in ["staticfiles.json", "css/app.css.gz", ".env", "stray.0123456789ab.css"] {
        fs::write(root.path().join("static").join(stray), "x").expect("a file");
        assert_eq!(get(&lookups[1].1, &format!("/static/{stray}")).await.status, StatusCode::NOT_FOUND, "{stray}");
    }
}

#[tokio::test]
async fn a_name_that_looks_hashed_is_not_immutable_by_its_looks() {
    let storage = Arc::new(MemoryStorage::new());
    let manifest = publish(&*storage, &[("jquery-validate.js", b"1"), ("app.0123456789cd.css", b"2")]);
    let lookup = Lookup::index(&manifest, storage, &Policy { plain_max_age: 5, ..Policy::default() });
    for path in ["/static/jquery-validate.js", "/static/app.0123456789cd.css"] {
        assert_eq!(get(&lookup, path).await.header("cache-control"), "public, max-age=5");
    }
}

#[tokio::test]
async fn an_index_answers_from_memory_once_it_has_read_and_under_hashed_names_never_reads_for_head() {
    let storage = Arc::new(MemoryStorage::new());
    let manifest = publish(&*storage, FILES);
    let lookup = Lookup::index(&manifest, storage.clone(), &Policy::default());
    get(&lookup, "/static/css/app.css").await;
    for stored in manifest.files.keys() {
        storage.delete(stored.as_name()).expect("a file");
    }
    assert_eq!(get(&lookup, "/static/css/app.css").await.body, CSS);
    let head = send(&lookup, Method::HEAD, "/static/empty.0123456789ab.txt", &[]).await;
    assert_eq!((head.status, head.header("content-length")), (StatusCode::OK, "0"));
}

#[tokio::test]
async fn nothing_is_kept_beyond_the_budget() {
    let storage = Arc::new(MemoryStorage::new());
    let manifest = publish(&*storage, FILES);
    let policy = Policy { memory: CSS.len() as u64 + 1, ..Policy::default() };
    let lookup = Lookup::index(&manifest, storage.clone(), &policy);
    let paths = ["/static/css/app.css", "/static/css/app.0123456789ab.css"];
    for path in paths {
        assert_eq!(get(&lookup, path).await.body, CSS);
    }
    for stored in manifest.files.keys() {
        storage.delete(stored.as_name()).expect("a file");
    }
    assert_eq!(get(&lookup, paths[0]).await.status, StatusCode::OK);
    assert_eq!(get(&lookup, paths[1]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_missing_file_is_404_and_told_once() {
    let storage = Arc::new(MemoryStorage::new());
    let manifest = publish(&*storage, FILES);
    storage.delete(&name("css/app.css")).expect("a file");
    let (lookup, events) = listen(Lookup::index(&manifest, storage, &Policy::default()));
    for _ in 0..3 {
        let reply = get(&lookup, "/static/css/app.css").await;
        assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
    }
    assert_eq!(heard(&events), ["css/app.css in memory cannot be served: entity not found"]);
}

#[tokio::test]
async fn an_immutable_file_with_other_content_is_404() {
    let big = vec![b'x'; 300 * 1024];
    for (content, other) in [(&b"abc"[..], &b"abd"[..]), (b"abc", b"abcd"), (&big, &big[1..])] {
        let root = tempfile::tempdir().expect("a directory");
        let storage = Arc::new(FileSystemStorage::new(root.path()));
        let manifest = publish(&*storage, &[("a.css", content)]);
        fs::write(root.path().join("a.0123456789ab.css"), other).expect("a file");
        let (lookup, events) = listen(Lookup::index(&manifest, storage, &Policy::default()));
        let reply = get(&lookup, "/static/a.0123456789ab.css").await;
        assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
        assert_eq!(heard(&events).len(), 1);
    }
}

#[tokio::test]
async fn a_plain_file_that_was_collected_anew_is_served_as_it_is_now() {
    let big = vec![b'x'; 300 * 1024];
    let other_big = vec![b'y'; 300 * 1024];
    for (content, other) in [(&b"abc"[..], &b"abd"[..]), (b"abc", b"abcd"), (&big, &other_big), (&big, b"small")] {
        let root = tempfile::tempdir().expect("a directory");
        let storage = Arc::new(FileSystemStorage::new(root.path()));
        let manifest = publish(&*storage, &[("a.css", content)]);
        let lookup = Lookup::index(&manifest, storage.clone(), &Policy::default());
        let another = Lookup::index(&manifest, storage.clone(), &Policy::default());
        let recorded = send(&another, Method::HEAD, "/static/a.css", &[]).await;
        storage.write(&name("a.css"), &Content::Bytes(Bytes::copy_from_slice(other))).expect("a write");
        let reply = get(&lookup, "/static/a.css").await;
        assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, other));
        assert_ne!(reply.header("etag"), recorded.header("etag"));
        assert_eq!(reply.header("cache-control"), "public, max-age=60");
        let debug = get(&live(root.path(), LivePolicy::NoCache), "/static/a.css").await;
        assert_eq!(reply.header("etag"), debug.header("etag"));
    }
}

#[tokio::test]
async fn a_large_file_is_streamed_whole() {
    let big: Vec<u8> = (0..2_000_003u32).map(|i| (i % 251) as u8).collect();
    let root = tempfile::tempdir().expect("a directory");
    let storage = Arc::new(FileSystemStorage::new(root.path()));
    let manifest = publish(&*storage, &[("big.bin", &big)]);
    for lookup in [
        Lookup::index(&manifest, storage, &Policy::default()),
        live(root.path(), LivePolicy::NoCache),
        live(root.path(), LivePolicy::Plain { max_age: 1 }),
    ] {
        for path in ["/static/big.bin", "/static/big.0123456789ab.bin", "/static/big.bin"] {
            let reply = get(&lookup, path).await;
            assert_eq!((reply.status, reply.header("content-length")), (StatusCode::OK, "2000003"));
            assert!(reply.body == big);
        }
    }
}

#[tokio::test]
async fn a_file_that_gets_shorter_while_it_is_sent_breaks_the_body_off() {
    let root = tempfile::tempdir().expect("a directory");
    fs::write(root.path().join("big.bin"), vec![1; 3_000_000]).expect("a file");
    let app =
        tower::service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) });
    let lookup = Arc::new(live(root.path(), LivePolicy::NoCache));
    let service = StaticFilesLayer::new(Paths::below("/static/"), lookup, Arc::default()).layer(app);
    let request = Request::builder().uri("/static/big.bin").body(()).expect("a request");
    let response = service.oneshot(request).await.expect("infallible");
    assert_eq!(response.headers()["content-length"], "3000000");
    fs::File::options().write(true).open(root.path().join("big.bin")).expect("it").set_len(400_000).expect("it");
    assert!(response.into_body().collect().await.is_err());
}

#[tokio::test]
async fn a_change_is_served_at_once_in_debug() {
    let root = tempfile::tempdir().expect("a directory");
    let lookup = live(root.path(), LivePolicy::NoCache);
    let mut last = String::new();
    for content in [vec![1; 3], vec![2; 3], vec![1; 300_000], vec![2; 300_000], vec![3; 300_000]] {
        fs::write(root.path().join("a.bin"), &content).expect("a file");
        let reply = get(&lookup, "/static/a.bin").await;
        assert!(reply.body == content);
        assert_ne!(reply.header("etag"), last);
        last = reply.header("etag").to_owned();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_root_is_404_unless_a_setting_allows_it() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().expect("a directory");
    fs::create_dir(outside.path().join("dir")).expect("a directory");
    fs::write(outside.path().join("dir/a.txt"), "out").expect("a file");
    let root = tempfile::tempdir().expect("a directory");
    let storage = Arc::new(FileSystemStorage::new(root.path()));
    let manifest = publish(&*storage, &[("a.txt", b"out"), ("dir/a.txt", b"out"), ("in.txt", b"out")]);
    fs::remove_file(root.path().join("a.txt")).expect("a file");
    symlink(outside.path().join("dir/a.txt"), root.path().join("a.txt")).expect("a link");
    fs::remove_dir_all(root.path().join("dir")).expect("a directory");
    symlink(outside.path().join("dir"), root.path().join("dir")).expect("a link");
    fs::write(root.path().join("target.txt"), "out").expect("a file");
    fs::remove_file(root.path().join("in.txt")).expect("a file");
    symlink("target.txt", root.path().join("in.txt")).expect("a link");

    for (follows_links, status) in [(false, StatusCode::NOT_FOUND), (true, StatusCode::OK)] {
        let policy = Policy { follows_links, ..Policy::default() };
        let finders = || Finders::new([Arc::new(DirectoryFinder::new(root.path())) as Arc<dyn Finder>]);
        for lookup in [
            Lookup::index(&manifest, storage.clone(), &policy),
            Lookup::live(finders(), LivePolicy::Plain { max_age: 60 }, &policy),
            Lookup::live(finders(), LivePolicy::NoCache, &policy),
        ] {
            for (path, status) in
                [("/static/a.txt", status), ("/static/dir/a.txt", status), ("/static/in.txt", StatusCode::OK)]
            {
                assert_eq!(get(&lookup, path).await.status, status, "{path} {policy:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_layer_fits_round_an_axum_router() {
    use axum::Router;
    use axum::routing::get;

    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        let layer = StaticFilesLayer::new(Paths::below("/static/"), Arc::new(lookup.clone()), Arc::default());
        let app = Router::new().route("/", get(|| async { "home" })).fallback(|| async { "fallback" }).layer(layer);
        for (path, expected) in
            [("/", &b"home"[..]), ("/x", b"fallback"), ("/static/css/app.css", CSS), ("/static/x", b"not found\n")]
        {
            let request = Request::builder().uri(path).body(axum::body::Body::empty()).expect("a request");
            let response = app.clone().oneshot(request).await.expect("infallible");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            assert_eq!(&body[..], expected, "{which} {path}");
        }
    }
}
