//! What the layer costs a request that is not for it: the same application with and without. And what
//! an answer from the index costs, alone and with several threads at once.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::get;
use criterion::{Criterion, criterion_group, criterion_main};
use staticfiles::manifest::{FileRecord, Manifest};
use staticfiles::{Settings, StaticFiles, StaticFilesService, StaticName, StoredName};
use tower::util::MapRequestLayer;
use tower::{Layer, ServiceExt};

fn outside_the_prefix(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let static_files = StaticFiles::new(Settings::new().debug(true)).expect("settings");
    let without = Router::new().route("/articles/{id}", get(|| async { "an article" }));
    let with = without.clone().layer(static_files.layer());
    let mut group = criterion.benchmark_group("outside the prefix");
    // axum boxes the response of every layer; this one does nothing else.
    let idle = without.clone().layer(MapRequestLayer::new(|request: Request<Body>| request));
    for (name, app) in
        [("without a layer", without), ("with a layer that does nothing", idle), ("with our layer", with)]
    {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let request = Request::get("/articles/7").body(Body::empty()).expect("a request");
                runtime.block_on(app.clone().oneshot(black_box(request)))
            });
        });
    }
    group.finish();
}

fn below_the_prefix(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (_root, static_files) = collected();
    let app = static_files.layer().layer(tower::service_fn(async |_: Request<()>| {
        Ok::<_, std::convert::Infallible>(Response::new(Body::empty()))
    }));
    let url = static_files.url("app.css").expect("a URL");
    let ask = move |app: &StaticFilesService<_>| {
        let request = Request::get(&*url).body(()).expect("a request");
        runtime.block_on(app.clone().oneshot(black_box(request)))
    };
    let mut group = criterion.benchmark_group("below the prefix");
    group.bench_function("a file from memory", |bencher| bencher.iter(|| ask(&app)));
    group.bench_function("a URL", |bencher| bencher.iter(|| static_files.url(black_box("app.css"))));
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, other) = (stop.clone(), static_files.clone());
    // What is shared by all threads is dear when several use it.
    let busy = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            black_box(other.url("app.css").expect("a URL"));
        }
    });
    group.bench_function("a file from memory beside a busy thread", |bencher| bencher.iter(|| ask(&app)));
    group.bench_function("a URL beside a busy thread", |bencher| {
        bencher.iter(|| static_files.url(black_box("app.css")));
    });
    stop.store(true, Ordering::Relaxed);
    busy.join().expect("it ends");
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let root = tempfile::tempdir().expect("a directory");
    let mut manifest = Manifest::default();
    for number in 0..5_000 {
        let name = StaticName::new(format!("app/part{}/file{number}.css", number % 50)).expect("a name");
        let (plain, hashed) = (StoredName::plain(&name), StoredName::hashed(&name, &format!("{number:012x}")));
        let record = FileRecord::new(name.clone(), 1000, format!("sha256-{number:043}="), 1_700_000_000);
        manifest.files.insert(plain, record.clone());
        manifest.files.insert(hashed.clone(), record.immutable());
        manifest.paths.insert(name, hashed);
    }
    std::fs::write(root.path().join("staticfiles.json"), manifest.to_json()).expect("a manifest");
    let settings = Settings::new().debug(false).static_root(root.path());
    let static_files = StaticFiles::new(settings.clone()).expect("settings");
    let mut group = criterion.benchmark_group("10,000 entries");
    group.sample_size(20);
    group.bench_function("a start", |bencher| bencher.iter(|| StaticFiles::new(settings.clone())));
    group.bench_function("a reload", |bencher| bencher.iter(|| static_files.reload()));
    group.finish();
}

/// One collected file.
fn collected() -> (tempfile::TempDir, StaticFiles) {
    let root = tempfile::tempdir().expect("a directory");
    let name = StaticName::new("app.css").expect("a name");
    let hashed = StoredName::hashed(&name, "0123456789ab");
    std::fs::write(root.path().join(hashed.as_str()), "a{}").expect("a file");
    let mut manifest = Manifest::default();
    manifest.paths.insert(name, hashed);
    std::fs::write(root.path().join("staticfiles.json"), manifest.to_json()).expect("a manifest");
    let settings = Settings::new().debug(false).static_root(root.path());
    let static_files = StaticFiles::new(settings).expect("settings");
    (root, static_files)
}

criterion_group!(benches, outside_the_prefix, below_the_prefix, start);
criterion_main!(benches);
