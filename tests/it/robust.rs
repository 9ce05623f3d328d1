//! A server among rude clients and under changing files: nothing crashes, nothing leaks, nothing wrong
//! is sent.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;
use crate::support::{Site, skip};

fn site() -> Site {
    let site = Site::new().file("src/app.css", "a{}").file("src/large.bin", vec![7; 20_000_000]);
    site.collect();
    site
}

fn connect(server: &Server, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("a request");
    stream
}

fn request(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n{fields}Connection: close\r\n\r\n")
}

fn answer(server: &Server, request: &str) -> String {
    let mut answer = Vec::new();
    // A server that has said no may close before everything was sent.
    let _ = connect(server, request).read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn signal(server: &Server, signal: &str) {
    let status = Command::new("kill").args([signal, &server.child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many descriptors a process has open.
fn descriptors(server: &Server) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.child.id())).map_or(0, Iterator::count)
}

/// The memory of a process that is no file's, in KiB.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[test]
fn rude_requests_are_refused_and_others_go_on() {
    let site = site();
    let server = Server::start(&site, "serve");
    let long = "a".repeat(5000);
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    for (what, sent, status) in [
        ("a long path", request(&format!("/static/{long}"), ""), "404"),
        ("a path of many directories", request(&format!("/static/{}", "a/".repeat(2000)), ""), "404"),
        ("a very long path", request(&format!("/static/{}", "a".repeat(70_000)), ""), "414"),
        ("many fields", request("/static/app.css", &many), "431"),
        ("a huge field", request("/static/app.css", &format!("X: {}\r\n", "a".repeat(600_000))), "431"),
        ("no HTTP", "\x16\x03\x01\x02\x00\x01\r\n\r\n".to_owned(), "400"),
        ("a NUL", request("/static/a%00b", ""), "404"),
    ] {
        let answer = answer(&server, &sent);
        assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")), "{what}: {answer}");
        assert!(!answer.is_empty() || what == "a huge field", "{what} was answered");
        assert!(server.get("/static/app.css").starts_with("HTTP/1.1 200"), "after {what}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn clients_that_go_away_leave_nothing_behind() {
    let site = site();
    let server = Server::start(&site, "serve");
    assert!(server.get("/static/large.bin").starts_with("HTTP/1.1 200"));
    let before = descriptors(&server);
    for _ in 0..100 {
        let mut stream = connect(&server, &request("/static/large.bin", ""));
        let _ = stream.read(&mut [0; 100]);
    }
    eventually("the descriptors are given back", || descriptors(&server) <= before + 2);
}

#[cfg(target_os = "linux")]
#[test]
fn slow_readers_cost_little_memory() {
    let site = site();
    let server = Server::start(&site, "serve");
    assert!(server.get("/static/large.bin").starts_with("HTTP/1.1 200"));
    let before = memory(&server);
    let slow: Vec<_> = (0..40).map(|_| connect(&server, &request("/static/large.bin", ""))).collect();
    std::thread::sleep(Duration::from_millis(500));
    let each = memory(&server).saturating_sub(before) / slow.len() as u64;
    // Two chunks of a quarter of a MiB and what a connection is; the file has 20 MB.
    assert!(each < 1500, "{each} KiB for each slow reader");
}

#[test]
fn a_file_that_is_spoilt_under_the_server_is_never_sent_as_what_it_was() {
    let site = site();
    let server = Server::start(&site, "serve");
    let hashed = format!("/static/{}", site.stored("large.bin"));
    let path = site.path("out").join(site.stored("large.bin"));
    assert!(server.ask("HEAD", &hashed).starts_with("HTTP/1.1 200"));
    // The plain name may share its bytes.
    fs::remove_file(&path).expect("it is there");
    assert!(server.get(&hashed).starts_with("HTTP/1.1 404"), "deleted");
    for (what, bytes) in [("truncated", vec![7; 10_000_000]), ("replaced", vec![8; 20_000_000]), ("empty", vec![])] {
        fs::write(&path, bytes).expect("written");
        assert!(server.get(&hashed).starts_with("HTTP/1.1 404"), "{what}");
    }
    fs::write(&path, vec![7; 20_000_000]).expect("written");
    assert!(server.get(&hashed).starts_with("HTTP/1.1 200"), "mended");
}

#[test]
fn serve_takes_a_new_manifest_over_by_itself_and_on_sighup() {
    let toml = "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n";
    for (every, by_signal) in [(1, false), (0, true)] {
        let site = Site::new().settings(&format!("{toml}[serve]\nreload_every = {every}\n")).file("src/a.css", "a{}");
        site.collect();
        let server = Server::start(&site, "serve");
        site.write("src/a.css", "b{}");
        site.collect();
        let hashed = format!("/static/{}", site.stored("a.css"));
        if by_signal {
            std::thread::sleep(Duration::from_millis(1500));
            assert!(server.get(&hashed).starts_with("HTTP/1.1 404"), "nobody looked");
            signal(&server, "-HUP");
        }
        eventually("the new manifest is in use", || server.get(&hashed).starts_with("HTTP/1.1 200"));
        fs::write(site.path("out/staticfiles.json"), "{").expect("written");
        signal(&server, "-HUP");
        std::thread::sleep(Duration::from_millis(100));
        assert!(server.get(&hashed).starts_with("HTTP/1.1 200"), "a broken one is not taken over");
    }
}

#[test]
fn http2_is_spoken_without_tls_by_those_who_know() {
    let site = site();
    let server = Server::start(&site, "serve");
    let url = format!("http://{}/static/app.css", server.address);
    let mut run = Command::new("curl");
    let run = run.args(["-s", "--http2-prior-knowledge", "-w", " %{http_version} %{http_code}", &url]);
    let Ok(output) = run.stderr(Stdio::null()).output() else { return skip("curl is not installed") };
    if output.status.code() == Some(2) {
        return skip("curl is built without HTTP/2");
    }
    assert_eq!(String::from_utf8_lossy(&output.stdout), "a{} 2 200");
}

/// `cargo test --test it -- --ignored soak --nocapture`; the count is `STATICFILES_SOAK`.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "takes minutes"]
fn soak_aborted_requests_leak_nothing() {
    let count = std::env::var("STATICFILES_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let site = site();
    let server = Server::start(&site, "serve");
    assert!(server.get("/static/large.bin").starts_with("HTTP/1.1 200"));
    let (descriptors_before, memory_before) = (descriptors(&server), memory(&server));
    let requests = [
        request("/static/large.bin", ""),
        "GET /static/large.bin HTTP/1.1\r\nHo".to_owned(),
        request("/static/app.css", ""),
        String::new(),
    ];
    for number in 0..count {
        let mut stream = connect(&server, &requests[number % requests.len()]);
        if number % 3 == 0 && number % requests.len() == 0 {
            let _ = stream.read(&mut [0; 100]);
        }
    }
    eventually("the descriptors are given back", || descriptors(&server) <= descriptors_before + 2);
    let memory_after = memory(&server);
    println!("{count} aborted requests: {memory_before} KiB before, {memory_after} KiB after");
    assert!(memory_after < memory_before + 50_000, "{memory_before} KiB, then {memory_after} KiB");
    assert!(server.get("/static/app.css").starts_with("HTTP/1.1 200"));
}

/// Needs `ulimit -n` above 10,100 for both.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "takes many descriptors"]
fn soak_idle_connections_cost_little() {
    let site = site();
    let server = Server::start(&site, "serve");
    let before = memory(&server);
    let mut idle = Vec::new();
    for _ in 0..10_000 {
        let mut stream = connect(&server, "GET /static/app.css HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(stream.read(&mut [0; 1000]).expect("an answer") > 0);
        idle.push(stream);
    }
    let each = memory(&server).saturating_sub(before) as f64 / idle.len() as f64;
    println!("{} idle connections: {each:.1} KiB each", idle.len());
    assert!(server.get("/static/app.css").starts_with("HTTP/1.1 200"));
    assert!(each < 40.0, "{each} KiB each");
}
