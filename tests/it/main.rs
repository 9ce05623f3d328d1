//! The integration tests, one program: what a user sees of the library, the program and the server.

#[cfg(feature = "axum")]
mod axum_routes;
mod bad_input;
mod browser;
mod collect;
mod css;
mod django;
mod example;
mod findstatic;
mod help;
#[cfg(feature = "testing")]
mod live_server;
mod manage;
mod real_trees;
mod runserver;
mod server;
mod settings;
mod storage;
mod support;
mod tidy;
