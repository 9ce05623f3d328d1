//! What stands behind the layer where there is no application.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode, header};
use tower_service::Service;

/// The application of a program that has static files and nothing else, and of routes that no other
/// request reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NothingElse;

impl<B> Service<Request<B>> for NothingElse {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let mut response = Response::new("not found: only static files are served here\n".to_owned());
        *response.status_mut() = StatusCode::NOT_FOUND;
        let text = header::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
        ready(Ok(response))
    }
}
