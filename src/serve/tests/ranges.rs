//! Ranges: RFC 9110 §14, through both look-ups.

use proptest::prelude::*;

use super::*;

/// 1000 bytes that tell where they stand, and more of them than are kept in memory.
fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at % 251) as u8).collect()
}

const LARGE: usize = 700_001;

/// A small, a large and an empty file in each look-up.
fn files() -> (tempfile::TempDir, Vec<(&'static str, Lookup)>) {
    let root = tempfile::tempdir().expect("a directory");
    let (small, large) = (content(1000), content(LARGE));
    let files: &[(&str, &[u8])] = &[("small.bin", &small), ("large.bin", &large), ("empty.txt", b"")];
    let memory = Arc::new(MemoryStorage::new());
    let in_memory = publish(&*memory, files);
    let disk = Arc::new(FileSystemStorage::new(root.path()));
    let on_disk = publish(&*disk, files);
    let lookups = vec![
        ("memory", Lookup::index(&in_memory, memory, &Policy::default())),
        ("disk", Lookup::index(&on_disk, disk, &Policy::default())),
        ("debug", live(root.path(), LivePolicy::NoCache)),
        ("file_system", live(root.path(), LivePolicy::Plain { max_age: 60 })),
    ];
    (root, lookups)
}

const NAMES: [(&str, usize); 4] = [
    ("/static/small.bin", 1000),
    ("/static/small.0123456789ab.bin", 1000),
    ("/static/large.bin", LARGE),
    ("/static/large.0123456789ab.bin", LARGE),
];

/// The parts of a multipart body: the range that each says it is, and its bytes.
fn parts(reply: &Reply, media_type: &str) -> Vec<(String, Bytes)> {
    let boundary = reply.header("content-type").strip_prefix("multipart/byteranges; boundary=").expect("a boundary");
    let mut rest = reply.body.clone();
    let mut parts = Vec::new();
    let mut take = |bytes: &[u8]| {
        assert!(rest.starts_with(bytes), "{:?} at {:?}", bytes, &rest[..rest.len().min(80)]);
        let _ = rest.split_to(bytes.len());
        rest.clone()
    };
    let mut line_break = "";
    loop {
        let rest = take(format!("{line_break}--{boundary}").as_bytes());
        if rest.starts_with(b"--") {
            assert_eq!(take(b"--\r\n").len(), 0, "nothing follows the last boundary");
            return parts;
        }
        let after = take(format!("\r\nContent-Type: {media_type}\r\nContent-Range: ").as_bytes());
        let end = after.windows(4).position(|window| window == b"\r\n\r\n").expect("an empty line");
        let range = String::from_utf8(after[..end].to_vec()).expect("text");
        let body = take(format!("{range}\r\n\r\n").as_bytes());
        let (first, last) = range.strip_prefix("bytes ").and_then(|range| range.split_once('-')).expect("a range");
        let last = last.split_once('/').expect("a size").0;
        let length = last.parse::<usize>().expect("a number") - first.parse::<usize>().expect("a number") + 1;
        let body = body.slice(..length);
        take(&body);
        parts.push((range, body));
        line_break = "\r\n";
    }
}

#[tokio::test]
async fn one_range_is_206_with_the_part() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        // Twice: from the disk, and from what is remembered of it.
        for (path, size) in NAMES.into_iter().chain(NAMES) {
            let whole = get(lookup, path).await;
            assert_eq!((whole.status, whole.header("accept-ranges")), (StatusCode::OK, "bytes"), "{which} {path}");
            for (field, first, last) in [
                ("bytes=0-0", 0, 0),
                ("bytes=-5", size - 5, size - 1),
                ("bytes=30-", 30, size - 1),
                ("Bytes=30-99999999", 30, size - 1),
                ("bytes=0-", 0, size - 1),
                ("bytes=500-509", 500, 509),
                ("bytes=10-19,15-29", 10, 29),
            ] {
                let reply = send(lookup, Method::GET, path, &[("range", field)]).await;
                assert_eq!(reply.status, StatusCode::PARTIAL_CONTENT, "{which} {path} {field}");
                assert_eq!(reply.header("content-range"), format!("bytes {first}-{last}/{size}"), "{which} {field}");
                assert_eq!(reply.header("content-length"), (last - first + 1).to_string(), "{which} {field}");
                assert!(reply.body == content(size)[first..=last], "{which} {path} {field}");
                for field in ["etag", "cache-control", "content-type", "last-modified", "accept-ranges"] {
                    assert_eq!(reply.header(field), whole.header(field), "{which} {field}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_malformed_or_reversed_range_is_ignored_and_so_is_any_of_head() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        for (path, size) in NAMES {
            for field in ["lines=0-1", "bytes=5-4", "bytes=", "bytes=a-b", "0-1", "bytes=0-0,x"] {
                let reply = send(lookup, Method::GET, path, &[("range", field)]).await;
                assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, size), "{which} {path} {field}");
                assert!(!reply.headers.contains_key("content-range"), "{which}");
            }
            for field in ["bytes=0-0", "bytes=99999999-"] {
                let reply = send(lookup, Method::HEAD, path, &[("range", field)]).await;
                assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0), "{which} {path} {field}");
                assert_eq!(reply.header("content-length"), size.to_string(), "{which}");
            }
        }
    }
}

