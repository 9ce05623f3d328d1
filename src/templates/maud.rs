//! Static URLs as markup for maud: `href=(static_files.static_("css/app.css")?)`.

use maud::{Markup, PreEscaped, Render};

use super::escape::escape;
use crate::error::Result;
use crate::resolver::StaticUrl;
use crate::static_files::StaticFiles;

/// Django's template tags on [`StaticFiles`], as markup that is safe in an attribute.
///
/// ```
/// use maud::{Markup, html};
/// use staticfiles::templates::maud::StaticTags;
/// use staticfiles::{Settings, StaticFiles};
///
/// fn page(static_files: &StaticFiles) -> staticfiles::Result<Markup> {
///     let logo = static_files.static_("img/logo.svg?a&b")?;
///     Ok(html! {
///         link rel="stylesheet" href=(static_files.static_("css/app.css")?);
///         img src=(logo);
///         img src={ (static_files.get_media_prefix()) "kites/wren.png" };
///     })
/// }
///
/// let static_files = StaticFiles::new(Settings::new().debug(true).static_url("/static/").media_url("/media/"))?;
/// assert_eq!(page(&static_files)?.into_string(), concat!(
///     r#"<link rel="stylesheet" href="/static/css/app.css">"#,
///     r#"<img src="/static/img/logo.svg?a&amp;b"><img src="/media/kites/wren.png">"#,
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait StaticTags {
    /// The URL of the static file of this name. The underscore is because `static` is a word of Rust.
    ///
    /// # Errors
    ///
    /// For a name that has no URL, as [`StaticFiles::url`].
    fn static_(&self, name: &str) -> Result<Markup>;

    /// The URL prefix of all static files.
    fn get_static_prefix(&self) -> Markup;

    /// The URL prefix of uploads.
    fn get_media_prefix(&self) -> Markup;
}

impl StaticTags for StaticFiles {
    fn static_(&self, name: &str) -> Result<Markup> {
        self.url(name).map(|url| PreEscaped(escape(&url)))
    }

    fn get_static_prefix(&self) -> Markup {
        self.static_url().render()
    }

    fn get_media_prefix(&self) -> Markup {
        PreEscaped(escape(self.media_url()))
    }
}

impl Render for StaticUrl {
    fn render(&self) -> Markup {
        PreEscaped(escape(&self.to_string()))
    }
}
