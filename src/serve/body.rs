//! Bodies of answers: the application's own passed through, bytes from memory, or a file read in
//! chunks on blocking threads. What the body is a body of is for others.

use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::range::ByteRange;

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

/// A piece of a body.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// These bytes.
    Bytes(Bytes),
    /// This part of the file.
    Part(ByteRange),
}

impl Piece {
    /// The whole of so many bytes: one piece or, of an empty file, none.
    pub(super) fn whole(size: u64) -> Vec<Self> {
        size.checked_sub(1).map(|last| Self::Part(ByteRange { first: 0, last })).into_iter().collect()
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Part(part) => part.len(),
        }
    }
}

/// Pieces of a file, one after the other: never more bytes than were said, and an error, which ends
/// the connection, if the file turns out to have fewer.
#[derive(Debug)]
pub(super) struct FileStream {
    /// What was not handed on yet.
    remaining: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Read(Source, Bytes),
    Reading(JoinHandle<io::Result<(Source, Bytes)>>),
    Ended,
}

/// A file and what of it was not read yet.
#[derive(Debug)]
struct Source {
    file: File,
    pieces: VecDeque<Piece>,
}

impl FileStream {
    /// Reads the first chunk here and now, on the caller's blocking thread.
    pub(super) fn new(file: File, pieces: Vec<Piece>) -> io::Result<Self> {
        let remaining = pieces.iter().map(Piece::len).sum();
        let (source, chunk) = Source { file, pieces: pieces.into() }.read()?;
        Ok(Self { remaining, state: State::Read(source, chunk) })
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let read = match std::mem::replace(&mut self.state, State::Ended) {
            State::Read(source, chunk) => Ok((source, chunk)),
            State::Reading(mut handle) => match Pin::new(&mut handle).poll(context) {
                Poll::Ready(read) => read.unwrap_or_else(|error| Err(error.into())),
                Poll::Pending => {
                    self.state = State::Reading(handle);
                    return Poll::Pending;
                }
            },
            State::Ended => return Poll::Ready(None),
        };
        Poll::Ready(Some(read.map(|(source, chunk)| self.hand_on(source, chunk))))
    }

    /// Gives a chunk away and starts reading the next.
    fn hand_on(&mut self, source: Source, chunk: Bytes) -> Bytes {
        self.remaining -= chunk.len() as u64;
        if self.remaining > 0 {
            self.state = State::Reading(tokio::task::spawn_blocking(move || source.read()));
        }
        chunk
    }
}

impl Source {
    /// The next chunk; empty at the end.
    fn read(mut self) -> io::Result<(Self, Bytes)> {
        let chunk = match self.pieces.pop_front() {
            None => Bytes::new(),
            Some(Piece::Bytes(bytes)) => bytes,
            Some(Piece::Part(part)) => {
                let size = part.len().min(CHUNK);
                if size < part.len() {
                    self.pieces.push_front(Piece::Part(ByteRange { first: part.first + size, ..part }));
                }
                self.read_at(part.first, size)?
            }
        };
        Ok((self, chunk))
    }

    fn read_at(&self, start: u64, size: u64) -> io::Result<Bytes> {
        // In one call to the system: `read_to_end` would feel its way with small ones.
        let mut chunk = vec![0; size as usize];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start))?;
        match file.read_exact(&mut chunk) {
            Ok(()) => Ok(chunk.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(io::Error::new(error.kind(), "the file became shorter while it was sent"))
            }
            Err(error) => Err(error),
        }
    }
}
