//! Chromium by the WebDriver protocol, as far as tests need it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::skip;

/// A browser with one page open. It ends with this value.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts it, or says that `what` is skipped where there is none.
    pub(crate) fn start(what: &str) -> Option<Self> {
        if Command::new("chromium").arg("--version").output().is_err() {
            skip(&format!("{what} (chromium is not installed)"));
            return None;
        }
        let mut command = Command::new("chromedriver");
        let Ok(mut driver) = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            skip(&format!("{what} (chromium-driver is not installed)"));
            return None;
        };
        // «ChromeDriver was started successfully on port 40123.»
        let lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| line.strip_suffix('.')?.rsplit_once("on port ")?.1.parse().ok()).next();
        let profile = TempDir::new().expect("a directory");
        let mut browser = Self { driver, port: port.expect("a port"), session: String::new(), _profile: profile };
        browser.session = browser.begin();
        Some(browser)
    }

    fn begin(&self) -> String {
        let profile = format!("--user-data-dir={}", self._profile.path().display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile,
        ];
        let options = json!({ "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = self.ask("POST", "/session", &wanted);
        session["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {session}")).to_owned()
    }

    /// Loads a page and all that it refers to.
    pub(crate) fn open(&mut self, url: &str) {
        let answer = self.ask("POST", &format!("/session/{}/url", self.session), &json!({ "url": url }));
        assert!(answer.is_null(), "{url}: {answer}");
    }

    /// What a script in the page returns.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let path = format!("/session/{}/execute/sync", self.session);
        self.ask("POST", &path, &json!({ "script": script, "args": [] }))
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}");
        stream.write_all(format!("{head}\r\nContent-Type: application/json\r\n\r\n{body}").as_bytes()).expect("sent");
        // The driver does not close the connection.
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        for line in reader.by_ref().lines().map(|line| line.expect("a head")).take_while(|line| !line.is_empty()) {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut content: Value = serde_json::from_reader(reader.take(length)).expect("JSON of the driver");
        content["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
