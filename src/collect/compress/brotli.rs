//! Brotli (RFC 7932), for `br`.

use std::io;

use brotli::enc::BrotliEncoderParams;

use super::Effort;

pub(super) fn compress(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let quality = match effort {
        Effort::Fast => 5,
        Effort::Balanced => 9,
        Effort::Best => 11,
    };
    let params = BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params)?;
    Ok(compressed)
}
