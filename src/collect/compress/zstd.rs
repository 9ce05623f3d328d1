//! Zstandard (RFC 8878), for `zstd`.

use std::io;

use super::Effort;

/// Clients need not decode a larger window than 8 MiB (RFC 9659). The levels above 19 use one.
pub(super) fn compress(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Fast => 3,
        Effort::Balanced => 12,
        Effort::Best => 19,
    };
    zstd::bulk::compress(bytes, level)
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
            let back = zstd::bulk::decompress(&compressed, text.len()).expect("it is zstd");
            assert!(back == text.as_bytes());
            compressed.len()
        });
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }
}
