//! A line for each request on standard error, as Django's development server writes it (behaviour
//! 210).

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response, StatusCode, header};
use http_body::Body;
use tower_service::Service;

/// A service that says what it was asked and what it answered, as soon as the head of the answer is
/// there.
#[derive(Debug, Clone)]
pub(super) struct AccessLog<S> {
    pub(super) inner: S,
    pub(super) is_on: bool,
}

impl<S, A, B> Service<Request<A>> for AccessLog<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: Body,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Logging<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let line = self.is_on.then(|| {
            let path = request.uri().path_and_query().map_or(request.uri().path(), |path| path.as_str());
            format!("{} {path} {:?}", request.method(), request.version())
        });
        Logging { future: self.inner.call(request), line }
    }
}

pin_project_lite::pin_project! {
    pub(super) struct Logging<F> {
        #[pin]
        future: F,
        line: Option<String>,
    }
}

impl<F, B, E> Future for Logging<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let answer = ready!(this.future.poll(context));
        if let (Some(line), Ok(response)) = (this.line.take(), &answer) {
            let now = jiff::Zoned::now().strftime("%d/%b/%Y %H:%M:%S");
            let (status, style) = (response.status(), style(response.status()));
            let reset = if style.is_empty() { "" } else { "\x1b[0m" };
            anstream::eprintln!("{style}[{now}] \"{line}\" {} {}{reset}", status.as_u16(), length(response));
        }
        Poll::Ready(answer)
    }
}

/// How many bytes of content are sent, or a dash where only the end will tell.
fn length<B: Body>(response: &Response<B>) -> String {
    let told = response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    match response.body().size_hint().exact() {
        Some(length) => length.to_string(),
        None => told.unwrap_or("-").to_owned(),
    }
}

/// The colours of Django's terminal palette, by the class of the status.
fn style(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "\x1b[1m",
        200..=299 => "",
        304 => "\x1b[36m",
        300..=399 => "\x1b[32m",
        404 => "\x1b[33m",
        400..=499 => "\x1b[1;31m",
        _ => "\x1b[1;35m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_that_of_the_body_that_is_sent() {
        let with_field = |body: &str| {
            Response::builder().header(header::CONTENT_LENGTH, "3").body(body.to_owned()).expect("a response")
        };
        assert_eq!(length(&with_field("abc")), "3");
        assert_eq!(length(&with_field("")), "0", "HEAD");
    }

    #[test]
    fn each_class_of_status_has_its_colour() {
        let styles =
            [200, 304, 302, 404, 403, 500].map(|status| style(StatusCode::from_u16(status).expect("a status")));
        let different: std::collections::BTreeSet<_> = styles.into_iter().collect();
        assert_eq!(different.len(), 6, "{styles:?}");
        assert_eq!(style(StatusCode::OK), "");
    }
}
