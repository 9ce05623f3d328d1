//! A server for tests, as Django's `StaticLiveServerTestCase` has one (behaviour 211).

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::static_files::{StaticFiles, StaticFilesBuilder};

/// How long threads that still look for files are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// An application on a free port of 127.0.0.1, with the static files of the finders before it:
/// nothing need be collected, whatever the settings say of debug.
///
/// It has a thread and a Tokio runtime of its own, so that it serves tests of any kind. It ends when
/// it is dropped: connections are closed, and the port is free.
///
/// ```
/// use staticfiles::{Settings, testing::StaticLiveServer};
///
/// # fn main() -> staticfiles::Result<()> {
/// let settings = Settings::new().dir("src");
/// let server = StaticLiveServer::start(settings, |static_files| {
///     let url = static_files.url("lib.rs").expect("a name");
///     axum::Router::new().route("/", axum::routing::get(async move || url))
/// })?;
/// assert!(server.url("/").starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StaticLiveServer {
    address: SocketAddr,
    static_files: StaticFiles,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StaticLiveServer {
    /// Starts a server. `make` is given the static files as they are served, for URLs in pages, and
    /// runs inside the server's runtime.
    ///
    /// # Errors
    ///
    /// When a setting is wrong, or the system has no port or thread to give.
    ///
    /// # Panics
    ///
    /// When `make` does.
    pub fn start(
        static_files: impl Into<StaticFilesBuilder>,
        make: impl FnOnce(StaticFiles) -> Router + Send + 'static,
    ) -> Result<Self> {
        let static_files = static_files.into().debug(true).build()?;
        let failed = |source| Error::Io { action: "start", subject: "the server of the test".to_owned(), source };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let ((stop, stopped), (ready, is_ready)) = (oneshot::channel(), mpsc::channel());
        let (runtime, served) = (runtime.map_err(failed)?, static_files.clone());
        let serve = move || {
            let app = |served: StaticFiles| make(served.clone()).layer(served.layer());
            serve(runtime, listener, move || app(served), ready, stopped);
        };
        let thread = std::thread::Builder::new().name("static live server".to_owned()).spawn(serve).map_err(failed)?;
        if is_ready.recv().is_err() {
            return match thread.join() {
                // The application could not be made; its test fails with what it said.
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => Err(failed(io::Error::other("it ended at once"))),
            };
        }
        Ok(Self { address, static_files, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path: `http://127.0.0.1:40123/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}", self.address, path.trim_start_matches('/'))
    }

    /// The static files as they are served.
    pub fn static_files(&self) -> &StaticFiles {
        &self.static_files
    }
}

/// Serves until it is told to stop or whoever could tell is gone.
fn serve(
    runtime: Runtime,
    listener: std::net::TcpListener,
    app: impl FnOnce() -> Router,
    ready: mpsc::Sender<()>,
    stopped: oneshot::Receiver<()>,
) {
    let app = {
        let _inside = runtime.enter();
        app()
    };
    runtime.spawn(async move {
        match TcpListener::from_std(listener) {
            Ok(listener) => drop(axum::serve(listener, app).await),
            Err(error) => panic!("the server of the test cannot listen: {error}"),
        }
    });
    let _ = ready.send(());
    let _ = stopped.blocking_recv();
    // Ends every task: the listener and all connections go with them.
    runtime.shutdown_timeout(PATIENCE);
}

impl Drop for StaticLiveServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // What it panicked with is on standard error already.
            let _ = thread.join();
        }
    }
}
