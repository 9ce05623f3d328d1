//! One connection of the server: how long it may rest between requests, and how long a client may
//! leave an answer unread.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};
use tower_service::Service;

/// How long a connection may be without a request: longer than the minute for which proxies keep
/// theirs, so that it is as a rule they who end it.
pub(super) const IDLE: Duration = Duration::from_secs(75);

/// How long a client may take nothing of what it is sent.
const STALLED: Duration = Duration::from_secs(60);

/// How many requests of a connection are not answered to their end.
#[derive(Debug, Clone, Default)]
pub(super) struct Open(Arc<AtomicUsize>);

/// One of them.
#[derive(Debug)]
struct OpenRequest(Open);

impl Open {
    fn begin(&self) -> OpenRequest {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenRequest(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream that ends by itself when nothing comes of it any more.
#[derive(Debug)]
pub(super) struct Patient<T> {
    stream: T,
    open: Open,
    limits: (Duration, Duration),
    last_read: Instant,
    idle: Pin<Box<Sleep>>,
    /// Runs while a write waits for the client.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<T> Patient<T> {
    pub(super) fn new(stream: T, open: Open) -> Self {
        Self::with_limits(stream, open, IDLE, STALLED)
    }

    fn with_limits(stream: T, open: Open, idle: Duration, stalled: Duration) -> Self {
        let timer = Box::pin(sleep(idle));
        Self { stream, open, limits: (idle, stalled), last_read: Instant::now(), idle: timer, stalled: None }
    }

    /// Ends, with an error, when the connection has rested for too long.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.idle.as_mut().poll(context));
            let end = self.last_read + self.limits.0;
            if self.open.is_idle() && end <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.idle.as_mut().reset(end.max(Instant::now() + self.limits.0 / 4));
        }
    }

    /// What came of a write; an error if the client has taken nothing for too long.
    fn written<R>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let limit = self.limits.1;
        let timer = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.poll_idle(context),
            read => {
                self.last_read = Instant::now();
                read
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A service that counts the open requests of its connection.
#[derive(Debug, Clone)]
pub(super) struct Counted<S> {
    pub(super) inner: S,
    pub(super) open: Open,
}

impl<S, A, B> Service<Request<A>> for Counted<S>
where
    S: Service<Request<A>, Response = Response<B>>,
{
    type Response = Response<Counting<B>>;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let (open, is_connect) = (Some(self.open.begin()), request.method() == Method::CONNECT);
        Answering { future: self.inner.call(request), open, is_connect }
    }
}

pin_project_lite::pin_project! {
    pub(super) struct Answering<F> {
        #[pin]
        future: F,
        open: Option<OpenRequest>,
        is_connect: bool,
    }
}

impl<F, B, E> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<Counting<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.future.poll(context))?;
        let mut open = this.open.take();
        let is_tunnel = *this.is_connect && response.status().is_success();
        if is_tunnel || response.status() == StatusCode::SWITCHING_PROTOCOLS {
            // From now on the connection is the application's, for as long as that likes.
            std::mem::forget(open.take());
        }
        Poll::Ready(Ok(response.map(|body| Counting { body, _open: open })))
    }
}

pin_project_lite::pin_project! {
    /// The body of an answer, whose request is open as long as it is.
    pub(super) struct Counting<B> {
        #[pin]
        body: B,
        _open: Option<OpenRequest>,
    }
}

impl<B: Body<Data = Bytes>> Body for Counting<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.project().body.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(40);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_connection_without_a_request_ends_and_one_with_does_not() {
        let open = Open::default();
        let (_client, server) = duplex(16);
        let mut patient = Patient::with_limits(server, open.clone(), SHORT, LONG);
        let error = patient.read_u8().await.expect_err("nothing comes");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        let (mut client, server) = duplex(16);
        let mut patient = Patient::with_limits(server, open.clone(), SHORT, LONG);
        let request = open.begin();
        let late = tokio::spawn(async move {
            tokio::time::sleep(SHORT * 4).await;
            drop(request);
            client.write_u8(7).await.expect("it is open still");
            client
        });
        assert_eq!(patient.read_u8().await.expect("it was waited for"), 7);
        let _client = late.await.expect("it ends");
        assert!(patient.read_u8().await.is_err(), "after the request the time runs anew");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let open = Open::default();
        let (_client, server) = duplex(16);
        let mut patient = Patient::with_limits(server, open.clone(), LONG, SHORT);
        let _request = open.begin();
        let error = patient.write_all(&[0; 100]).await.expect_err("it is never read");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_slow_client_gets_everything() {
        let (mut client, server) = duplex(16);
        let mut patient = Patient::with_limits(server, Open::default(), LONG, SHORT * 3);
        let reader = tokio::spawn(async move {
            let mut count = 0;
            while count < 160 {
                tokio::time::sleep(SHORT / 4).await;
                count += client.read(&mut [0; 8]).await.expect("it goes on");
            }
        });
        patient.write_all(&[0; 160]).await.expect("it is read in the end");
        reader.await.expect("it ends");
    }
}
