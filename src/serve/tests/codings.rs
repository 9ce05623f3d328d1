//! Codings: RFC 9110 §12.5.3, over an index, for variants stand in a manifest alone; and what both
//! look-ups say where there are none.

use super::*;
use crate::coding::Coding;
use crate::manifest::Variant;

/// Variants stand in the manifest with their bytes' hash, so these need not be what they say they are.
const BR: &[u8] = b"br: body";
const GZIP: &[u8] = b"gzip: a body";
const PATHS: [&str; 2] = ["/static/css/app.css", "/static/css/app.0123456789ab.css"];

fn add_variants(storage: &dyn Storage, manifest: &mut Manifest, variants: &[(Coding, &[u8])]) {
    for (stored, record) in &mut manifest.files {
        for (coding, bytes) in variants {
            let (size, integrity) = integrity_of(*bytes).expect("bytes can be read");
            record.encodings.insert(*coding, Variant::new(size, integrity));
            let content = Content::Bytes(Bytes::copy_from_slice(bytes));
            storage.write(&Variant::name(stored, *coding), &content).expect("a write");
        }
    }
}

fn coded(storage: Arc<dyn Storage>, variants: &[(Coding, &[u8])]) -> Lookup {
    let mut manifest = publish(&*storage, &[("css/app.css", CSS)]);
    add_variants(&*storage, &mut manifest, variants);
    Lookup::index(&manifest, storage, &Policy::default())
}

fn lookups() -> (tempfile::TempDir, [(&'static str, Lookup); 2]) {
    let root = tempfile::tempdir().expect("a directory");
    let variants = [(Coding::Br, BR), (Coding::Gzip, GZIP)];
    let memory = coded(Arc::new(MemoryStorage::new()), &variants);
    let disk = coded(Arc::new(FileSystemStorage::new(root.path())), &variants);
    (root, [("memory", memory), ("disk", disk)])
}

#[tokio::test]
async fn the_accepted_variant_is_sent_with_fields_of_its_own() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for path in PATHS.into_iter().chain(PATHS) {
            let mut tags = Vec::new();
            for (accepted, coding, body) in [
                ("gzip, br", "br", BR),
                ("br;q=0.5, gzip", "gzip", GZIP),
                ("X-GZIP", "gzip", GZIP),
                ("*", "br", BR),
                ("gzip;q=0", "", CSS),
                ("identity", "", CSS),
                ("zstd", "", CSS),
                ("gzip;q=banana", "", CSS),
                ("", "", CSS),
            ] {
                for method in [Method::HEAD, Method::GET, Method::HEAD] {
                    let reply = send(lookup, method.clone(), path, &[("accept-encoding", accepted)]).await;
                    assert_eq!(reply.status, StatusCode::OK, "{which} {accepted}");
                    assert_eq!(reply.header("content-encoding"), coding, "{which} {method} {accepted}");
                    assert_eq!(reply.header("content-length"), body.len().to_string(), "{which} {accepted}");
                    assert_eq!(reply.header("content-type"), "text/css; charset=utf-8", "{which}");
                    assert_eq!(reply.header("vary"), "Accept-Encoding", "{which}");
                    assert_eq!(reply.header("accept-ranges"), "bytes", "{which}");
                    assert_eq!(&reply.body[..], if method == Method::GET { body } else { b"" }, "{which} {accepted}");
                    tags.push((coding, reply.header("etag").to_owned()));
                }
            }
            tags.sort();
            tags.dedup();
            assert_eq!(tags.len(), 3, "{which}: every representation has one tag: {tags:?}");
            assert!(tags[0].1 != tags[1].1 && tags[1].1 != tags[2].1 && tags[0].1 != tags[2].1, "{tags:?}");
        }
    }
}

#[tokio::test]
async fn accept_encoding_over_several_lines_is_one_list() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        let lines = [("accept-encoding", "gzip;q=0.5"), ("accept-encoding", "br;q=0.4")];
        let reply = send(lookup, Method::GET, PATHS[0], &lines).await;
        assert_eq!(reply.header("content-encoding"), "gzip", "{which}");
    }
}

