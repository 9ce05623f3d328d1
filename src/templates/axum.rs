//! [`StaticFiles`] as an extractor of axum.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::static_files::StaticFiles;

/// A handler takes the static files of the router's state, to name them in its page.
///
/// The state is a [`StaticFiles`], or has one as a field and derives `FromRef`.
///
/// ```
/// use axum::extract::FromRef;
/// use axum::http::StatusCode;
/// use axum::response::Html;
/// use axum::{Router, routing::get};
/// use staticfiles::{Settings, StaticFiles};
///
/// #[derive(Clone)]
/// struct Site {
///     static_files: StaticFiles,
/// }
///
/// // Or #[derive(FromRef)], with axum's feature `macros`.
/// impl FromRef<Site> for StaticFiles {
///     fn from_ref(site: &Site) -> Self {
///         site.static_files.clone()
///     }
/// }
///
/// async fn home(static_files: StaticFiles) -> Result<Html<String>, (StatusCode, String)> {
///     let css = static_files.url("css/app.css").map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
///     Ok(Html(format!(r#"<link rel="stylesheet" href="{css}">"#)))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let static_files = StaticFiles::new(Settings::new().dir("frontend").debug(true))?;
/// let layer = static_files.layer();
/// let app = Router::new().route("/", get(home)).with_state(Site { static_files }).layer(layer);
/// # use tower::ServiceExt;
/// # let response = app.oneshot(axum::extract::Request::new(axum::body::Body::empty())).await?;
/// # let page = axum::body::to_bytes(response.into_body(), 1 << 20).await?;
/// # assert_eq!(page, r#"<link rel="stylesheet" href="/static/css/app.css">"#);
/// # Ok(())
/// # }
/// ```
impl<S> FromRequestParts<S> for StaticFiles
where
    StaticFiles: FromRef<S>,
    S: Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::from_ref(state))
    }
}
