//! A server for the commands: hyper over a listening socket, HTTP/1.1 and HTTP/2 with prior
//! knowledge, until a signal asks it to end. TLS is left to a proxy in front.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;

use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_layer::Layer;
use tower_service::Service;

use super::output::Output;
use crate::error::{Error, Result};
use crate::serve::StaticFilesLayer;

/// How long a client may take to send the head of a request.
const HEADERS: Duration = Duration::from_secs(30);

/// How long open requests may take when the server is asked to end.
const DRAIN: Duration = Duration::from_secs(30);

/// Serves what `layer` answers, and nothing else, at `address`; `announced` says what that is.
pub(super) fn run(
    layer: StaticFilesLayer,
    announced: &str,
    address: &str,
    workers: Option<usize>,
    output: &Output,
) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        runtime.worker_threads(workers);
    }
    let failed = |source| Error::Io { action: "serve at", subject: address.to_owned(), source };
    let runtime = runtime.enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| plainly(address, error))?;
        let local = listener.local_addr().map_err(failed)?;
        output.result(announced.replace("{address}", &format!("http://{local}")));
        serve(layer, listener, output).await.map_err(failed)
    })
}

async fn serve(layer: StaticFilesLayer, listener: TcpListener, output: &Output) -> io::Result<()> {
    let service = TowerToHyperService::new(layer.layer(NothingElse));
    let mut connections = auto::Builder::new(TokioExecutor::new());
    // Half a request must not hold a connection for ever.
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let open = GracefulShutdown::new();
    let end = end_signal()?;
    tokio::pin!(end);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of descriptors, or the client is gone already: others go on.
                Err(error) => {
                    output.warning(format_args!("a connection could not be accepted: {error}"));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut end => break,
        };
        let _ = stream.set_nodelay(true);
        let connection = connections.serve_connection_with_upgrades(TokioIo::new(stream), service.clone()).into_owned();
        // A client that goes away in the middle is everyday life and no event.
        tokio::spawn(open.watch(connection));
    }
    drop(listener);
    output.note("shutting down");
    let _ = tokio::time::timeout(DRAIN, open.shutdown()).await;
    Ok(())
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

/// `8000`, `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`; `0` as the address is every interface
/// (Django behaviour 208).
pub(super) fn address(given: Option<&str>) -> Result<String> {
    let given = given.unwrap_or("127.0.0.1:8000");
    let (host, port) = given.rsplit_once(':').unwrap_or(("127.0.0.1", given));
    let host = match host {
        "0" => "0.0.0.0",
        host => host,
    };
    let is_host =
        !host.is_empty() && (!host.contains(':') || host.starts_with('[')) && !host.contains(char::is_whitespace);
    match port.parse::<u16>() {
        Ok(port) if is_host => Ok(format!("{host}:{port}")),
        _ => Err(Error::Settings(format!("\"{given}\" is not a valid port number or address:port pair."))),
    }
}

/// What the system says of a port, in plain words (Django behaviour 209).
fn plainly(address: &str, error: io::Error) -> Error {
    let words = match error.kind() {
        io::ErrorKind::AddrInUse => "That port is already in use; stop the other program or name another port.",
        io::ErrorKind::PermissionDenied => {
            "You don't have permission to access that port; ports below 1024 need more rights."
        }
        io::ErrorKind::AddrNotAvailable => "That IP address can't be assigned to; it is none of this machine's.",
        _ => return Error::Io { action: "listen at", subject: address.to_owned(), source: error },
    };
    Error::Settings(format!("{address}: {words}"))
}

/// The application behind the layer: there is none.
#[derive(Debug, Clone, Copy)]
struct NothingElse;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_forms_of_django() {
        for (given, expected) in [
            ("8001", "127.0.0.1:8001"),
            ("0:8000", "0.0.0.0:8000"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            assert_eq!(address(Some(given)).expect(given), expected);
        }
        for refused in ["", "x", "70000", "127.0.0.1:", "::1:8000", "a b:80"] {
            let error = address(Some(refused)).expect_err(refused).to_string();
            assert_eq!(error, format!("\"{refused}\" is not a valid port number or address:port pair."));
        }
    }
}