#[tokio::test]
async fn an_unsatisfiable_range_is_416_with_the_size() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        for (path, size, fields) in [
            ("/static/small.bin", 1000, &["bytes=1000-", "bytes=9999-", "bytes=-0"][..]),
            ("/static/large.bin", LARGE, &["bytes=700001-"]),
            ("/static/empty.txt", 0, &["bytes=0-0", "bytes=0-", "bytes=-5"]),
        ] {
            for field in fields {
                let reply = send(lookup, Method::GET, path, &[("range", field)]).await;
                assert_eq!(reply.status, StatusCode::RANGE_NOT_SATISFIABLE, "{which} {path} {field}");
                assert_eq!(reply.header("content-range"), format!("bytes */{size}"), "{which} {path} {field}");
                assert_eq!(reply.header("cache-control"), "no-store", "{which}");
                assert_ne!(reply.header("content-type"), "application/octet-stream", "{which}");
            }
        }
    }
}

#[tokio::test]
async fn several_ranges_are_parts_in_the_order_that_was_asked() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        for (path, size) in NAMES {
            let field = format!("bytes=500-509,0-9,{}-", size - 3);
            let reply = send(lookup, Method::GET, path, &[("range", &field)]).await;
            assert_eq!(reply.status, StatusCode::PARTIAL_CONTENT, "{which} {path}");
            assert_eq!(reply.header("content-length"), reply.body.len().to_string(), "{which}");
            assert!(!reply.headers.contains_key("content-range"), "{which}");
            let all = content(size);
            let expected = [(500, 509), (0, 9), (size - 3, size - 1)].map(|(first, last)| {
                (format!("bytes {first}-{last}/{size}"), Bytes::copy_from_slice(&all[first..=last]))
            });
            assert_eq!(parts(&reply, "application/octet-stream"), expected, "{which} {path}");
        }
        // More than one chunk in a part.
        let reply = send(lookup, Method::GET, NAMES[2].0, &[("range", "bytes=0-300000,400000-600000")]).await;
        let all = content(LARGE);
        let bodies: Vec<Bytes> = parts(&reply, "application/octet-stream").into_iter().map(|(_, body)| body).collect();
        assert!(bodies[0] == all[..=300_000] && bodies[1] == all[400_000..=600_000], "{which}");
    }
}

#[tokio::test]
async fn parts_are_never_more_than_the_file() {
    let (_root, lookups) = files();
    let many: Vec<String> = (0..200).map(|at| format!("{0}-{0}", 5 * at)).collect();
    for (which, lookup) in &lookups {
        for (field, status) in [
            (format!("bytes={}", many.join(",")), StatusCode::OK),
            ("bytes=0-990,995-".to_owned(), StatusCode::OK),
            (format!("bytes={}", ["0-"; 50].join(",")), StatusCode::PARTIAL_CONTENT),
            ("bytes=0-600,300-900,500-".to_owned(), StatusCode::PARTIAL_CONTENT),
        ] {
            let reply = send(lookup, Method::GET, "/static/small.bin", &[("range", &field)]).await;
            assert_eq!((reply.status, reply.body.len()), (status, 1000), "{which} {field}");
        }
    }
}

#[tokio::test]
async fn if_range_is_a_strong_tag_or_the_very_date() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        for (path, _) in NAMES {
            let whole = get(lookup, path).await;
            let (tag, date) = (whole.header("etag"), whole.header("last-modified"));
            let weak = format!("W/{tag}");
            for (field, status) in [
                (tag, StatusCode::PARTIAL_CONTENT),
                (date, StatusCode::PARTIAL_CONTENT),
                (&weak, StatusCode::OK),
                ("\"other\"", StatusCode::OK),
                ("Sun, 06 Nov 1994 08:49:36 GMT", StatusCode::OK),
                ("nonsense", StatusCode::OK),
            ] {
                let lines = [("range", "bytes=0-0"), ("if-range", field)];
                assert_eq!(send(lookup, Method::GET, path, &lines).await.status, status, "{which} {path} {field}");
            }
        }
    }
}

