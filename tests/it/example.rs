//! The example behind the README's first command: every resource of every page is there, hashed and
//! immutable, and a browser loads them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use staticfiles::references::{CssScanner, Scanner, Target, resolve};
use staticfiles::{StaticName, StaticUrl};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::server::Server;
use crate::support::skip;

/// An example's program, which is built with the tests.
fn program(name: &str) -> Option<PathBuf> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_staticfiles")).with_file_name("examples").join(name);
    if !program.is_file() {
        skip(&format!("the example {name} (it is built by `cargo build --all-features --examples`)"));
        return None;
    }
    Some(program)
}

fn start(directory: &TempDir, program: PathBuf) -> Server {
    let log = fs::File::create(directory.path().join("log")).expect("a log");
    let mut command = Command::new(program);
    command.args(["--port", "0", "--static-root"]).arg(directory.path().join("static"));
    Server::spawn(command.stdin(Stdio::null()).stderr(log))
}

/// The values of `href="…"` and `src="…"` of a page.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let parts = page.split("href=\"").flat_map(|part| part.split("src=\"")).skip(1);
    parts.filter_map(|part| part.split('"').next())
}

#[test]
fn every_resource_of_every_page_is_there_and_immutable() {
    let Some(program) = program("site") else { return };
    let directory = TempDir::new().expect("a directory");
    let server = start(&directory, program);
    let (mut pages, mut seen, mut resources) = (vec!["/".to_owned()], BTreeSet::new(), BTreeSet::new());
    while let Some(page) = pages.pop() {
        if !seen.insert(page.clone()) {
            continue;
        }
        let answer = server.get(&page);
        assert!(answer.starts_with("HTTP/1.1 200"), "{page}: {answer}");
        for link in links(&answer) {
            match link {
                link if link.starts_with("/static/") => drop(resources.insert(link.to_owned())),
                link if link.starts_with('/') => pages.push(link.split(['#', '?']).next().unwrap_or(link).to_owned()),
                _ => {}
            }
        }
    }
    assert!(seen.len() > 4, "{seen:?}");
    let static_url = StaticUrl::new("/static/").expect("a URL");
    let (mut todo, mut kinds) = (Vec::from_iter(resources.clone()), BTreeSet::new());
    while let Some(url) = todo.pop() {
        let answer = server.get(&url);
        assert!(answer.starts_with("HTTP/1.1 200"), "{url}: {answer}");
        assert!(answer.contains("\r\ncache-control: public, max-age=31536000, immutable\r\n"), "{url}: {answer}");
        let name = StaticName::new(url.trim_start_matches("/static/")).expect("a name");
        kinds.insert(name.extension().to_owned());
        if name.extension() != "css" {
            continue;
        }
        let sheet = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        for reference in CssScanner.scan(sheet) {
            if let Target::File { name, .. } = resolve(&name, &reference.specifier, &static_url) {
                let url = format!("/static/{name}");
                if resources.insert(url.clone()) {
                    todo.push(url);
                }
            }
        }
    }
    assert!(["css", "js", "svg", "woff2"].iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
}

#[test]
fn a_browser_loads_the_page_with_its_style_font_and_script() {
    let Some(program) = program("site") else { return };
    let Some(mut browser) = Browser::start("the example in a browser") else { return };
    let directory = TempDir::new().expect("a directory");
    let server = start(&directory, program);
    browser.open(&format!("http://{}/", server.address));
    let seen = browser.run(
        "await document.fonts.ready;
         const images = [...document.images].filter(image => image.loading !== 'lazy');
         const rules = [...document.styleSheets].map(sheet => sheet.cssRules.length);
         return {
             images: images.length,
             broken: images.filter(image => !image.complete || image.naturalWidth === 0).map(image => image.src),
             empty: rules.filter(count => count === 0).length,
             sheets: rules.length,
             fonts: [...document.fonts].filter(font => font.status === 'loaded').length,
             style: getComputedStyle(document.body).margin,
         }",
    );
    assert_eq!((&seen["broken"], &seen["empty"], &seen["style"]), (&json!([]), &json!(0), &json!("0px")), "{seen}");
    assert!(["images", "sheets", "fonts"].iter().all(|count| seen[count].as_u64() > Some(0)), "{seen}");
    drop((browser, server));
    let log = fs::read_to_string(directory.path().join("log")).expect("a log");
    let requests: Vec<&str> = log.lines().filter(|line| line.contains("uri=/static/")).collect();
    assert!(requests.iter().all(|line| line.contains("status=200")), "{requests:#?}");
    for kind in [".css ", ".js ", ".svg ", ".woff2 "] {
        assert!(requests.iter().any(|line| line.contains(kind)), "{kind}: {requests:#?}");
    }
}

/// The body of an answer with status 200.
fn body<'a>(answer: &'a str, path: &str) -> &'a str {
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    answer.split_once("\r\n\r\n").expect("a head").1
}

