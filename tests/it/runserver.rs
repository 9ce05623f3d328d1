//! What the development server says, and where it listens.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;
use crate::support::Site;

fn site() -> Site {
    Site::new().file("src/a.css", "a{}").file("src/a b.txt", "blank")
}

/// Starts `runserver` with its standard error in the file `log`.
fn start(site: &Site, arguments: &[&str]) -> Server {
    let log = fs::File::create(site.path("log")).expect("a log");
    Server::spawn(site.command(&[&["runserver"], arguments].concat()).stderr(log))
}

/// The lines of the log behind the banner, once there are as many.
fn log(site: &Site, count: usize) -> Vec<String> {
    let started = Instant::now();
    loop {
        let lines: Vec<String> = site.read("log").lines().map(str::to_owned).collect();
        if lines.len() >= count || started.elapsed() > Duration::from_secs(10) {
            return lines;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_banner_and_a_line_for_each_request_are_those_of_django() {
    let site = site().variable("TZ", "UTC");
    let server = start(&site, &["127.0.0.1:0"]);
    for (method, path) in [("GET", "/static/a.css?x=1"), ("HEAD", "/static/a.css"), ("GET", "/static/nope")] {
        server.ask(method, path);
    }
    let lines = log(&site, 5);
    assert_eq!(lines[0], format!("Starting development server at http://{}/", server.address));
    assert_eq!(lines[1], "Quit the server with CONTROL-C.");
    for (line, expected) in lines[2..].iter().zip([
        "\"GET /static/a.css?x=1 HTTP/1.1\" 200 3",
        "\"HEAD /static/a.css HTTP/1.1\" 200 0",
        "\"GET /static/nope HTTP/1.1\" 404 10",
    ]) {
        let (date, rest) = line.split_once("] ").expect("a date in brackets");
        assert_eq!(rest, expected);
        let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let month = shape.get(4..7).expect("a month").to_owned();
        assert_eq!(shape.replace(&month, "Mon"), "[00/Mon/0000 00:00:00", "{date}");
        let now = Command::new("date").args(["-u", "+%d/%b/%Y %H"]).env("LC_ALL", "C").output().expect("date runs");
        assert!(date.starts_with(&format!("[{}", String::from_utf8_lossy(&now.stdout).trim())), "{date}");
    }
    assert_eq!(lines.len(), 5, "no colours and nothing else: {lines:#?}");
}

#[test]
fn the_log_is_in_local_time() {
    let site = site().variable("TZ", "Asia/Kathmandu");
    let server = start(&site, &["127.0.0.1:0"]);
    server.get("/static/a.css");
    let line = log(&site, 3).pop().expect("a line");
    let now = Command::new("date").arg("+%H").env("TZ", "Asia/Kathmandu").output().expect("date runs");
    let hour = String::from_utf8_lossy(&now.stdout).trim().to_owned();
    assert!(line.contains(&format!(" {hour}:")), "{line} at {hour}");
}

#[test]
fn options_of_django_are_taken_and_ipv6_is_served() {
    let site = site();
    let server = start(&site, &["localhost:0", "--noreload"]);
    assert!(server.address.starts_with("127.0.0.1:"), "{}", server.address);
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return crate::support::skip("runserver on IPv6 (this machine has no ::1)");
    }
    for arguments in [&["-6", "0"][..], &["[::1]:0"], &["--ipv6", "[::1]:0"]] {
        let server = start(&site, arguments);
        assert!(server.address.starts_with("[::1]:"), "{arguments:?}: {}", server.address);
        assert!(server.get("/static/a.css").ends_with("a{}"));
    }
    for (arguments, text) in [
        (&["nope.invalid:0"][..], "error: nope.invalid:0: no address of that name is known\n"),
        (&["-6", "127.0.0.1:0"], "error: \"127.0.0.1\" is not a valid IPv6 address.\n"),
        (&["x"], "error: \"x\" is not a valid port number or address:port pair.\n"),
    ] {
        let run = site.run(&[&["runserver"], arguments].concat());
        assert_eq!((run.status, run.stderr.as_str()), (Some(1), text), "{arguments:?}");
    }
}

#[test]
fn ctrl_c_ends_it_well_though_a_connection_is_open() {
    let site = site();
    let mut server = start(&site, &["127.0.0.1:0"]);
    let open = std::net::TcpStream::connect(&server.address).expect("it listens");
    let started = Instant::now();
    let killed = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    drop(open);
}

#[test]
fn at_verbosity_0_it_is_silent() {
    let site = site();
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = port.expect("a free port").to_string();
    let mut command = site.command(&["runserver", &address, "-v0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let started = Instant::now();
    while std::net::TcpStream::connect(&address).is_err() && started.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    Server::ask_at(&address, "GET", "/static/a.css");
    let _ = child.kill();
    let output = child.wait_with_output().expect("it ended");
    assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
}
