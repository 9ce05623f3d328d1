//! Compressed variants from collecting to a browser's request.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::server::Server;
use crate::support::{Site, snapshot};

const CODINGS: [(&str, &str); 3] = [("br", "br"), ("zstd", "zst"), ("gzip", "gz")];

fn text(seed: &str) -> String {
    (0..200).map(|line| format!(".{seed}{line} {{ color: red; margin: {}px }}\n", line * 7)).collect()
}

/// A rewritten text, one that is not, and files that have no variants.
fn site() -> Site {
    let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let noise: Vec<u8> = std::iter::successors(Some(1), next).take(4000).map(|state| (state >> 33) as u8).collect();
    Site::new()
        .file("src/css/app.css", format!("@import \"base.css\";\n{}", text("a")))
        .file("src/css/base.css", text("b"))
        .file("src/small.css", "a{}")
        .file("src/photo.png", text("photo"))
        .file("src/noise.svg", noise)
}

/// The files of the static root that end like variants.
fn variants(site: &Site) -> BTreeSet<String> {
    let root = site.path("out");
    let names =
        snapshot(&root).into_iter().map(|file| file.0.strip_prefix(&root).expect("below").display().to_string());
    names.filter(|name| CODINGS.iter().any(|(_, extension)| name.ends_with(&format!(".{extension}")))).collect()
}

/// What the manifest lists.
fn listed(site: &Site) -> BTreeSet<String> {
    let manifest = site.manifest();
    let files = manifest["files"].as_object().expect("an object").clone();
    let mut names = BTreeSet::new();
    for (stored, record) in files {
        for (coding, variant) in record["encodings"].as_object().into_iter().flatten() {
            let extension = CODINGS.iter().find(|(name, _)| name == coding).expect("a coding").1;
            let name = format!("{stored}.{extension}");
            let size = fs::metadata(site.path(&format!("out/{name}"))).expect("it is there").len();
            assert_eq!(variant["size"], size, "{name}");
            assert!(size * 100 <= record["size"].as_u64().expect("a size") * 95, "{name}");
            assert!(variant["integrity"].as_str().expect("text").starts_with("sha256-"), "{name}");
            names.insert(name);
        }
    }
    names
}

fn of(stored: &[&str]) -> BTreeSet<String> {
    let names = stored.iter().flat_map(|stored| CODINGS.map(|(_, extension)| format!("{stored}.{extension}")));
    names.collect()
}

#[test]
fn texts_get_variants_under_both_names_and_other_files_none() {
    let site = site();
    site.collect();
    let (app, base) = (site.stored("css/app.css"), site.stored("css/base.css"));
    let expected = of(&["css/app.css", "css/base.css", &app, &base]);
    assert_eq!(variants(&site), expected);
    assert_eq!(listed(&site), expected);
    let read = |name: &str| fs::read(site.path(&format!("out/{name}"))).expect(name);
    assert_eq!(read("css/base.css.br"), read(&format!("{base}.br")));
    assert_ne!(read("css/app.css.br"), read(&format!("{app}.br")), "the hashed copy was rewritten");
    let gzip = Command::new("gzip").args(["-dc"]).arg(site.path(&format!("out/{app}.gz"))).output().expect("gzip");
    assert_eq!(gzip.stdout, read(&app));
    assert_eq!(read(&format!("{app}.gz"))[3..8], [0; 5], "neither a name nor a date");
}

#[test]
fn a_second_run_makes_no_variants_with_notes_and_without() {
    let site = site();
    site.collect();
    let before = snapshot(&site.path("out"));
    for _ in 0..3 {
        assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 5 unmodified.");
        assert_eq!(snapshot(&site.path("out")), before);
    }
    fs::remove_dir_all(site.path("cache")).expect("notes");
    let run = site.run(&["collectstatic", "--no-input", "-v2"]).status(0);
    assert!(!run.stdout.contains("Compressed"), "{}", run.stdout);
    assert_eq!(snapshot(&site.path("out")), before);
}

