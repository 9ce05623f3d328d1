//! Several parts of a file in one body: `multipart/byteranges` (RFC 9110 §14.6). Which parts is
//! decided elsewhere.

use bytes::Bytes;
use http::HeaderValue;

use super::asset::{Asset, Representation};
use super::body::Piece;
use super::range::ByteRange;

/// The value of `Content-Type`.
pub(super) fn content_type(representation: &Representation) -> HeaderValue {
    HeaderValue::try_from(format!("multipart/byteranges; boundary={}", boundary(representation)))
        .unwrap_or(HeaderValue::from_static("multipart/byteranges"))
}

/// The value of `Content-Range` of one part.
pub(super) fn content_range(part: ByteRange, size: u64) -> String {
    format!("bytes {}-{}/{size}", part.first, part.last)
}

/// How long the body is.
pub(super) fn length(asset: &Asset, representation: &Representation, parts: &[ByteRange]) -> u64 {
    pieces(asset, representation, parts).iter().map(Piece::len).sum()
}

/// The body: before each part its fields, and the last boundary.
pub(super) fn pieces(asset: &Asset, representation: &Representation, parts: &[ByteRange]) -> Vec<Piece> {
    let boundary = boundary(representation);
    let mut pieces = Vec::with_capacity(2 * parts.len() + 1);
    let mut before = "";
    for part in parts {
        let mut fields = format!("{before}--{boundary}\r\nContent-Type: ").into_bytes();
        fields.extend_from_slice(asset.content_type.as_bytes());
        let range = content_range(*part, representation.size);
        fields.extend_from_slice(format!("\r\nContent-Range: {range}\r\n\r\n").as_bytes());
        pieces.push(Piece::Bytes(fields.into()));
        pieces.push(Piece::Part(*part));
        before = "\r\n";
    }
    pieces.push(Piece::Bytes(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    pieces
}

/// A line that does not occur in the content: nothing contains a part of its own hash by accident,
/// nor by intent.
fn boundary(representation: &Representation) -> String {
    let tag = representation.etag.to_str().unwrap_or_default();
    let safe = tag.chars().filter(char::is_ascii_alphanumeric);
    format!("staticfiles-{}", safe.collect::<String>())
}
