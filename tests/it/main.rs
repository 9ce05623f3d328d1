//! The integration tests, one program: what a user sees of the library, the program and the server.

#[cfg(feature = "axum")]
mod axum_routes;
mod bad_input;
mod browser;
mod checks;
mod collect;
mod collectstatic;
mod compress;
mod css;
mod django;
mod example;
mod finders;
mod findstatic;
mod golden;
mod graph;
mod help;
mod html;
mod js;
#[cfg(feature = "testing")]
mod live_server;
mod manage;
mod manifest;
#[cfg(not(feature = "cargo-metadata"))]
mod no_packages;
#[cfg(feature = "cargo-metadata")]
mod packages;
mod real_trees;
#[cfg(feature = "redis")]
mod redis;
mod robust;
mod runserver;
mod server;
mod serving;
mod settings;
mod storage;
mod support;
mod svg;
#[cfg(all(feature = "askama", feature = "maud", feature = "tera"))]
mod templates;
mod tidy;
mod watch;
mod web_manifest;
mod workspace;
