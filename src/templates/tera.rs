//! Functions for Tera: `{{ static(path="css/app.css") }}`.

use tera::{Error, Kwargs, State, Tera, TeraResult};

use crate::static_files::StaticFiles;

/// Adds the functions `static(path=…)`, `get_static_prefix()` and `get_media_prefix()`, and the values
/// `STATIC_URL` and `MEDIA_URL` to the global context. Tera wants its functions before the templates
/// that call them.
///
/// All are plain strings, so Tera escapes them where it escapes and as it was told to, also when they
/// were set to a variable first. A name that has no URL is an error of the template.
///
/// ```
/// use staticfiles::{Settings, StaticFiles};
///
/// let static_files = StaticFiles::new(Settings::new().debug(true).static_url("/static/"))?;
/// let mut tera = tera::Tera::new();
/// staticfiles::templates::tera::add_to_tera(&mut tera, &static_files);
///
/// tera.add_raw_template("page.html", r#"<link rel="stylesheet" href="{{ static(path='css/app.css') }}">"#)?;
/// let page = tera.render("page.html", &tera::Context::new())?;
/// assert_eq!(page, r#"<link rel="stylesheet" href="/static/css/app.css">"#);
///
/// // Django's `{% static "img/logo.svg" as logo %}`, and the prefix.
/// tera.add_raw_template("logo.html", "{% set logo = static(path='img/logo.svg?a&b') %}{{ logo }} {{ STATIC_URL }}")?;
/// assert_eq!(tera.render("logo.html", &tera::Context::new())?, "/static/img/logo.svg?a&amp;b /static/");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn add_to_tera(tera: &mut Tera, static_files: &StaticFiles) {
    let (static_prefix, media_prefix) = (static_files.static_url().to_string(), static_files.media_url().to_owned());
    tera.global_context().insert("STATIC_URL", &static_prefix);
    tera.global_context().insert("MEDIA_URL", &media_prefix);
    tera.register_function("get_static_prefix", move |_: Kwargs, _: &State<'_>| static_prefix.clone());
    tera.register_function("get_media_prefix", move |_: Kwargs, _: &State<'_>| media_prefix.clone());

    let static_files = static_files.clone();
    tera.register_function("static", move |arguments: Kwargs, _: &State<'_>| -> TeraResult<String> {
        // The text of the error is the message, so that the nearest names are seen at once.
        static_files.url(arguments.must_get("path")?).map_err(Error::message)
    });
}
