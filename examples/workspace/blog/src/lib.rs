//! A blog. Its files are found beside its source.

/// The static files of the blog.
pub fn staticfiles() -> staticfiles::App {
    staticfiles::app!()
}
