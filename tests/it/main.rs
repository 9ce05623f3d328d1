//! The integration tests, one program: what a user sees of the library, the program and the server.

mod bad_input;
mod collect;
mod css;
mod django;
mod example;
mod js;
mod real_trees;
mod server;
mod settings;
mod storage;
mod support;
mod tidy;
