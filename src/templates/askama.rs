//! The filter `static` for Askama: `{{ "css/app.css"|static(static_files) }}`.
//!
//! Askama looks for filters in a module `filters` beside the template. Bring this one there, and give
//! the template its static files:
//!
//! ```
//! use askama::Template;
//! use staticfiles::{Settings, StaticFiles};
//!
//! mod filters {
//!     pub use staticfiles::templates::askama::*;
//! }
//!
//! #[derive(Template)]
//! #[template(ext = "html", source = r#"<link rel="stylesheet" href="{{ "css/app.css"|static(static_files) }}">
//! {%- let logo = "img/logo.svg"|static(static_files) -%}
//! <img src="{{ logo }}"><img src="{{ static_files.media_url() }}kites/wren.png">"#)]
//! struct Page<'a> {
//!     static_files: &'a StaticFiles,
//! }
//!
//! let static_files = StaticFiles::new(Settings::new().debug(true).static_url("/static/").media_url("/media/"))?;
//! assert_eq!(Page { static_files: &static_files }.render()?, concat!(
//!     r#"<link rel="stylesheet" href="/static/css/app.css">"#,
//!     r#"<img src="/static/img/logo.svg"><img src="/media/kites/wren.png">"#,
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The prefixes are methods: `{{ static_files.static_url() }}` and `{{ static_files.media_url() }}`.
//! Everything is a plain string, so Askama escapes it in HTML and leaves it in other texts.

/// The URL of the static file of this name: `{{ "css/app.css"|static(static_files) }}`.
///
/// # Errors
///
/// For a name that has no URL, with the text of the library's error: rendering fails.
pub use self::filter::r#static;

// A filter is a type with methods that the attribute writes, without documentation.
#[allow(missing_docs)]
mod filter {
    use std::fmt::Display;

    use askama::{Error, Result, Values};

    use crate::static_files::StaticFiles;

    #[askama::filter_fn]
    pub fn r#static(name: impl Display, _: &dyn Values, static_files: &StaticFiles) -> Result<String> {
        static_files.url(&name.to_string()).map_err(Error::custom)
    }
}