#[tokio::test]
async fn conditions_come_before_the_range() {
    let (_root, lookups) = files();
    for (which, lookup) in &lookups {
        let tag = get(lookup, "/static/small.bin").await.header("etag").to_owned();
        for (lines, status) in [
            ([("range", "bytes=0-0"), ("if-none-match", &*tag)], StatusCode::NOT_MODIFIED),
            ([("range", "bytes=9999-"), ("if-none-match", &tag)], StatusCode::NOT_MODIFIED),
            ([("range", "bytes=0-0"), ("if-match", "\"x\"")], StatusCode::PRECONDITION_FAILED),
            ([("range", "bytes=0-0"), ("if-match", &tag)], StatusCode::PARTIAL_CONTENT),
        ] {
            let reply = send(lookup, Method::GET, "/static/small.bin", &lines).await;
            assert_eq!(reply.status, status, "{which} {lines:?}");
        }
    }
}

#[tokio::test]
async fn a_range_of_a_file_that_was_replaced_is_of_one_version() {
    let root = tempfile::tempdir().expect("a directory");
    let storage = Arc::new(FileSystemStorage::new(root.path()));
    let manifest = publish(&*storage, &[("large.bin", &content(LARGE))]);
    let lookup = Lookup::index(&manifest, storage.clone(), &Policy::default());
    let tag = get(&lookup, "/static/large.bin").await.header("etag").to_owned();
    let other: Vec<u8> = content(LARGE + 10).into_iter().rev().collect();
    storage.write(&name("large.bin"), &Content::Bytes(other.clone().into())).expect("a write");
    let lines = [("range", "bytes=600000-"), ("if-range", &*tag)];
    let reply = send(&lookup, Method::GET, "/static/large.bin", &lines).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body == other);
    let reply = send(&lookup, Method::GET, "/static/large.bin", &lines[..1]).await;
    assert_eq!(reply.header("content-range"), format!("bytes 600000-{}/{}", LARGE + 9, LARGE + 10));
    assert!(reply.body == other[600_000..]);
    assert_ne!(reply.header("etag"), tag);
    // Under an immutable name other bytes are damage.
    fs::write(root.path().join("large.0123456789ab.bin"), &other).expect("a file");
    let reply = send(&lookup, Method::GET, "/static/large.0123456789ab.bin", &lines[..1]).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_gets_shorter_breaks_a_range_off() {
    let root = tempfile::tempdir().expect("a directory");
    fs::write(root.path().join("big.bin"), vec![1; 3_000_000]).expect("a file");
    let app =
        tower::service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) });
    let lookup = Arc::new(live(root.path(), LivePolicy::NoCache));
    let service = StaticFilesLayer::new(Paths::below("/static/"), lookup, Arc::default()).layer(app);
    let request = Request::builder().uri("/static/big.bin").header("range", "bytes=100-2000000");
    let response = service.oneshot(request.body(()).expect("a request")).await.expect("infallible");
    assert_eq!(response.headers()["content-length"], "1999901");
    fs::File::options().write(true).open(root.path().join("big.bin")).expect("it").set_len(1_000_000).expect("it");
    assert!(response.into_body().collect().await.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_206_is_a_slice_of_the_file_whatever_is_asked(
        field in "bytes=([0-9]{0,4}-[0-9]{0,4},? ?){1,5}|bytes=[0-9,-]{0,12}",
        large in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let size = if large { 300_000 } else { 3000 };
        let all = content(size);
        let storage = Arc::new(MemoryStorage::new());
        let root = tempfile::tempdir().expect("a directory");
        fs::write(root.path().join("a.bin"), &all).expect("a file");
        let manifest = publish(&*storage, &[("a.bin", &all)]);
        let index = Lookup::index(&manifest, storage, &Policy::default());
        for lookup in [index, live(root.path(), LivePolicy::NoCache)] {
            let reply = runtime.block_on(send(&lookup, Method::GET, "/static/a.bin", &[("range", &field)]));
            prop_assert!(reply.body.len() <= size);
            let sent = match reply.status {
                StatusCode::PARTIAL_CONTENT if reply.headers.contains_key("content-range") => {
                    vec![(reply.header("content-range").to_owned(), reply.body.clone())]
                }
                StatusCode::PARTIAL_CONTENT => parts(&reply, "application/octet-stream"),
                StatusCode::RANGE_NOT_SATISFIABLE => Vec::new(),
                status => {
                    prop_assert_eq!((status, &reply.body[..]), (StatusCode::OK, &all[..]));
                    Vec::new()
                }
            };
            for (range, body) in sent {
                let range = range.strip_prefix("bytes ").and_then(|range| range.strip_suffix(&format!("/{size}")));
                let (first, last) = range.and_then(|range| range.split_once('-')).expect("a range");
                let (first, last): (usize, usize) = (first.parse().expect("it"), last.parse().expect("it"));
                prop_assert!(last < size && body == all[first..=last]);
            }
        }
    }
}