#[test]
fn a_variant_that_was_removed_or_altered_is_made_again() {
    let site = site();
    site.collect();
    std::thread::sleep(Duration::from_millis(100));
    site.collect();
    let good = snapshot(&site.path("out"));
    let path = site.path("out/css/app.css.br");
    let bytes = fs::read(&path).expect("a variant");
    fs::remove_file(&path).expect("a variant");
    site.collect();
    assert_eq!(fs::read(&path).expect("made again"), bytes);
    let other = site.path("out/css/other");
    fs::write(&other, vec![0; bytes.len()]).expect("a file");
    fs::rename(&other, &path).expect("in its place");
    site.collect();
    assert_eq!(fs::read(&path).expect("made again"), bytes);
    fs::write(&path, "in place").expect("a file");
    fs::remove_dir_all(site.path("cache")).expect("notes");
    site.collect();
    assert_eq!(fs::read(&path).expect("made again"), bytes);
    let bytes = |files: Vec<(std::path::PathBuf, u64, std::time::SystemTime, Vec<u8>)>| -> Vec<_> {
        files.into_iter().map(|file| (file.0, file.3)).collect()
    };
    assert_eq!(bytes(snapshot(&site.path("out"))), bytes(good));
}

#[test]
fn only_what_is_new_is_compressed() {
    let site = site();
    site.collect();
    site.write("src/css/new.css", text("new"));
    let run = site.run(&["collectstatic", "--no-input", "-v2"]).status(0);
    let lines: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("Compressed")).collect();
    let new = site.stored("css/new.css");
    assert!(matches!(lines[..], [line] if line.starts_with(&format!("Compressed '{new}' (br "))), "{lines:?}");
    assert!(lines[0].contains(" B, zstd ") && lines[0].contains(", gzip "), "{lines:?}");
}

#[test]
fn a_collected_file_keeps_its_name_and_no_variant_takes_it() {
    let site = site().file("src/css/base.css.br", "mine").file("src/css/app.css.gz/inside", "a directory");
    site.collect();
    assert_eq!(site.read("out/css/base.css.br"), "mine");
    let listed = listed(&site);
    assert!(listed.contains("css/base.css.zst") && !listed.contains("css/base.css.br"), "{listed:?}");
    assert!(listed.contains("css/app.css.br") && !listed.contains("css/app.css.gz"), "{listed:?}");
    // And one that comes later, in the place of a variant.
    site.write("src/css/app.css.br", "mine too");
    site.collect();
    assert_eq!(site.read("out/css/app.css.br"), "mine too");
    fs::remove_file(site.path("src/css/app.css.br")).expect("a file");
    site.collect();
    assert_ne!(fs::read(site.path("out/css/app.css.br")).expect("a variant"), b"mine too");
}

#[test]
fn a_changed_file_has_no_variants_of_its_old_bytes_and_old_versions_keep_theirs() {
    let site = site();
    site.collect();
    let old = site.stored("css/base.css");
    site.write("src/css/base.css", "small {}");
    site.collect();
    let listed = listed(&site);
    assert!(of(&[&old]).is_subset(&listed), "{listed:?}");
    assert!(of(&["css/base.css"]).is_disjoint(&listed) && of(&["css/base.css"]).is_disjoint(&variants(&site)));
    assert_eq!(variants(&site), listed);
}

#[test]
fn codings_and_effort_are_settings() {
    let settings =
        |compress: &str| format!("static_root = \"out\"\n[compress]\n{compress}\n[[dirs]]\npath = \"src\"\n");
    let site = site();
    site.write("staticfiles.toml", settings("codings = [\"gzip\"]\neffort = \"fast\""));
    site.collect();
    let hashed = site.stored("css/base.css");
    let size = |name: &str| fs::metadata(site.path(&format!("out/{name}"))).expect("a file").len();
    let fast = size(&format!("{hashed}.gz"));
    assert!(variants(&site).iter().all(|name| name.ends_with(".gz")));
    site.write("staticfiles.toml", settings("codings = [\"gzip\", \"br\"]\neffort = \"best\""));
    site.collect();
    assert_eq!(size(&format!("{hashed}.gz")), fast, "what is published stays");
    assert!(variants(&site).contains(&format!("{hashed}.br")));
    let run = site.run(&["collectstatic", "--no-input", "--clear"]).status(0);
    assert!(size(&format!("{hashed}.gz")) < fast, "{run:?}");
    site.write("staticfiles.toml", settings("codings = []"));
    site.collect();
    assert_eq!((variants(&site), listed(&site)), (BTreeSet::new(), BTreeSet::new()));
}

#[test]
fn clear_keeps_variants_and_deletes_strays() {
    let site = site();
    site.collect();
    site.write("out/stray.css.br", "x");
    site.run(&["collectstatic", "--no-input", "--clear"]).status(0);
    assert!(!site.path("out/stray.css.br").exists());
    assert_eq!(variants(&site), listed(&site));
    assert_eq!(variants(&site).len(), 12);
}

