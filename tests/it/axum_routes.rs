//! Static files as routes of an axum router: `staticfiles_urlpatterns` and the handler.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{any, get};
use http_body_util::BodyExt;
use staticfiles::urls::staticfiles_urlpatterns;
use staticfiles::{Settings, StaticFiles};
use tower::ServiceExt;

use crate::support::Site;

fn site() -> Site {
    Site::new().file("src/css/app.css", "a{}").file("src/a b.txt", "blank").file("src/%zz.txt", "odd")
}

fn static_files(site: &Site, url: &str, debug: bool) -> StaticFiles {
    let settings = Settings::new().static_url(url).static_root(site.path("out")).dir(site.path("src"));
    StaticFiles::new(settings.debug(debug)).expect("good settings")
}

async fn ask(app: &Router, method: &str, path: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let response = app.clone().oneshot(request).await.expect("no error is possible");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn app(static_files: &StaticFiles) -> Router {
    let fallback = || async { (StatusCode::IM_A_TEAPOT, "the application") };
    Router::new().route("/", get(|| async { "home" })).merge(staticfiles_urlpatterns(static_files)).fallback(fallback)
}

#[tokio::test]
async fn in_debug_the_routes_answer_as_the_layer_does() {
    let site = site();
    let static_files = static_files(&site, "/static/", true);
    let (routes, layer) = (app(&static_files), Router::new().layer(static_files.layer()));
    for (method, path, expected) in [
        ("GET", "/static/css/app.css", (StatusCode::OK, "a{}")),
        ("GET", "/static/a%20b.txt", (StatusCode::OK, "blank")),
        ("GET", "/static/%25zz.txt", (StatusCode::OK, "odd")),
        ("GET", "/static/%zz.txt", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static/%FF", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static/nope", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static/css", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static//css/app.css", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static/../Cargo.toml", (StatusCode::NOT_FOUND, "not found\n")),
        ("GET", "/static/", (StatusCode::NOT_FOUND, "not found\n")),
        ("HEAD", "/static/css/app.css", (StatusCode::OK, "")),
        ("POST", "/static/css/app.css", (StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n")),
        ("OPTIONS", "/static/css/app.css", (StatusCode::NO_CONTENT, "")),
    ] {
        let (status, body) = ask(&routes, method, path).await;
        assert_eq!((status, &*body), expected, "{method} {path}");
        assert_eq!((status, body), ask(&layer, method, path).await, "{method} {path}");
    }
    for path in ["/static", "/statics/css/app.css", "/other"] {
        assert_eq!(ask(&routes, "GET", path).await.0, StatusCode::IM_A_TEAPOT, "{path}");
    }
    assert_eq!(ask(&routes, "GET", "/").await.1, "home");
}

#[tokio::test]
async fn any_prefix_can_be_routed() {
    let site = site();
    for url in ["/a/b/", "/{x}/", "/{*x}/", "/@x/", "/a:x/", "static/"] {
        let static_files = static_files(&site, url, true);
        let path = static_files.url("css/app.css").expect("any name");
        assert_eq!(ask(&app(&static_files), "GET", &path).await, (StatusCode::OK, "a{}".to_owned()), "{url}: {path}");
    }
    for (url, path) in
        [("/my files/", "/my%20files/a%20b.txt"), ("/é/", "/%C3%A9/a%20b.txt"), ("/:x/", "/%3Ax/a%20b.txt")]
    {
        let static_files = static_files(&site, url, true);
        assert_eq!(ask(&app(&static_files), "GET", path).await, (StatusCode::OK, "blank".to_owned()), "{path}");
    }
    let starred = static_files(&site, "/*x/", true);
    assert_eq!(ask(&staticfiles_urlpatterns(&starred), "GET", "/*x/css/app.css").await.0, StatusCode::OK);
}

#[tokio::test]
async fn in_release_and_for_another_host_there_is_no_route() {
    let site = site();
    for static_files in
        [static_files(&site, "/static/", false), static_files(&site, "https://cdn.example/static/", true)]
    {
        assert_eq!(ask(&app(&static_files), "GET", "/static/css/app.css").await.0, StatusCode::IM_A_TEAPOT);
    }
}

#[tokio::test]
async fn the_handler_serves_below_any_route_in_debug_or_when_insecure() {
    let site = site();
    let routes = |static_files: &StaticFiles, insecure: bool| {
        let handler = if insecure { static_files.handler().insecure() } else { static_files.handler() };
        Router::new()
            .route("/assets/{*path}", any(handler.clone()))
            .nest("/deep", Router::new().route("/{tenant}/{*path}", any(handler.clone())))
            .fallback(handler)
    };
    let (debug, release) = (static_files(&site, "/static/", true), static_files(&site, "/static/", false));
    for (app, found) in
        [(routes(&debug, false), true), (routes(&release, false), false), (routes(&release, true), true)]
    {
        for (path, exists) in [
            ("/assets/css/app.css", true),
            ("/deep/acme/css/app.css", true),
            ("/css/app.css", true),
            ("/assets/nope", false),
            ("/assets/%zz.txt", false),
            ("/assets/%FF", false),
            ("/assets//css/app.css", false),
            ("/assets/css/../css/app.css", false),
        ] {
            let expected =
                if found && exists { (StatusCode::OK, "a{}") } else { (StatusCode::NOT_FOUND, "not found\n") };
            let (status, body) = ask(&app, "GET", path).await;
            assert_eq!((status, &*body), expected, "{path}");
        }
    }
    let (status, _) = ask(&routes(&debug, false), "POST", "/assets/css/app.css").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}
