//! Trees that nobody here wrote, fetched by `tests/fetch-trees`: every reference of the collected
//! style sheets and scripts leads to a collected file over HTTP, and the logical names put back give
//! the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use staticfiles::references::{CssScanner, JsScanner, Scanner, Target, resolve};
use staticfiles::{CollectOptions, Settings, StaticFiles, StaticName};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::skip;

pub(crate) fn tree(name: &str) -> Option<PathBuf> {
    let trees = std::env::var_os("STATICFILES_TREES").map(PathBuf::from);
    let trees = trees.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/trees"));
    let tree = trees.join(name);
    if tree.is_dir() {
        return Some(tree);
    }
    skip(&format!("the tree {name} (run tests/fetch-trees)"));
    None
}

async fn check(name: &str) {
    let Some(tree) = tree(name) else { return };
    let out = tempfile::TempDir::new().expect("a directory");
    // The packages' own mistakes are warnings here: katex, for one, ships tests beside its files.
    let settings = Settings::new()
        .static_root(out.path().join("out"))
        .dir(&tree)
        .debug(false)
        // Without optimisation compressing takes minutes.
        .compress(|compress| compress.codings.clear())
        .rewrite(|rewrite| rewrite.missing = staticfiles::settings::MissingSetting::Warn);
    let static_files = StaticFiles::new(settings).expect("settings");
    let report = static_files.collect(&CollectOptions::new(), &|_| {}).expect("the tree is collected");
    static_files.reload().expect("a manifest");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("out/staticfiles.json")).expect("a manifest")).expect("JSON");
    let paths: BTreeMap<String, String> = serde_json::from_value(manifest["paths"].clone()).expect("paths");
    assert_eq!(paths.len(), report.modified.len());
    let logical: BTreeMap<&str, &str> = paths.iter().map(|(name, stored)| (stored.as_str(), name.as_str())).collect();
    let missing: Vec<(&str, &str)> =
        report.warnings.iter().map(|problem| (problem.file.as_str(), problem.reference.as_str())).collect();
    let service = static_files
        .layer()
        .layer(service_fn(|_| async { Ok::<_, std::io::Error>(axum::response::Response::new(String::new())) }));
    let (mut checked, mut asked) = (0, std::collections::HashSet::new());
    let scanners: [&dyn Scanner; 2] = [&CssScanner, &JsScanner::new(true)];
    for (name, stored) in &paths {
        let logical_name = StaticName::new(name).expect("a name");
        let Some(scanner) = scanners.iter().find(|scanner| scanner.handles(&logical_name)) else { continue };
        let text = fs::read_to_string(out.path().join("out").join(stored)).expect("UTF-8");
        let from = StaticName::new(stored).expect("a name");
        let mut source = text.clone();
        for reference in scanner.scan(&text).into_iter().rev() {
            let Target::File { name: target, .. } = resolve(&from, &reference.specifier, static_files.static_url())
            else {
                continue;
            };
            let Some(original) = logical.get(target.as_str()) else {
                // A directory is left alone: servers of modules may look into it.
                let below = format!("{target}/");
                if paths.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below)) {
                    continue;
                }
                assert!(
                    missing.contains(&(name.as_str(), reference.specifier.as_str())),
                    "{name}: {}",
                    reference.specifier
                );
                continue;
            };
            if asked.insert(target.clone()) {
                let url = format!("/static/{}", target.as_str().replace(' ', "%20"));
                let request = Request::get(&url).body(Body::empty()).expect("a request");
                let response = service.clone().oneshot(request).await.expect("an answer");
                assert_eq!(response.status(), StatusCode::OK, "{name} refers to {url}");
                assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            }
            let (stored_file, original_file) = (target.file_name(), original.rsplit('/').next().unwrap_or(original));
            let part = source[reference.span.clone()].replace(stored_file, original_file);
            source.replace_range(reference.span.clone(), &part);
            checked += 1;
        }
        assert_eq!(source, fs::read_to_string(tree.join(name)).expect("a source"), "{name}");
    }
    // Two are built in one piece, and ship no source maps.
    assert!(checked > 0 || ["tinymce", "video.js"].contains(&name), "{name} has references");
}

#[tokio::test]
async fn bootstrap() {
    check("bootstrap").await;
}

#[tokio::test]
async fn fontawesome_free() {
    check("fontawesome-free").await;
}

#[tokio::test]
async fn bootstrap_icons() {
    check("bootstrap-icons").await;
}

#[tokio::test]
async fn katex() {
    check("katex").await;
}

#[tokio::test]
async fn django_admin() {
    check("django-admin").await;
}

#[tokio::test]
async fn lodash_es() {
    check("lodash-es").await;
}

#[tokio::test]
async fn shoelace() {
    check("shoelace").await;
}

#[tokio::test]
async fn ol() {
    check("ol").await;
}

#[tokio::test]
async fn three() {
    check("three").await;
}

#[tokio::test]
async fn codemirror() {
    check("codemirror").await;
}

#[tokio::test]
async fn monaco_editor() {
    check("monaco-editor").await;
}

#[tokio::test]
async fn ionic_core() {
    check("ionic-core").await;
}

#[tokio::test]
async fn jquery() {
    check("jquery").await;
}

#[tokio::test]
async fn ckeditor4() {
    check("ckeditor4").await;
}

#[tokio::test]
async fn tinymce() {
    check("tinymce").await;
}

#[tokio::test]
async fn ace_builds() {
    check("ace-builds").await;
}

#[tokio::test]
async fn video_js() {
    check("video.js").await;
}
