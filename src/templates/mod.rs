//! Static URLs in templates, one engine a file and a feature. Every one calls the facade's `url`;
//! what a URL looks like is for the resolver.
//!
//! | feature | in a template |
//! |---|---|
//! | `minijinja` | `{{ static("css/app.css") }}` |
//! | `tera` | `{{ static(path="css/app.css") }}` |
//! | `askama` | `{{ "css/app.css"\|static(static_files) }}` |
//! | `maud` | `(static_files.static_("css/app.css")?)` |
//! | `axum` | handlers take a [`StaticFiles`](crate::StaticFiles) |
//!
//! The prefixes are there under Django's names too: `get_static_prefix`, `get_media_prefix`, and where
//! an engine has values for all templates, `STATIC_URL` and `MEDIA_URL`.

#[cfg(feature = "askama")]
pub mod askama;

#[cfg(feature = "axum")]
mod axum;

#[cfg(any(feature = "maud", feature = "minijinja"))]
mod escape;

#[cfg(feature = "maud")]
pub mod maud;

#[cfg(feature = "minijinja")]
pub mod minijinja;

#[cfg(feature = "tera")]
pub mod tera;
