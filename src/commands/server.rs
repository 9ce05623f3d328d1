//! A server for the commands: hyper over a listening socket, HTTP/1.1 and HTTP/2 with prior
//! knowledge, until a signal asks it to end. TLS is left to a proxy in front.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
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
use super::connection::{Counted, IDLE, Open, Patient};
use super::output::Output;
use crate::error::{Error, Result, with_causes};
use crate::serve::StaticFilesLayer;
use crate::static_files::StaticFiles;

/// How long a client may take to send the head of a request, counted from the answer before it: as
/// long as a connection may rest.
const HEADERS: Duration = IDLE;

/// How many requests of one HTTP/2 connection are answered at once.
const STREAMS: u32 = 100;

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
    /// Whether new manifests are taken over while it runs, also when SIGHUP asks for it.
    pub(super) reloads: bool,
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
            let (end, hang_up) = (end_signal().map_err(failed)?, HangUp::new(self.reloads).map_err(failed)?);
            let [result, note] =
                &self.announced.each_ref().map(|text| text.replace("{address}", &format!("http://{local}")));
            self.output.result(result);
            if !note.is_empty() {
                self.output.note(note);
            }
            let interval = self.static_files.reload_interval().filter(|_| self.reloads);
            let _watch = interval.map(|interval| self.static_files.watch(interval)).transpose()?;
            self.accept(application, listener, end, hang_up).await;
            Ok(())
        })
    }

    async fn accept<A: Application>(
        &self,
        application: A,
        listener: TcpListener,
        end: impl Future<Output = ()>,
        mut hang_up: HangUp,
    ) {
        let service = AccessLog { inner: self.layer.layer(application), is_on: self.has_access_log };
        let mut connections = auto::Builder::new(TokioExecutor::new());
        // Half a request must not hold a connection for ever.
        connections.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
        connections.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
        let all = GracefulShutdown::new();
        tokio::pin!(end);
        let mut last_refusal: Option<Instant> = None;
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // Out of descriptors, or the client is gone already: others go on.
                    Err(error) => {
                        if last_refusal.is_none_or(|last| last.elapsed() > Duration::from_secs(10)) {
                            self.output.warning(format_args!("a connection could not be accepted: {error}"));
                            last_refusal = Some(Instant::now());
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = hang_up.heard() => {
                    self.reload().await;
                    continue;
                }
                () = &mut end => break,
            };
            let _ = stream.set_nodelay(true);
            let open = Open::default();
            let service = TowerToHyperService::new(Counted { inner: service.clone(), open: open.clone() });
            let stream = TokioIo::new(Patient::new(stream, open));
            let connection = connections.serve_connection_with_upgrades(stream, service).into_owned();
            // A client that goes away in the middle is everyday life and no event.
            tokio::spawn(all.watch(connection));
        }
        drop(listener);
        self.output.note("shutting down");
        let _ = tokio::time::timeout(self.drain, all.shutdown()).await;
    }
}

impl Server<'_> {
    /// Takes the manifest over that is there now, and says what came of it.
    async fn reload(&self) {
        let static_files = self.static_files.clone();
        match tokio::task::spawn_blocking(move || static_files.reload()).await {
            Ok(Ok(())) => self.output.note("the manifest was loaded anew"),
            Ok(Err(error)) => {
                self.output.warning(format_args!("{}; the last manifest stays in use", with_causes(&error)));
            }
            Err(error) => self.output.warning(format_args!("the manifest could not be loaded anew: {error}")),
        }
    }
}

/// SIGHUP, where it is listened to.
struct HangUp(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl HangUp {
    fn new(listens: bool) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(listens.then(|| signal(SignalKind::hangup())).transpose()?))
    }

    /// Waits for the next; for ever where nobody listens.
    async fn heard(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
impl HangUp {
    fn new(_: bool) -> io::Result<Self> {
        Ok(Self())
    }

    async fn heard(&mut self) {
        std::future::pending().await
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
