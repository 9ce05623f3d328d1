//! `StaticLiveServer`, from tests of every kind, and with a browser.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use staticfiles::finders::{Finder, FoundFile, Ignore};
use staticfiles::storage::Content;
use staticfiles::testing::StaticLiveServer;
use staticfiles::{Settings, StaticFiles, StaticName};

use crate::browser::Browser;
use crate::server::Server;
use crate::support::Site;

fn site() -> Site {
    Site::new().file("src/css/app.css", "p{color:rgb(1, 2, 3)}")
}

fn start(site: &Site) -> StaticLiveServer {
    // Release, and nothing collected.
    let settings = Settings::new().static_root(site.path("out")).dir(site.path("src")).debug(false);
    StaticLiveServer::start(settings, page).expect("it starts")
}

fn page(static_files: StaticFiles) -> Router {
    let url = static_files.url("css/app.css").expect("any name");
    Router::new().route("/", get(|| async move { Html(format!("<link rel=stylesheet href=\"{url}\"><p>text")) }))
}

fn ask(server: &StaticLiveServer, path: &str) -> String {
    Server::ask_at(&server.address().to_string(), "GET", path)
}

#[test]
fn it_serves_sources_and_the_application_though_nothing_was_collected() {
    let site = site();
    let server = start(&site);
    assert_eq!(server.url("/a"), format!("http://{}/a", server.address()));
    assert!(ask(&server, "/").ends_with("<link rel=stylesheet href=\"/static/css/app.css\"><p>text"));
    assert!(ask(&server, "/static/css/app.css").ends_with("p{color:rgb(1, 2, 3)}"));
    site.write("src/css/app.css", "p{}");
    assert!(ask(&server, "/static/css/app.css").ends_with("\r\n\r\np{}"), "edits show");
    assert!(ask(&server, "/static/nope").starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn it_works_inside_a_runtime_of_one_thread() {
    let site = site();
    let server = start(&site);
    let answer = tokio::task::spawn_blocking(move || ask(&server, "/static/css/app.css")).await.expect("no panic");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(start(&site));
}

#[test]
fn when_it_is_dropped_its_port_is_free_and_its_connections_are_closed() {
    let server = start(&site());
    let address = server.address();
    let mut idle = TcpStream::connect(address).expect("it listens");
    idle.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).expect("an answer");
    drop(server);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).expect("the end of the connection and no time-out");
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
    TcpListener::bind(address).expect("the port is free");
}

/// One file that lies in no directory.
#[derive(Debug)]
struct InMemory;

impl Finder for InMemory {
    fn find(&self, name: &StaticName) -> staticfiles::Result<Option<FoundFile>> {
        let file = || FoundFile::new(name.clone(), Content::Bytes("made".into()), 4, "in memory");
        Ok((name.as_str() == "made.txt").then(file))
    }

    fn list<'a>(&'a self, _: &'a Ignore) -> Box<dyn Iterator<Item = staticfiles::Result<FoundFile>> + 'a> {
        let name = StaticName::new("made.txt").expect("a name");
        Box::new(self.find(&name).transpose().into_iter())
    }

    fn location(&self) -> String {
        "memory".to_owned()
    }
}

#[test]
fn it_takes_finders_of_ones_own() {
    let builder = StaticFiles::builder(Settings::new()).finder(InMemory);
    let server = StaticLiveServer::start(builder, |_| Router::new()).expect("it starts");
    assert!(ask(&server, "/static/made.txt").ends_with("\r\n\r\nmade"));
    assert_eq!(server.static_files().locations(), ["memory"]);
}

#[test]
fn a_wrong_setting_is_an_error() {
    let error = StaticLiveServer::start(Settings::new().static_url("/"), |_| Router::new()).expect_err("no prefix");
    assert!(error.to_string().starts_with("static_url is \"/\""), "{error}");
}

#[test]
#[should_panic(expected = "no such page")]
fn an_application_that_panics_while_it_is_made_fails_the_test() {
    let _ = StaticLiveServer::start(Settings::new(), |_| panic!("no such page"));
}

#[test]
fn a_browser_styles_the_page_with_the_sources() {
    let Some(mut browser) = Browser::start("the live server in a browser") else { return };
    let site = site();
    let server = start(&site);
    browser.open(&server.url("/"));
    let color = browser.run("return getComputedStyle(document.querySelector('p')).color");
    assert_eq!(color, "rgb(1, 2, 3)");
}
