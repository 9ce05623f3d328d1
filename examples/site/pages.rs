//! Pages made from templates. The apps decide what is on a page, `Pages` how it becomes a response.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value, context, path_loader};
use staticfiles::StaticFiles;

/// The templates of the site. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Pages(Arc<Environment<'static>>);

impl Pages {
    /// Looks templates up in `folders`, in this order. With `reload`, an edited template shows
    /// at the next request.
    pub(crate) fn new(folders: &[PathBuf], static_files: &StaticFiles, reload: bool) -> Self {
        let loaders: Vec<_> = folders.iter().map(path_loader).collect();
        let mut env = Environment::new();
        env.set_loader(move |name| loaders.iter().find_map(|load| load(name).transpose()).transpose());
        env.set_auto_reload(reload);
        staticfiles::templates::minijinja::add_to_env(&mut env, static_files);
        Self(Arc::new(env))
    }

    pub(crate) fn show(&self, template: &str, context: Value) -> Response {
        match self.0.get_template(template).and_then(|page| page.render(context)) {
            Ok(page) => Html(page).into_response(),
            Err(error) => {
                tracing::error!("{error:#}");
                (StatusCode::INTERNAL_SERVER_ERROR, "This page is broken; the log says why.").into_response()
            }
        }
    }

    pub(crate) fn not_found(&self) -> Response {
        (StatusCode::NOT_FOUND, self.show("404.html", context! {})).into_response()
    }
}
