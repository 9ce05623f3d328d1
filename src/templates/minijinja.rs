//! The function `static()` for MiniJinja: `{{ static("css/app.css") }}`.

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use crate::static_files::StaticFiles;

/// Adds the function `static(name)`, which gives the URL of a static file.
///
/// In templates that are escaped as HTML the URL is escaped for a quoted attribute and marked as
/// safe; elsewhere it is a plain string. A name that has no URL is an error of the template.
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
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn add_to_env(env: &mut Environment<'_>, static_files: &StaticFiles) {
    let static_files = static_files.clone();
    env.add_function("static", move |state: &State<'_, '_>, name: &str| -> Result<Value, Error> {
        // The text of the error is the message, so that the nearest names are seen at once.
        let no_url = |error: crate::error::Error| Error::new(ErrorKind::InvalidOperation, error.to_string());
        let url = static_files.url(name).map_err(no_url)?;
        Ok(match state.auto_escape() {
            AutoEscape::Html => Value::from_safe_string(escape(&url)),
            _ => Value::from(url),
        })
    });
}

/// Escapes what has a meaning in a quoted attribute. MiniJinja's own escaping would write every `/`
/// as `&#x2f;`.
fn escape(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    for character in url.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn slashes_stay_and_quotes_do_not() {
        assert_eq!(escape("/s/a.css?x=1&y='\"<>"), "/s/a.css?x=1&amp;y=&#39;&quot;&lt;&gt;");
    }
}
