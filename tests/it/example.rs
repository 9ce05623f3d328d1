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

/// The example's program, which is built with the tests.
fn program() -> Option<PathBuf> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_staticfiles")).with_file_name("examples").join("site");
    if !program.is_file() {
        skip("the example site (it is built by `cargo build --example site`)");
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
    let Some(program) = program() else { return };
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
    let Some(program) = program() else { return };
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
