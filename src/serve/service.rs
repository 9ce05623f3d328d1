//! The Tower layer and service: which requests are ours, and the future of either kind of answer.
//! What is answered is for the look-up.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::task::JoinHandle;
use tower_layer::Layer;
use tower_service::Service;

use super::body::{BoxError, Own, ResponseBody};
use super::counters::Tally;
use super::events::Asked;
use super::lookup::{Answer, Present};
use super::respond::{failed, not_found};
use super::site::{Paths, Place};

/// A Tower layer that answers every request below the static URL, and for root files, and passes all others on untouched.
///
/// Made by `StaticFiles::layer`. Files are opened on blocking threads, so the service has to run in
/// a Tokio runtime.
#[derive(Debug, Clone)]
pub struct StaticFilesLayer {
    paths: Paths,
    lookup: Arc<dyn Present>,
    tally: Arc<Tally>,
}

impl StaticFilesLayer {
    /// Serves these paths.
    pub(crate) fn new(paths: Paths, lookup: Arc<dyn Present>, tally: Arc<Tally>) -> Self {
        Self { paths, lookup, tally }
    }
}

#[cfg(feature = "cli")]
impl StaticFilesLayer {
    /// The same layer with no request its own: a development server without static files.
    pub(crate) fn passing_all(self) -> Self {
        Self { paths: Paths::none(), ..self }
    }
}

impl<S> Layer<S> for StaticFilesLayer {
    type Service = StaticFilesService<S>;

    fn layer(&self, inner: S) -> StaticFilesService<S> {
        let Self { paths, lookup, tally } = self.clone();
        StaticFilesService { paths, lookup, tally, inner }
    }
}

/// The service of [`StaticFilesLayer`], around the application.
#[derive(Debug, Clone)]
pub struct StaticFilesService<S> {
    paths: Paths,
    lookup: Arc<dyn Present>,
    tally: Arc<Tally>,
    inner: S,
}

impl<S> StaticFilesService<S> {
    /// The answer to a request below the prefix, `None` if it is the application's.
    fn answer<B>(&self, request: &Request<B>) -> Option<(Answer, Asked)> {
        let place = self.paths.place(request.uri().path())?;
        let mut answer = None;
        self.lookup.with(&mut |lookup| {
            answer = match &place {
                Place::Below(name) => Some(lookup.answer(name, request.method(), request.headers())),
                Place::Root(name) => Some(lookup.answer_root_file(name, request.method(), request.headers())),
                Place::Nowhere => None,
            };
        });
        let asked = Asked::new(match &place {
            Place::Below(name) => name,
            Place::Root(name) => name.as_str(),
            Place::Nowhere => request.uri().path(),
        });
        Some((answer.unwrap_or_else(|| Answer::Ready(not_found(request.method()))), asked))
    }
}

impl<S, ReqB, ResB> Service<Request<ReqB>> for StaticFilesService<S>
where
    S: Service<Request<ReqB>, Response = Response<ResB>>,
    ResB: Body<Data = Bytes>,
    ResB::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<ResB>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<ReqB>) -> Self::Future {
        let kind = match self.answer(&request) {
            None => Kind::App { future: self.inner.call(request) },
            Some((Answer::Ready(response), asked)) => {
                observe(&response, &self.tally, &asked);
                Kind::Ready { response: Some(response) }
            }
            Some((Answer::Blocking(handle), asked)) => Kind::Blocking { handle, tally: self.tally.clone(), asked },
        };
        ResponseFuture { kind }
    }
}

fn observe(response: &Response<Own>, tally: &Tally, asked: &Asked) {
    tally.count(response);
    asked.answered(response);
}

pin_project_lite::pin_project! {
    /// The future of [`StaticFilesService`].
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project_lite::pin_project! {
    #[project = KindProjection]
    enum Kind<F> {
        App { #[pin] future: F },
        Ready { response: Option<Response<Own>> },
        Blocking { handle: JoinHandle<Response<Own>>, tally: Arc<Tally>, asked: Asked },
    }
}

impl<F, ResB, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<ResB>, E>>,
{
    type Output = Result<Response<ResponseBody<ResB>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let own = match self.project().kind.project() {
            KindProjection::App { future } => {
                return future.poll(context).map_ok(|response| response.map(ResponseBody::app));
            }
            KindProjection::Ready { response } => response.take().unwrap_or_else(failed),
            // The thread is lost when a finder or storage panics, or the runtime shuts down.
            KindProjection::Blocking { handle, tally, asked } => {
                let response = ready!(Pin::new(handle).poll(context)).unwrap_or_else(|_| failed());
                observe(&response, tally, asked);
                response
            }
        };
        Poll::Ready(Ok(own.map(ResponseBody::own)))
    }
}

impl<F> std::fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}
