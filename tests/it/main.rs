//! The integration tests, one program: what a user sees of the library, the program and the server.

mod bad_input;
mod checks;
mod collect;
mod collectstatic;
mod css;
mod django;
mod example;
mod finders;
mod manifest;
#[cfg(not(feature = "cargo-metadata"))]
mod no_packages;
#[cfg(feature = "cargo-metadata")]
mod packages;
mod real_trees;
#[cfg(feature = "redis")]
mod redis;
mod server;
mod settings;
mod storage;
mod support;
#[cfg(all(feature = "askama", feature = "maud", feature = "tera"))]
mod templates;
mod tidy;
mod workspace;
