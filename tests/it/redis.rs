//! The manifest in Redis, with real servers that each test starts and ends.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::redis::{Client, cmd};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use staticfiles::manifest::{Manifest, ManifestStore, RedisManifestStore};
use staticfiles::testing::manifest_contract;
use staticfiles::{Settings, StaticFiles, StaticName};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::server::Server;
use crate::support::{Site, skip};

/// A server of one test, on a port of the loopback and on a socket, that keeps nothing on disk.
struct Redis {
    child: Child,
    port: u16,
    directory: TempDir,
    password: Option<&'static str>,
}

impl Redis {
    /// `None` where there is no `redis-server`: the test is skipped.
    fn start() -> Option<Self> {
        Self::start_with(None)
    }

    fn start_with(password: Option<&'static str>) -> Option<Self> {
        Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().ok()?;
        // Another program may take the port between our look at it and the server's.
        let started = (0..5).find_map(|_| Self::try_start(password));
        Some(started.expect("one of five servers starts"))
    }

    fn try_start(password: Option<&'static str>) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let directory = TempDir::new().expect("a directory");
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--unixsocket", "redis.sock"]).current_dir(&directory).stdout(Stdio::null());
        command.args(password.iter().flat_map(|password| ["--requirepass", password]));
        let child = command.spawn().expect("the server is run");
        let mut redis = Self { child, port, directory, password };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if redis.child.try_wait().expect("a child").is_some() {
                return None;
            }
            let client = Client::open(redis.url("")).expect("a URL");
            if client.get_connection().is_ok_and(|mut connection| cmd("PING").exec(&mut connection).is_ok()) {
                return Some(redis);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    fn url(&self, rest: &str) -> String {
        let password = self.password.map_or_else(String::new, |password| format!(":{password}@"));
        format!("redis://{password}127.0.0.1:{}/{rest}", self.port)
    }

    fn store(&self) -> RedisManifestStore {
        RedisManifestStore::new(&self.url(""), "staticfiles.json").expect("a URL")
    }

    fn command(&self, words: &[&str]) {
        let mut connection = Client::open(self.url("")).and_then(|client| client.get_connection()).expect("it answers");
        words[1..]
            .iter()
            .fold(cmd(words[0]), |command, word| command.clone().arg(word).take())
            .exec(&mut connection)
            .unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn kill(&mut self) {
        self.child.kill().expect("it ran until now");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A site whose manifest is at `url`, with two files.
fn site(url: &str) -> Site {
    let site = Site::new().file("src/css/app.css", "a{b:url(../é.svg)}").file("src/é.svg", "<svg/>");
    site.settings(&format!(
        "static_root = \"out\"\n[storage]\nmanifest_location = \"{url}\"\n[[dirs]]\npath = \"src\"\n"
    ))
}

/// What a program of one's own would have over the same site.
fn settings(site: &Site, url: &str) -> Settings {
    let settings = Settings::new().debug(false).static_root(site.path("out")).dir(site.path("src"));
    settings.storage(|storage| storage.manifest_location = Some(url.into()))
}

macro_rules! redis_or_skip {
    ($started:expr) => {
        match $started {
            Some(redis) => redis,
            None => return skip("redis-server is not installed: the manifest in Redis is not tested"),
        }
    };
}

#[test]
fn redis_keeps_the_contract() {
    let redis = redis_or_skip!(Redis::start());
    manifest_contract(&redis.store());
    let socket = redis.directory.path().join("redis.sock");
    let url = format!("redis+unix://{}?db=1", socket.display());
    manifest_contract(&RedisManifestStore::new(&url, "staticfiles.json").expect("a URL"));
    // Another name and another database are other manifests.
    manifest_contract(&RedisManifestStore::new(&redis.url(""), "shop.json").expect("a URL"));
    manifest_contract(&RedisManifestStore::new(&redis.url("2"), "staticfiles.json").expect("a URL"));
}

#[test]
fn processes_share_the_names() {
    let redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    assert_eq!(site.collect(), "2 static files copied to 'SITE/out', 2 post-processed.");
    assert!(!site.path("out/staticfiles.json").exists());
    assert!(!site.path("redis:").exists(), "a URL is no path below the settings");
    let here = StaticFiles::new(settings(&site, &redis.url(""))).expect("collected by another process");
    let first = here.url("css/app.css").expect("collected");
    let server = Server::start(&site, "serve");
    assert!(server.get(&first).starts_with("HTTP/1.1 200"), "{first}");

    site.write("src/é.svg", "<svg>2</svg>");
    site.collect();
    assert_eq!(here.url("css/app.css").expect("collected"), first, "until it is told");
    here.reload().expect("the new one");
    let second = here.url("css/app.css").expect("collected");
    assert_ne!(second, first);
    let server = Server::start(&site, "serve");
    assert!(server.get(&second).starts_with("HTTP/1.1 200"), "{second}");
    assert!(server.get(&first).starts_with("HTTP/1.1 200"), "old versions are in it too");
}

#[test]
fn two_sites_with_names_of_their_own_share_a_server() {
    let redis = redis_or_skip!(Redis::start());
    let sites = ["a", "b"].map(|name| {
        let site = Site::new().file("src/x.txt", name);
        let location = format!("manifest_location = \"{}\"\nmanifest_name = \"{name}.json\"", redis.url(""));
        site.settings(&format!("static_root = \"out\"\n[storage]\n{location}\n[[dirs]]\npath = \"src\"\n"))
    });
    sites.iter().for_each(|site| drop(site.collect()));
    for site in &sites {
        assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 1 unmodified.");
    }
}

#[tokio::test]
async fn what_was_loaded_is_served_without_the_server() {
    let mut redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    site.collect();
    let static_files = StaticFiles::new(settings(&site, &redis.url(""))).expect("collected");
    let app = Router::new().layer(static_files.layer());
    let get = async |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
        let (head, body) = app.clone().oneshot(request).await.expect("infallible").into_parts();
        (head.status, body.collect().await.expect("a body").to_bytes())
    };
    let url = static_files.url("css/app.css").expect("collected");
    redis.kill();
    for _ in 0..2 {
        assert_eq!(static_files.url("css/app.css").expect("as before"), url);
        let stored = url.trim_start_matches("/static/");
        let expected = (StatusCode::OK, site.read(&format!("out/{stored}")).into());
        assert_eq!(get(&url).await, expected);
        assert_eq!(get("/static/css/app.css").await.0, StatusCode::OK);
        let error = static_files.reload().expect_err("there is no server");
        let place = format!("staticfiles:staticfiles.json in redis://127.0.0.1:{}/0", redis.port);
        assert_eq!(error.to_string(), format!("cannot read {place}"));
    }
}

#[test]
fn without_the_server_every_command_ends_with_one_clear_line() {
    let mut redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    redis.kill();
    for arguments in [&["collectstatic", "--no-input"][..], &["serve", "127.0.0.1:0"]] {
        let run = site.run(arguments);
        let place = format!("staticfiles:staticfiles.json in redis://127.0.0.1:{}/0", redis.port);
        let expected = format!("error: cannot read {place}: Connection refused (os error 111)\n");
        assert_eq!((run.status, run.stderr), (Some(1), expected));
    }
    assert!(!site.path("out/css").exists(), "nothing was written");
}

#[test]
fn a_server_that_does_not_answer_is_an_error_and_no_hang() {
    let redis = redis_or_skip!(Redis::start());
    redis.signal("-STOP");
    let began = Instant::now();
    let error = redis.store().load().expect_err("it does not answer");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(cause, "no answer within 3 seconds");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn a_manifest_that_vanished_or_was_spoilt_is_made_anew_over_an_unchanged_tree() {
    let redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    site.collect();
    let paths = redis.store().load().expect("loaded").expect("saved").paths;
    let key = "staticfiles:staticfiles.json";
    for (commands, problem) in [
        (&[&["FLUSHALL"][..]][..], None),
        (&[&["HDEL", key, "manifest"]], None),
        (&[&["HSET", key, "manifest", "{}"]], Some("it is not as it was saved")),
        (&[&["HDEL", key, "revision"]], Some("it is not as it was saved")),
        (&[&["SET", key, "x"]], Some("its key holds something else")),
    ] {
        // The notes of a run are trusted only when its files have rested.
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(site.collect(), "0 static files copied to 'SITE/out', 2 unmodified.", "it is known without reading");
        let revision = redis.store().revision().ok();
        commands.iter().for_each(|command| redis.command(command));
        match (redis.store().load(), problem) {
            (Ok(loaded), None) => assert_eq!(loaded, None, "{commands:?}"),
            (Err(error), Some(problem)) => {
                let place = redis.store().location();
                let text = format!("the manifest {place} cannot be used: {problem}; run `collectstatic`");
                assert_eq!(error.to_string(), text, "{commands:?}");
                assert_ne!(redis.store().revision().ok(), revision, "{commands:?}");
                let run = site.run(&["serve", "127.0.0.1:0"]);
                assert_eq!((run.status, run.stderr), (Some(1), format!("error: {text}\n")));
            }
            (other, _) => panic!("{commands:?}: {other:?}"),
        }
        site.collect();
        assert_eq!(redis.store().load().expect("loaded").expect("saved").paths, paths, "{commands:?}");
    }
}

#[test]
fn a_manifest_spoilt_behind_its_revision_is_made_anew_as_soon_as_it_is_read() {
    let redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    site.collect();
    let (key, before) = ("staticfiles:staticfiles.json", redis.store().load().expect("loaded").expect("saved"));
    redis.command(&["HSET", key, "manifest", &"x".repeat(before.to_json().len())]);
    // The file has to be compared with its record, for which the manifest is read.
    let published = std::fs::File::options().append(true).open(site.path("out/é.svg")).expect("a file");
    published.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("a date");
    site.collect();
    assert_eq!(redis.store().load().expect("loaded").expect("saved").paths, before.paths);
}

#[test]
fn a_manifest_of_another_collection_is_noticed_over_an_unchanged_tree() {
    let redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    site.collect();
    let ours = redis.store().load().expect("loaded");
    redis.store().save(&Manifest::default()).expect("saved by somebody else");
    site.collect();
    assert_eq!(redis.store().load().expect("loaded").map(|manifest| manifest.paths), ours.map(|ours| ours.paths));
}

#[test]
fn a_reader_gets_the_old_manifest_or_the_new() {
    let redis = redis_or_skip!(Redis::start());
    let site = site(&redis.url(""));
    site.collect();
    let (store, empty) = (redis.store(), Manifest::default());
    let full = store.load().expect("loaded").expect("saved");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..200 {
                store.save(&empty).and_then(|()| store.save(&full)).expect("saved");
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let (mut seen_full, mut seen_empty) = (false, false);
        while !is_over.load(Ordering::Relaxed) {
            let loaded = store.load().expect("never half a manifest").expect("never none");
            assert!(loaded == full || loaded == empty, "{loaded:?}");
            seen_full |= loaded == full;
            seen_empty |= loaded == empty;
        }
        assert!(seen_full && seen_empty, "the reader met both");
    });
}

/// Looks, when the manifest is saved, whether all that it names is there.
#[derive(Debug)]
struct Watched {
    store: RedisManifestStore,
    root: PathBuf,
}

impl ManifestStore for Watched {
    fn load(&self) -> staticfiles::Result<Option<Manifest>> {
        self.store.load()
    }

    fn save(&self, manifest: &Manifest) -> staticfiles::Result<()> {
        assert!(!manifest.files.is_empty());
        for stored in manifest.files.keys() {
            assert!(self.root.join(stored.to_string()).is_file(), "{stored} is named and not there");
        }
        self.store.save(manifest)
    }

    fn location(&self) -> String {
        self.store.location()
    }
}

#[test]
fn files_are_there_before_their_names() {
    let redis = redis_or_skip!(Redis::start());
    let site = site("unused");
    let watched = Watched { store: redis.store(), root: site.path("out") };
    let settings = Settings::new().debug(false).static_root(site.path("out")).dir(site.path("src"));
    let static_files = StaticFiles::builder(settings).manifests(watched).build().expect("built");
    static_files.collect(&Default::default(), &|_| {}).expect("collected");
    site.write("src/é.svg", "<svg>2</svg>");
    static_files.collect(&Default::default(), &|_| {}).expect("collected");
    let saved = redis.store().load().expect("loaded").expect("saved");
    assert!(saved.paths.contains_key(&StaticName::new("é.svg").expect("a name")));
}

#[test]
fn a_password_is_used_and_never_shown() {
    let redis = redis_or_skip!(Redis::start_with(Some("s3cret")));
    let site = site(&redis.url(""));
    let run = site.run(&["collectstatic", "--no-input", "-v", "3"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
    let static_files = StaticFiles::new(settings(&site, &redis.url(""))).expect("collected");
    assert!(!format!("{static_files:?}").contains("s3cret"), "{static_files:?}");

    for (user, problem) in [
        (":wr0ng@", "the server refuses the user or the password; look at the URL in the settings"),
        ("", "the server asks for a password; put it into the URL in the settings"),
    ] {
        let url = format!("redis://{user}127.0.0.1:{}/", redis.port);
        let site = self::site(&url);
        let run = site.run(&["collectstatic", "--no-input"]);
        let place = format!("staticfiles:staticfiles.json in redis://127.0.0.1:{}/0", redis.port);
        assert_eq!((run.status, run.stderr), (Some(1), format!("error: cannot read {place}: {problem}\n")));
    }
}

#[test]
fn a_running_program_takes_new_names_over_and_says_once_that_the_server_is_lost() {
    let mut redis = redis_or_skip!(Redis::start());
    let url = redis.url("");
    let site = site(&url);
    site.collect();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ear = told.clone();
    let builder = StaticFiles::builder(settings(&site, &url));
    let builder = builder.on_trouble(move |text| ear.lock().expect("a lock").push(text.to_owned()));
    let static_files = builder.build().expect("built");
    let first = static_files.url("css/app.css").expect("a URL");
    let _watch = static_files.watch(Duration::from_millis(20)).expect("a thread");
    site.write("src/css/app.css", "b{}");
    site.collect();
    let now = || static_files.url("css/app.css").expect("a URL");
    let told = || told.lock().expect("a lock").clone();
    let wait = |what: &str, is_so: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    wait("the new name", &|| now() != first);
    assert!(told().is_empty(), "{:?}", told());
    let last = now();
    redis.kill();
    wait("the loss is told", &|| !told().is_empty());
    std::thread::sleep(Duration::from_millis(200));
    assert!(told().len() == 1 && told()[0].ends_with("; the last manifest stays in use"), "{:?}", told());
    assert_eq!(now(), last);
}
