//! What the layer costs a request that is not for it: the same application with and without.

use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use criterion::{Criterion, criterion_group, criterion_main};
use staticfiles::{Settings, StaticFiles};
use tower::ServiceExt;
use tower::util::MapRequestLayer;

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

criterion_group!(benches, outside_the_prefix);
criterion_main!(benches);
