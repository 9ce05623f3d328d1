//! Django's `staticfiles` and WhiteNoise for Rust: keep static files beside the code that needs
//! them, collect them under hashed names, and serve them from a Tower layer.
//!
//! In debug, files are served from their sources under plain names; in release, what was collected is
//! served by its manifest. [`StaticFiles`] is where to begin, [`Settings`] says what there is.
//!
//! A static file has one life, and the modules are its stations:
//!
//! **find → read → rewrite → hash → store → manifest → serve → URL in a template**
//!
//! ```no_run
//! use staticfiles::{CollectOptions, Settings, StaticFiles};
//!
//! # fn main() -> staticfiles::Result<()> {
//! let settings = Settings::new().static_root("target/static").dir("frontend").app("shop", "src/shop");
//! let static_files = StaticFiles::new(settings)?;
//!
//! # #[cfg(feature = "collect")] {
//! // Once per deploy, or with the program `staticfiles collectstatic`:
//! let report = static_files.collect(&CollectOptions::new(), &|_event| {})?;
//! println!("{report}"); // 12 static files copied to 'target/static', 12 post-processed.
//! static_files.reload()?;
//! # }
//!
//! // In a template: /static/css/app.5f3a1c9e2b7d.css, or in debug /static/css/app.css
//! let url = static_files.url("css/app.css")?;
//!
//! # #[cfg(feature = "serve")] {
//! // Before the application, on any Tower stack: axum::Router::new().layer(layer)
//! let layer = static_files.layer();
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `collect` | through `cli` | [`StaticFiles::collect`]: hashing, rewriting, publishing |
//! | `serve` | through `cli` | [`StaticFiles::layer`]: the Tower layer |
//! | `compress` | no | compressed variants of what is collected; `brotli`, `zstd` and `gzip` alone |
//! | `toml` | through `cli` | [`Settings`] from `staticfiles.toml` and the environment |
//! | `embed` | no | `embedded_app!()`, beside [`app!`]: an app whose files are compiled into the program |
//! | `cargo-metadata` | no | the finder `cargo_metadata`: apps among the dependencies of a cargo package |
//! | `minijinja` | yes | the functions `static` and others for MiniJinja, see [`templates`] |
//! | `tera` | no | the same functions for Tera |
//! | `askama` | no | the filter `static` for Askama |
//! | `maud` | no | static URLs as markup for maud |
//! | `axum` | no | [`StaticFiles`] as an extractor of axum, static files as routes: [`urls`], [`views`] |
//! | `redis` | no | [`manifest::RedisManifestStore`]: the manifest in Redis, also by a setting |
//! | `notify` | no | [`StaticFiles::watch`] is woken by the system when the manifest is written |
//! | `tracing` | no | an event for each request below the static URL |
//! | `testing` | no | `testing::StaticLiveServer`, a server for tests; the contracts in [`testing`] need no feature |
//! | `cli` | yes | the program `staticfiles`, and its [`commands`] in programs of one's own |
//!
//! Without any of them there are finding, names, storages, manifests and URLs. Each feature may be
//! chosen alone.

mod name;
mod nearest;

mod error;

mod trouble;

mod coding;

#[cfg(any(feature = "collect", feature = "serve"))]
mod media_type;

mod app;

pub mod settings;

pub mod storage;

pub mod finders;

pub mod manifest;

mod resolver;

#[cfg(feature = "collect")]
pub mod references;

#[cfg(feature = "collect")]
pub mod collect;

#[cfg(feature = "serve")]
pub mod serve;

mod checks;

mod static_files;

pub mod templates;

#[cfg(feature = "axum")]
pub mod urls;

#[cfg(feature = "axum")]
pub mod views;

#[cfg(feature = "cli")]
pub mod commands;

pub mod testing;

#[cfg(feature = "embed")]
#[doc(hidden)]
pub use self::app::embed as __embed;
pub use self::app::{App, EmbeddedFile, EmbeddedFiles};
pub use self::coding::Coding;
#[cfg(feature = "collect")]
pub use self::collect::{CollectOptions, Event, Report};
pub use self::error::{Check, Error, Problem, Result, Severity};
pub use self::name::{NameError, StaticName, StoredName};
pub use self::resolver::{Resolver, StaticUrl};
#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use self::serve::fuzzing;
#[cfg(feature = "serve")]
pub use self::serve::{StaticFilesLayer, StaticFilesService};
pub use self::settings::Settings;
pub use self::static_files::{ManifestWatch, StaticFiles, StaticFilesBuilder};
