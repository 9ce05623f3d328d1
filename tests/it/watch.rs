//! A new manifest under a running program: taken over by itself, in one step, and never a broken one.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use staticfiles::manifest::{Manifest, ManifestStore, MemoryManifestStore};
use staticfiles::storage::MemoryStorage;
use staticfiles::{Settings, StaticFiles};
use tempfile::TempDir;
use tower::{Layer, ServiceExt};

const SOON: Duration = Duration::from_millis(20);

/// Sources that can be collected anew, and what was told meanwhile.
struct Project {
    sources: TempDir,
    root: TempDir,
    told: Arc<Mutex<Vec<String>>>,
}

impl Project {
    fn new() -> Self {
        let directory = || TempDir::new().expect("a directory");
        Self { sources: directory(), root: directory(), told: Arc::default() }
    }

    fn settings(&self) -> Settings {
        Settings::new().debug(false).dir(self.sources.path()).static_root(self.root.path())
    }

    fn collect(&self, css: &str) {
        fs::write(self.sources.path().join("app.css"), css).expect("a source");
        let static_files = StaticFiles::builder(self.settings()).build_for_collecting().expect("settings");
        static_files.collect(&Default::default(), &|_| {}).expect("collected");
    }

    fn serve(&self) -> StaticFiles {
        let told = self.told.clone();
        let builder = StaticFiles::builder(self.settings());
        builder.on_trouble(move |text| told.lock().expect("a lock").push(text.to_owned())).build().expect("built")
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().expect("a lock").clone()
    }
}

/// Writes a file whole, as collecting does.
fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("tmp");
    fs::write(&beside, bytes).expect("written");
    fs::rename(&beside, path).expect("renamed");
}

async fn ask(static_files: &StaticFiles, path: &str) -> (StatusCode, Bytes) {
    let app =
        tower::service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(Full::default())));
    let service = static_files.layer().layer(app);
    let response = service.oneshot(Request::get(path).body(()).expect("a request")).await.expect("infallible");
    let status = response.status();
    (status, response.into_body().collect().await.expect("a body").to_bytes())
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn url(static_files: &StaticFiles) -> String {
    static_files.url("app.css").expect("a URL")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_manifest_is_taken_over_and_no_request_fails() {
    let project = Project::new();
    project.collect("a{}");
    let static_files = project.serve();
    let first = url(&static_files);
    let _watch = static_files.watch(SOON).expect("a thread");
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, served) = (stop.clone(), static_files.clone());
    let seen = Arc::new(Mutex::new(std::collections::BTreeSet::new()));
    let seeing = seen.clone();
    let busy = tokio::spawn(async move {
        while !stopped.load(Ordering::Relaxed) {
            // The URL of one manifest, asked of whichever is in use a moment later.
            let url = url(&served);
            let (status, _) = ask(&served, &url).await;
            assert_eq!(status, StatusCode::OK, "{url}");
            seeing.lock().expect("a lock").insert(url);
        }
    });
    let mut last = first.clone();
    for round in 0..5 {
        project.collect(&format!("a{{order:{round}}}"));
        eventually("the new URL", || url(&static_files) != last);
        last = url(&static_files);
        let (status, body) = ask(&static_files, "/static/app.css").await;
        assert_eq!((status, body), (StatusCode::OK, format!("a{{order:{round}}}").into()));
        eventually("requests go on", || seen.lock().expect("a lock").contains(&last));
    }
    stop.store(true, Ordering::Relaxed);
    busy.await.expect("no request failed");
    // What an older page names is there still.
    assert_eq!(ask(&static_files, &first).await, (StatusCode::OK, Bytes::from("a{}")));
    assert!(project.told().is_empty(), "{:?}", project.told());
}

#[test]
fn a_manifest_that_cannot_be_used_is_told_of_once_and_the_last_one_stays() {
    let project = Project::new();
    project.collect("a{}");
    let static_files = project.serve();
    let (first, manifest) = (url(&static_files), project.root.path().join("staticfiles.json"));
    let _watch = static_files.watch(SOON).expect("a thread");
    let good = fs::read(&manifest).expect("a manifest");
    for (broken, problem) in [(Some(&good[..good.len() / 2]), "cannot be used"), (None, "it is there no more")] {
        let before = project.told().len();
        match broken {
            Some(bytes) => replace(&manifest, bytes),
            None => fs::remove_file(&manifest).expect("removed"),
        }
        eventually("it is told", || project.told().len() > before);
        std::thread::sleep(SOON * 5);
        let told = project.told().split_off(before);
        assert!(told.len() == 1 && told[0].contains(problem) && told[0].contains("stays in use"), "{told:?}");
        assert!(static_files.reload().is_err());
        assert_eq!(url(&static_files), first);
        replace(&manifest, &good);
        eventually("it is told that it is well", || {
            project.told().last().is_some_and(|text| text.ends_with("can be used again"))
        });
    }
    project.collect("b{}");
    eventually("a good one is taken over after all", || url(&static_files) != first);
}

