//! A server for the commands: hyper over a listening socket, HTTP/1.1 and HTTP/2 with prior
//! knowledge, until a signal asks it to end. TLS is left to a proxy in front.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_layer::Layer;
use tower_service::Service;

use super::access_log::AccessLog;
use super::address::Address;
use super::output::{Output, with_causes};
use crate::error::{Error, Result};
use crate::serve::StaticFilesLayer;
use crate::static_files::StaticFiles;

/// How long a client may take to send the head of a request.
const HEADERS: Duration = Duration::from_secs(30);

type BoxError = Box<dyn StdError + Send + Sync>;

/// What a program answers beside its static files: every cloneable Tower service over hyper's
/// requests, such as `axum::Router`.
pub trait Application:
    Service<Request<Incoming>, Response = Response<Self::Body>, Error: Into<BoxError>, Future: Send + 'static>
    + Clone
    + Send
    + 'static
{
    /// The body of its answers.
    type Body: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static;
}

impl<S, B> Application for S
where
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send + 'static>,
    S: Clone + Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Body = B;
}

/// A server that only lacks its application.
pub(super) struct Server<'a> {
    pub(super) static_files: StaticFiles,
    /// The static files before the application, or `passing_all`.
    pub(super) layer: StaticFilesLayer,
    pub(super) address: Address,
    pub(super) workers: Option<usize>,
    pub(super) has_access_log: bool,
    /// How long open requests may take when the server is asked to end.
    pub(super) drain: Duration,
    /// What is said on standard output and on standard error once it listens; `{address}` is
    /// replaced.
    pub(super) announced: [String; 2],
    pub(super) output: &'a Output,
}

impl Server<'_> {
    /// Serves until a signal ends it. The application is made in the runtime that it runs in.
    pub(super) fn run<F, A>(self, make: impl FnOnce(StaticFiles) -> F) -> Result<()>
    where
        F: Future<Output = Result<A, BoxError>>,
        A: Application,
    {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        if let Some(workers) = self.workers {
            runtime.worker_threads(workers);
        }
        let failed = |source| Error::Io { action: "serve at", subject: self.address.to_string(), source };
        let runtime = runtime.enable_all().build().map_err(failed)?;
        runtime.block_on(async {
            let listener = self.address.listen().await?;
            let local = listener.local_addr().map_err(failed)?;
            let application = make(self.static_files.clone()).await;
            let application = application.map_err(|error| {
                Error::Settings(format!("the application could not be made: {}", with_causes(&*error)))
            })?;
            // Whoever reads the announcement may ask at once.
            let end = end_signal().map_err(failed)?;
            let [result, note] =
                &self.announced.each_ref().map(|text| text.replace("{address}", &format!("http://{local}")));
            self.output.result(result);
            if !note.is_empty() {
                self.output.note(note);
            }
            self.accept(application, listener, end).await;
            Ok(())
        })
    }

    async fn accept<A: Application>(&self, application: A, listener: TcpListener, end: impl Future<Output = ()>) {
        let service = AccessLog { inner: self.layer.layer(application), is_on: self.has_access_log };
        let service = TowerToHyperService::new(service);
        let mut connections = auto::Builder::new(TokioExecutor::new());
        // Half a request must not hold a connection for ever.
        connections.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
        let open = GracefulShutdown::new();
        tokio::pin!(end);
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // Out of descriptors, or the client is gone already: others go on.
                    Err(error) => {
                        self.output.warning(format_args!("a connection could not be accepted: {error}"));
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut end => break,
            };
            let _ = stream.set_nodelay(true);
            let connection =
                connections.serve_connection_with_upgrades(TokioIo::new(stream), service.clone()).into_owned();
            // A client that goes away in the middle is everyday life and no event.
            tokio::spawn(open.watch(connection));
        }
        drop(listener);
        self.output.note("shutting down");
        let _ = tokio::time::timeout(self.drain, open.shutdown()).await;
    }
}

/// Ends when the process is asked to.
#[cfg(unix)]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

/// The application of a program that has static files and nothing else.
#[derive(Debug, Clone, Copy)]
pub(super) struct NothingElse;

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