#[tokio::test]
async fn conditions_are_about_the_variant_that_would_be_sent() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for path in PATHS {
            let plain = get(lookup, path).await.header("etag").to_owned();
            let br = send(lookup, Method::GET, path, &[("accept-encoding", "br")]).await;
            let br = br.header("etag").to_owned();
            for (accepted, tag, status) in [
                ("br", &br, StatusCode::NOT_MODIFIED),
                ("br", &plain, StatusCode::OK),
                ("gzip", &br, StatusCode::OK),
                ("", &plain, StatusCode::NOT_MODIFIED),
                ("", &br, StatusCode::OK),
            ] {
                let lines = [("accept-encoding", accepted), ("if-none-match", tag)];
                let reply = send(lookup, Method::GET, path, &lines).await;
                assert_eq!(reply.status, status, "{which} {accepted} {tag}");
                assert_eq!(reply.header("vary"), "Accept-Encoding", "{which}");
                if status == StatusCode::NOT_MODIFIED {
                    assert_eq!((reply.header("etag"), reply.header("content-encoding")), (&**tag, ""), "{which}");
                }
            }
            let lines = [("accept-encoding", "br"), ("if-match", &*plain)];
            assert_eq!(send(lookup, Method::GET, path, &lines).await.status, StatusCode::PRECONDITION_FAILED);
        }
    }
}

#[tokio::test]
async fn a_range_of_a_variant_is_cut_from_it_and_has_its_tag() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for path in PATHS {
            let whole = send(lookup, Method::GET, path, &[("accept-encoding", "br")]).await;
            let lines = [("accept-encoding", "br"), ("range", "bytes=4-")];
            let reply = send(lookup, Method::GET, path, &lines).await;
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::PARTIAL_CONTENT, &b"body"[..]), "{which}");
            assert_eq!(reply.header("content-range"), "bytes 4-7/8", "{which}");
            assert_eq!(reply.header("content-encoding"), "br", "{which}");
            assert_eq!(reply.header("etag"), whole.header("etag"), "{which}");
            let of_another = [("range", "bytes=4-"), ("if-range", whole.header("etag"))];
            let reply = send(lookup, Method::GET, path, &of_another).await;
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, CSS), "{which}");
            let beyond = [("accept-encoding", "br"), ("range", "bytes=8-")];
            assert_eq!(send(lookup, Method::GET, path, &beyond).await.header("content-range"), "bytes */8", "{which}");
        }
    }
}

#[tokio::test]
async fn who_excludes_all_there_is_gets_406() {
    let (_root, coded) = lookups();
    let (_plain_root, plain) = super::lookups();
    for (which, lookup) in coded.iter().chain(&plain) {
        for accepted in ["*;q=0", "identity;q=0", "identity;q=0, zstd", "identity;q=0, br;q=0, gzip;q=0"] {
            for method in [Method::GET, Method::HEAD] {
                let reply = send(lookup, method, PATHS[0], &[("accept-encoding", accepted)]).await;
                assert_eq!((reply.status, reply.body.len()), (StatusCode::NOT_ACCEPTABLE, 0), "{which} {accepted}");
                assert_eq!(reply.header("cache-control"), "no-store", "{which}");
            }
        }
        for accepted in ["deflate", "identity;q=0;", "compress;q=0"] {
            let reply = send(lookup, Method::GET, PATHS[0], &[("accept-encoding", accepted)]).await;
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, CSS), "{which} {accepted}");
        }
    }
}

#[tokio::test]
async fn answers_for_compressible_media_vary_also_without_variants() {
    let (_root, lookups) = super::lookups();
    for (which, lookup) in &lookups {
        let whole = send(lookup, Method::GET, PATHS[0], &[("accept-encoding", "br, gzip")]).await;
        assert_eq!((whole.header("vary"), whole.header("content-encoding")), ("Accept-Encoding", ""), "{which}");
        let lines = [("if-none-match", whole.header("etag"))];
        let same = send(lookup, Method::GET, PATHS[0], &lines).await;
        assert_eq!((same.status, same.header("vary")), (StatusCode::NOT_MODIFIED, "Accept-Encoding"), "{which}");
        let part = send(lookup, Method::GET, PATHS[0], &[("range", "bytes=0-0")]).await;
        assert_eq!((part.status, part.header("vary")), (StatusCode::PARTIAL_CONTENT, "Accept-Encoding"), "{which}");
        assert_eq!(get(lookup, "/static/img/+.png").await.header("vary"), "", "{which}");
    }
}

#[tokio::test]
async fn a_variant_has_no_name_of_its_own() {
    let (_root, lookups) = lookups();
    for (which, lookup) in &lookups {
        for path in PATHS {
            for extension in ["br", "gz"] {
                let reply = get(lookup, &format!("{path}.{extension}")).await;
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{which} {path}.{extension}");
            }
        }
    }
}