#[test]
fn a_link_to_a_source_has_no_variants_for_it_may_change() {
    let site = site();
    site.collect();
    site.run(&["collectstatic", "--no-input", "--link"]).status(0);
    let hashed = of(&[&site.stored("css/app.css"), &site.stored("css/base.css")]);
    assert_eq!((variants(&site), listed(&site)), (hashed.clone(), hashed));
}

#[test]
fn without_post_processing_a_replaced_file_loses_its_variants() {
    let site = site();
    site.collect();
    site.write("src/css/base.css", text("other"));
    site.run(&["collectstatic", "--no-input", "--no-post-process"]).status(0);
    let variants = variants(&site);
    assert!(of(&["css/base.css"]).is_disjoint(&variants) && of(&["css/app.css"]).is_subset(&variants), "{variants:?}");
}

#[test]
fn a_dry_run_makes_no_variants() {
    let site = site();
    site.run(&["collectstatic", "--no-input", "--dry-run"]).status(0);
    assert!(!site.path("out").exists());
}

#[test]
fn the_same_input_gives_the_same_variants_whatever_the_threads() {
    let trees: Vec<_> = ["1", "4"]
        .into_iter()
        .map(|threads| {
            let site = site().variable("SOURCE_DATE_EPOCH", "1").variable("RAYON_NUM_THREADS", threads);
            site.collect();
            let files = snapshot(&site.path("out")).into_iter();
            let root = site.path("out");
            files.map(|file| (file.0.strip_prefix(&root).expect("below").to_path_buf(), file.3)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(trees[0], trees[1]);
}

/// An answer over a socket: the fields in lower case, and the body.
fn ask(server: &Server, method: &str, path: &str, lines: &[&str]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("fields");
    (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end + 4..].to_vec())
}

#[test]
fn ranges_and_variants_are_served_over_a_socket() {
    let site = site().file("src/large.bin", vec![7; 600_000]);
    site.collect();
    let server = Server::spawn(site.command(&["serve", "127.0.0.1:0"]).stderr(Stdio::null()));
    let hashed = site.stored("css/base.css");
    for name in ["css/base.css", &hashed] {
        let path = format!("/static/{name}");
        let identity = fs::read(site.path(&format!("out/{name}"))).expect("a file");
        let br = fs::read(site.path(&format!("out/{name}.br"))).expect("a variant");
        let tag_of = |fields: &str| fields.lines().find(|line| line.starts_with("etag")).expect("a tag").to_owned();

        let (plain_fields, body) = ask(&server, "GET", &path, &[]);
        assert!(plain_fields.contains("\r\nvary: accept-encoding") && body == identity, "{plain_fields}");
        let (fields, body) = ask(&server, "GET", &path, &["Accept-Encoding: gzip;q=0.8, br"]);
        assert!(fields.starts_with("http/1.1 200") && fields.contains("\r\ncontent-encoding: br"), "{fields}");
        assert!(fields.contains(&format!("\r\ncontent-length: {}", br.len())) && body == br, "{fields}");
        assert_ne!(tag_of(&fields), tag_of(&plain_fields));
        let (fields, body) = ask(&server, "GET", &path, &["Accept-Encoding: br", "Range: bytes=-10"]);
        assert!(fields.starts_with("http/1.1 206") && body == br[br.len() - 10..], "{fields}");
        let (fields, body) = ask(&server, "HEAD", &path, &["Accept-Encoding: br", "Range: bytes=-10"]);
        assert!(fields.starts_with("http/1.1 200") && body.is_empty(), "{fields}");
        let (fields, body) = ask(&server, "GET", &path, &["Range: bytes=10-19", "Range: bytes=0-0"]);
        assert!(fields.starts_with("http/1.1 200") && body == identity, "{fields}");
        let (fields, body) = ask(&server, "GET", &path, &["Range: bytes=0-9,100-109"]);
        assert!(fields.contains("\r\ncontent-type: multipart/byteranges; boundary="), "{fields}");
        assert!(fields.contains(&format!("\r\ncontent-length: {}", body.len())), "{fields}");
        assert_eq!(ask(&server, "GET", &format!("{path}.br"), &[]).0.lines().next(), Some("http/1.1 404 not found"));
    }
    let (fields, body) = ask(&server, "GET", "/static/large.bin", &["Range: bytes=300000-"]);
    assert!(fields.contains("\r\ncontent-range: bytes 300000-599999/600000") && body.len() == 300_000, "{fields}");
    let (fields, _) = ask(&server, "GET", "/static/large.bin", &["Range: bytes=600000-"]);
    assert!(fields.starts_with("http/1.1 416") && fields.contains("\r\ncontent-range: bytes */600000"), "{fields}");
}