/// Asks for the page, and for all that it refers to with a field that has to be there.
fn page_and_resources(server: &Server, cache_control: &str) -> Vec<String> {
    let page = server.get("/");
    let urls: Vec<String> = links(body(&page, "/")).map(str::to_owned).collect();
    assert!(!urls.is_empty(), "{page}");
    for url in &urls {
        let answer = server.get(url);
        assert!(!body(&answer, url).is_empty(), "{url}");
        assert!(answer.contains(&format!("\r\ncache-control: {cache_control}\r\n")), "{url}: {answer}");
    }
    urls
}

#[test]
fn the_layer_serves_sources() {
    let Some(program) = program("layer") else { return };
    let server = Server::spawn(Command::new(program).arg("127.0.0.1:0"));
    assert_eq!(page_and_resources(&server, "no-cache"), ["/static/css/site.css"]);
    assert!(server.get("/static/css/journal.css").starts_with("HTTP/1.1 200"), "the other app");
    assert!(server.get("/static/nope").starts_with("HTTP/1.1 404"));
}

#[test]
fn the_routes_serve_sources() {
    let Some(program) = program("urlpatterns") else { return };
    let server = Server::spawn(Command::new(program).arg("127.0.0.1:0"));
    assert_eq!(page_and_resources(&server, "no-cache"), ["/static/img/mark.svg"]);
    let (routed, handled) = (server.get("/static/img/mark.svg"), server.get("/preview/img/mark.svg"));
    assert_eq!(body(&routed, "routed"), body(&handled, "handled"));
    assert!(server.get("/preview/nope").starts_with("HTTP/1.1 404"));
}

#[test]
fn production_serves_immutable_files() {
    let Some(program) = program("production") else { return };
    let directory = TempDir::new().expect("a directory");
    let server = Server::spawn(Command::new(program).arg("127.0.0.1:0").arg(directory.path().join("static")));
    let urls = page_and_resources(&server, "public, max-age=31536000, immutable");
    assert!(urls[0].starts_with("/static/css/site.") && urls[0] != "/static/css/site.css", "{urls:?}");
}

#[test]
fn a_program_has_the_commands_with_its_parts_and_its_application() {
    let Some(program) = program("manage") else { return };
    let directory = TempDir::new().expect("a directory");
    let manage = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).env("STATICFILES_STATIC_ROOT", directory.path().join("static"));
        command.env("XDG_CACHE_HOME", directory.path()).stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let server = Server::spawn(&mut manage(&["runserver", "127.0.0.1:0"]));
    assert_eq!(page_and_resources(&server, "no-cache"), ["/static/css/journal.css"]);
    let without = Server::spawn(&mut manage(&["runserver", "0", "--nostatic"]));
    assert!(body(&without.get("/"), "/").contains("A page with style"), "the application is there");
    assert!(without.get("/static/css/journal.css").starts_with("HTTP/1.1 404"));
    let found = manage(&["findstatic", "css/journal.css", "-v0"]).output().expect("it runs");
    let found = String::from_utf8(found.stdout).expect("UTF-8");
    assert!(found.ends_with("examples/site/journal/static/css/journal.css\n"), "{found}");
    let help = manage(&["runserver", "--help"]).output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    assert!(help.contains("Usage: manage runserver") && help.contains("  manage runserver 8001\n"), "{help}");
    assert_eq!(manage(&["serve"]).output().expect("it runs").status.code(), Some(1), "nothing was collected");
    assert_eq!(manage(&["collectstatic", "--no-input"]).output().expect("it runs").status.code(), Some(0));
    let server = Server::spawn(&mut manage(&["serve", "127.0.0.1:0"]));
    let urls = page_and_resources(&server, "public, max-age=31536000, immutable");
    assert!(urls[0].starts_with("/static/css/journal."), "the finder's files are collected: {urls:?}");
}
