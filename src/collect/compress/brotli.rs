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
    use super::{Effort, compress};

    #[test]
    fn what_was_compressed_is_there_again_and_more_effort_is_no_larger() {
        let text = concat!(include_str!("mod.rs"), include_str!("prune.rs"));
        let sizes = [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| {
            let compressed = compress(text.as_bytes(), effort).expect("it works");
            assert_eq!(compressed, compress(text.as_bytes(), effort).expect("it works"), "the same bytes each time");
            let mut back = Vec::new();
            brotli::BrotliDecompress(&mut &compressed[..], &mut back).expect("it is brotli");
            assert!(back == text.as_bytes());
            compressed.len()
        });
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }
}
