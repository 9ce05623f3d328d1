//! Functions for MiniJinja: `{{ static("css/app.css") }}`.

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use super::escape::escape;
use crate::static_files::StaticFiles;

/// Adds the functions `static(name)`, `get_static_prefix()` and `get_media_prefix()`, and the values
/// `STATIC_URL` and `MEDIA_URL`.
///
/// In templates that are escaped as HTML a URL is escaped for a quoted attribute and marked as safe,
/// so it may be set to a variable first; elsewhere it is a plain string. A name that has no URL is an
/// error of the template.
///
/// ```
/// use staticfiles::{Settings, StaticFiles};
///
/// let static_files = StaticFiles::new(Settings::new().debug(true).static_url("/static/"))?;
/// let mut env = minijinja::Environment::new();
/// staticfiles::templates::minijinja::add_to_env(&mut env, &static_files);
///
/// env.add_template("page.html", r#"<link rel="stylesheet" href="{{ static('css/app.css') }}">"#)?;
/// let page = env.get_template("page.html")?.render(())?;
/// assert_eq!(page, r#"<link rel="stylesheet" href="/static/css/app.css">"#);
///
/// // Django's `{% static "img/logo.svg" as logo %}`, and the prefix.
/// env.add_template("logo.html", "{% set logo = static('img/logo.svg?a&b') %}{{ logo }} {{ STATIC_URL }}")?;
/// assert_eq!(env.get_template("logo.html")?.render(())?, "/static/img/logo.svg?a&amp;b /static/");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn add_to_env(env: &mut Environment<'_>, static_files: &StaticFiles) {
    let (static_prefix, media_prefix) = (static_files.static_url().to_string(), static_files.media_url().to_owned());
    env.add_global("STATIC_URL", value(&static_prefix));
    env.add_global("MEDIA_URL", value(&media_prefix));
    env.add_function("get_static_prefix", move |state: &State<'_, '_>| url(state, static_prefix.clone()));
    env.add_function("get_media_prefix", move |state: &State<'_, '_>| url(state, media_prefix.clone()));

    let static_files = static_files.clone();
    env.add_function("static", move |state: &State<'_, '_>, name: &str| match static_files.url(name) {
        Ok(found) => Ok(url(state, found)),
        // The text of the error is the message, so that the nearest names are seen at once.
        Err(error) => Err(Error::new(ErrorKind::InvalidOperation, error.to_string())),
    });
}

/// A URL as it belongs into the place it is asked for from. MiniJinja's own escaping would write every
/// `/` as `&#x2f;`.
fn url(state: &State<'_, '_>, url: String) -> Value {
    match state.auto_escape() {
        AutoEscape::Html => Value::from_safe_string(escape(&url)),
        _ => Value::from(url),
    }
}

/// A prefix as a value, which does not know where it will stand: safe only if it reads the same with
/// and without HTML escaping, as nearly every prefix does.
fn value(prefix: &str) -> Value {
    if escape(prefix) == prefix { Value::from_safe_string(prefix.to_owned()) } else { Value::from(prefix) }
}
