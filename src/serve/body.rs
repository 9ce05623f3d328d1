//! Bodies of answers: the application's own passed through, bytes from memory, or a file read in
//! chunks on blocking threads. What the body is a body of is for others.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

/// Any error, as bodies report theirs.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How much of a file is in memory at once; while one chunk is sent the next is read.
const CHUNK: u64 = 256 * 1024;

pin_project_lite::pin_project! {
    /// The body of a [`StaticFilesService`](super::StaticFilesService)'s answer: the application's,
    /// or that of a static file.
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project_lite::pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        App { #[pin] inner: B },
        Own { own: Own },
    }
}

/// A body of ours.
#[derive(Debug)]
pub(super) enum Own {
    /// Bytes that are sent at once.
    Full(Bytes),
    /// A file that is read as it is sent.
    File(FileStream),
}

impl<B> ResponseBody<B> {
    pub(super) fn app(inner: B) -> Self {
        Self { kind: Kind::App { inner } }
    }

    pub(super) fn own(own: Own) -> Self {
        Self { kind: Kind::Own { own } }
    }
}

/// An empty body.
impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::own(Own::empty())
    }
}

impl<B> std::fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::App { .. } => f.write_str("ResponseBody::App"),
            Kind::Own { own } => f.debug_tuple("ResponseBody::Own").field(own).finish(),
        }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.project().kind.project() {
            KindProjection::App { inner } => inner.poll_frame(context).map_err(Into::into),
            KindProjection::Own { own } => own.poll_data(context).map_ok(Frame::data).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::App { inner } => inner.is_end_stream(),
            Kind::Own { own } => own.remaining() == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::App { inner } => inner.size_hint(),
            Kind::Own { own } => SizeHint::with_exact(own.remaining()),
        }
    }
}

impl Own {
    pub(super) fn empty() -> Self {
        Self::Full(Bytes::new())
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            Self::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Self::File(stream) => stream.poll_chunk(context),
        }
    }

    pub(super) fn remaining(&self) -> u64 {
        match self {
            Self::Full(bytes) => bytes.len() as u64,
            Self::File(stream) => stream.remaining,
        }
    }
}

/// So many bytes of a file from where it stands: never more, and an error, which ends the
/// connection, if the file turns out to have fewer.
#[derive(Debug)]
pub(super) struct FileStream {
    /// What was not handed on yet.
    remaining: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Read(File, Bytes),
    Reading(JoinHandle<io::Result<(File, Bytes)>>),
    Ended,
}

impl FileStream {
    /// Reads the first chunk here and now, on the caller's blocking thread.
    pub(super) fn new(file: File, size: u64) -> io::Result<Self> {
        let (file, chunk) = read(file, size)?;
        Ok(Self { remaining: size, state: State::Read(file, chunk) })
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let read = match std::mem::replace(&mut self.state, State::Ended) {
            State::Read(file, chunk) => Ok((file, chunk)),
            State::Reading(mut handle) => match Pin::new(&mut handle).poll(context) {
                Poll::Ready(read) => read.unwrap_or_else(|error| Err(error.into())),
                Poll::Pending => {
                    self.state = State::Reading(handle);
                    return Poll::Pending;
                }
            },
            State::Ended => return Poll::Ready(None),
        };
        Poll::Ready(Some(read.map(|(file, chunk)| self.hand_on(file, chunk))))
    }

    /// Gives a chunk away and starts reading the next.
    fn hand_on(&mut self, file: File, chunk: Bytes) -> Bytes {
        self.remaining -= chunk.len() as u64;
        let remaining = self.remaining;
        if remaining > 0 {
            self.state = State::Reading(tokio::task::spawn_blocking(move || read(file, remaining)));
        }
        chunk
    }
}

/// The next chunk of a file that should have `remaining` more bytes.
fn read(file: File, remaining: u64) -> io::Result<(File, Bytes)> {
    // In one call to the system: `read_to_end` would feel its way with small ones.
    let mut chunk = vec![0; remaining.min(CHUNK) as usize];
    match (&file).read_exact(&mut chunk) {
        Ok(()) => Ok((file, chunk.into())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(io::Error::new(error.kind(), "the file became shorter while it was sent"))
        }
        Err(error) => Err(error),
    }
}
