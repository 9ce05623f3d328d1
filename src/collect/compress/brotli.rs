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

#[cfg(test)]
mod tests {
    use super::super::keeps_the_law;
    use super::compress;

    #[test]
    fn what_was_compressed_is_there_again_and_more_effort_is_no_larger() {
        keeps_the_law(compress, |compressed| {
            let mut back = Vec::new();
            brotli::BrotliDecompress(&mut &compressed[..], &mut back).expect("it is brotli");
            back
        });
    }
}