#[test]
fn a_manifest_that_comes_after_the_start_is_taken_over() {
    let project = Project::new();
    let static_files = project.serve();
    let _watch = static_files.watch(SOON).expect("a thread");
    assert!(static_files.url("app.css").is_err() && static_files.reload().is_err());
    project.collect("a{}");
    eventually("it is there", || static_files.url("app.css").is_ok());
    assert!(project.told().is_empty(), "{:?}", project.told());
}

#[test]
fn nothing_is_taken_over_when_the_guard_is_gone_or_in_debug() {
    let project = Project::new();
    project.collect("a{}");
    let static_files = project.serve();
    let debug = StaticFiles::new(project.settings().debug(true)).expect("settings");
    let first = url(&static_files);
    drop(static_files.watch(SOON).expect("a thread"));
    let _watch = debug.watch(SOON).expect("nothing to watch");
    project.collect("b{}");
    std::thread::sleep(SOON * 5);
    assert_eq!((url(&static_files), url(&debug)), (first.clone(), "/static/app.css".to_owned()));
    static_files.reload().expect("by hand");
    assert_ne!(url(&static_files), first);
}

/// A store whose server can be lost, and that counts how often it was asked for the whole manifest.
#[derive(Debug, Clone, Default)]
struct Remote {
    inner: MemoryManifestStore,
    is_lost: Arc<AtomicBool>,
    loads: Arc<AtomicUsize>,
}

impl ManifestStore for Remote {
    fn load(&self) -> staticfiles::Result<Option<Manifest>> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.inner.load()
    }

    fn save(&self, manifest: &Manifest) -> staticfiles::Result<()> {
        self.inner.save(manifest)
    }

    fn revision(&self) -> staticfiles::Result<Option<String>> {
        if self.is_lost.load(Ordering::SeqCst) {
            let source = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            return Err(staticfiles::Error::Io { action: "read", subject: self.location(), source });
        }
        self.inner.revision()
    }

    fn location(&self) -> String {
        "far away".to_owned()
    }
}

#[test]
fn a_lost_server_is_told_of_once_and_when_it_is_back() {
    let (remote, told) = (Remote::default(), Arc::new(Mutex::new(Vec::new())));
    remote.save(&Manifest::default()).expect("saved");
    let ear = told.clone();
    let builder = StaticFiles::builder(Settings::new().debug(false)).storage(MemoryStorage::new());
    let builder = builder.on_trouble(move |text| ear.lock().expect("a lock").push(text.to_owned()));
    let static_files = builder.manifests(remote.clone()).build().expect("built");
    let _watch = static_files.watch(SOON).expect("a thread");
    std::thread::sleep(SOON * 5);
    assert_eq!(remote.loads.load(Ordering::SeqCst), 1, "an unchanged manifest is loaded once");
    let count = || told.lock().expect("a lock").len();
    remote.is_lost.store(true, Ordering::SeqCst);
    eventually("the loss is told", || count() == 1);
    std::thread::sleep(SOON * 5);
    remote.is_lost.store(false, Ordering::SeqCst);
    eventually("the return is told", || count() == 2);
    let told = told.lock().expect("a lock");
    assert!(told[0].starts_with("cannot read far away: connection refused"), "{told:?}");
    assert_eq!(told[1], "the manifest far away can be used again");
}

/// Long before anybody would look.
#[cfg(feature = "notify")]
#[test]
fn a_manifest_that_is_written_is_noticed_at_once() {
    let project = Project::new();
    project.collect("a{}");
    let static_files = project.serve();
    let first = url(&static_files);
    let _watch = static_files.watch(Duration::from_secs(3600)).expect("a thread");
    project.collect("b{}");
    eventually("the new URL", || url(&static_files) != first);
}
