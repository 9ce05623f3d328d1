//! What the layer costs a request that is not for it: the same application with and without.

use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use criterion::{Criterion, criterion_group, criterion_main};
use staticfiles::{Settings, StaticFiles};
use tower::ServiceExt;

fn outside_the_prefix(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let static_files = StaticFiles::new(Settings::new().debug(true)).expect("settings");
    let without = Router::new().route("/articles/{id}", get(|| async { "an article" }));
    let with = without.clone().layer(static_files.layer());
    let mut group = criterion.benchmark_group("outside the prefix");
    for (name, app) in [("without the layer", without), ("with the layer", with)] {
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