#[tokio::test]
async fn a_variant_that_is_missing_or_not_as_recorded_is_passed_over_and_told_once() {
    for damage in [None, Some(&b"other"[..]), Some(b"br: bodx")] {
        let root = tempfile::tempdir().expect("a directory");
        let lookup = coded(Arc::new(FileSystemStorage::new(root.path())), &[(Coding::Br, BR)]);
        for variant in ["css/app.css.br", "css/app.0123456789ab.css.br"].map(|variant| root.path().join(variant)) {
            match damage {
                None => fs::remove_file(variant).expect("a file"),
                Some(bytes) => fs::write(variant, bytes).expect("a file"),
            }
        }
        let (lookup, events) = listen(lookup);
        for path in PATHS {
            let plain = get(&lookup, path).await;
            for _ in 0..2 {
                let reply = send(&lookup, Method::GET, path, &[("accept-encoding", "br")]).await;
                assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, CSS));
                assert_eq!((reply.header("content-encoding"), reply.header("vary")), ("", "Accept-Encoding"));
                assert_eq!(reply.header("etag"), plain.header("etag"));
            }
            let only = send(&lookup, Method::GET, path, &[("accept-encoding", "br, *;q=0")]).await;
            assert_eq!(only.status, StatusCode::NOT_ACCEPTABLE);
        }
        assert_eq!(heard(&events).len(), 2, "{:?}", heard(&events));
    }
}

/// The manifest of a newer file under a plain name is not here yet: no variant is of its bytes.
#[tokio::test]
async fn a_plain_name_that_is_newer_or_gone_has_no_variants() {
    for now in [Some(&b"newer"[..]), None] {
        let root = tempfile::tempdir().expect("a directory");
        let lookup = coded(Arc::new(FileSystemStorage::new(root.path())), &[(Coding::Br, BR)]);
        match now {
            Some(bytes) => fs::write(root.path().join("css/app.css"), bytes).expect("a file"),
            None => fs::remove_file(root.path().join("css/app.css")).expect("a file"),
        }
        let (lookup, events) = listen(lookup);
        for accepted in ["br", "identity", "br"] {
            let reply = send(&lookup, Method::GET, PATHS[0], &[("accept-encoding", accepted)]).await;
            match now {
                Some(bytes) => assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, bytes), "{accepted}"),
                None => assert_eq!(reply.status, StatusCode::NOT_FOUND, "{accepted}"),
            }
        }
        assert_eq!(heard(&events).len(), if now.is_some() { 0 } else { 1 }, "{:?}", heard(&events));
        let reply = send(&lookup, Method::GET, PATHS[1], &[("accept-encoding", "br")]).await;
        assert_eq!(reply.body, BR, "the hashed name keeps its variant");
    }
}

#[tokio::test]
async fn a_large_variant_is_streamed_and_cut() {
    let root = tempfile::tempdir().expect("a directory");
    let large: Vec<u8> = (0..600_000u32).map(|at| (at % 249) as u8).collect();
    let lookup = coded(Arc::new(FileSystemStorage::new(root.path())), &[(Coding::Zstd, &large)]);
    for path in PATHS {
        let reply = send(&lookup, Method::GET, path, &[("accept-encoding", "zstd, identity;q=0.5")]).await;
        assert!(reply.header("content-encoding") == "zstd" && reply.body == large);
        let lines = [("accept-encoding", "zstd, identity;q=0.5"), ("range", "bytes=-300000")];
        let reply = send(&lookup, Method::GET, path, &lines).await;
        assert!(reply.status == StatusCode::PARTIAL_CONTENT && reply.body == large[300_000..]);
    }
}

#[tokio::test]
async fn variants_are_sent_from_memory_once_they_were_read() {
    let storage = Arc::new(MemoryStorage::new());
    let lookup = coded(storage.clone(), &[(Coding::Br, BR)]);
    let lines = [("accept-encoding", "br")];
    for path in PATHS {
        send(&lookup, Method::GET, path, &lines).await;
    }
    let names: Vec<StaticName> = storage.list().map(|file| file.expect("a file").0).collect();
    names.iter().for_each(|name| storage.delete(name).expect("a file"));
    for path in PATHS {
        assert_eq!(send(&lookup, Method::GET, path, &lines).await.body, BR);
    }
}
