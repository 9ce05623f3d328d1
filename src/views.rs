//! One axum handler for static files below any route, as Django's `staticfiles.views.serve` is
//! (behaviour 188).

use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::handler::Handler;
use axum::response::Response;

use crate::serve::{Lookup, nothing_there};
use crate::static_files::StaticFiles;

/// A handler that serves files from the finders under their plain names: in debug, or when told to
/// be [`insecure`](Self::insecure). Otherwise nothing is found.
///
/// The name is what the last capture of the route stands for, which should be a `{*path}`; without
/// a capture it is the whole path of the request.
///
/// ```
/// use axum::routing::any;
/// use staticfiles::{Settings, StaticFiles};
///
/// # fn main() -> staticfiles::Result<()> {
/// let static_files = StaticFiles::new(Settings::new().dir("frontend").debug(true))?;
/// let app: axum::Router = axum::Router::new().route("/assets/{*path}", any(static_files.handler()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct StaticFilesHandler {
    static_files: StaticFiles,
    lookup: Option<Lookup>,
}

impl StaticFiles {
    /// A handler for axum that serves files from the finders below any route.
    pub fn handler(&self) -> StaticFilesHandler {
        let lookup = self.is_debug().then(|| self.live_lookup());
        StaticFilesHandler { static_files: self.clone(), lookup }
    }
}

impl StaticFilesHandler {
    /// Serves the sources in release too. They are looked for at every request, and files are
    /// served that would never be collected.
    pub fn insecure(self) -> Self {
        Self { lookup: Some(self.static_files.live_lookup()), ..self }
    }
}

impl<S: Send + Sync + 'static> Handler<((),), S> for StaticFilesHandler {
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, _: S) -> Self::Future {
        Box::pin(async move {
            let (mut parts, _) = request.into_parts();
            let captures = RawPathParams::from_request_parts(&mut parts, &()).await;
            let encoded = parts.uri.path();
            let response = match (&self.lookup, captures) {
                (Some(lookup), Ok(captures)) => {
                    let last = captures.iter().last().map(|(_, value)| value);
                    let whole = || percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
                    let name = last.map_or_else(|| whole().trim_start_matches('/').to_owned(), str::to_owned);
                    lookup.view(&name, encoded, &parts.method, &parts.headers).await
                }
                // What is not UTF-8 is no name.
                _ => nothing_there(&parts.method),
            };
            response.map(Body::new)
        })
    }
}
