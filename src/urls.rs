//! Static files as routes of an axum router instead of a layer around it, as Django's
//! `staticfiles_urlpatterns` has them (behaviours 200 and 201).

use axum::Router;
use tower_layer::Layer;

use crate::resolver::encode_path;
use crate::serve::NothingElse;
use crate::static_files::StaticFiles;

/// In debug, a router that answers every request below the static URL from the finders. In release,
/// and where the static URL is on another host, a router without a route: a server in front, or
/// [`StaticFiles::layer`], serves what was collected.
///
/// Merged into the router of the application, it is found by axum in the same look-up as its other
/// routes, and is behind the application's own layers.
///
/// ```
/// use staticfiles::{Settings, StaticFiles, urls::staticfiles_urlpatterns};
///
/// # fn main() -> staticfiles::Result<()> {
/// let static_files = StaticFiles::new(Settings::new().dir("frontend").debug(true))?;
/// let app: axum::Router = axum::Router::new()
///     .route("/", axum::routing::get(|| async { "home" }))
///     .merge(staticfiles_urlpatterns(&static_files));
/// # Ok(())
/// # }
/// ```
///
/// A static URL with a segment that starts with `*` can only be merged into a router that was told
/// [`without_v07_checks`](Router::without_v07_checks), and one that starts with `:` is only found
/// escaped, as `%3A`.
pub fn staticfiles_urlpatterns<S>(static_files: &StaticFiles) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let url = static_files.static_url();
    if !static_files.is_debug() || !url.host().is_empty() {
        return Router::new();
    }
    let service = static_files.layer_of_routes().layer(NothingElse);
    prefixes(url.path()).into_iter().fold(Router::new().without_v07_checks(), |router, prefix| {
        router.route_service(&prefix, service.clone()).route_service(&format!("{prefix}{{*path}}"), service.clone())
    })
}

/// The forms in which clients write the prefix, in axum's syntax: escaped, which leaves no brace to
/// be taken for a capture, and as it is, with braces that stand for themselves.
fn prefixes(path: &str) -> Vec<String> {
    let mut prefixes = vec![encode_path(path)];
    let plain = path.replace('{', "{{").replace('}', "}}");
    // No router but one without checks takes such a segment.
    if plain != prefixes[0] && !plain.contains("/:") {
        prefixes.push(plain);
    }
    prefixes
}
