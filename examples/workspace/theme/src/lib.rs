//! A theme: files, and a declaration of them in `Cargo.toml`.
