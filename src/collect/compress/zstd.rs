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
    use super::super::keeps_the_law;
    use super::compress;

    #[test]
    fn what_was_compressed_is_there_again_and_more_effort_is_no_larger() {
        keeps_the_law(compress, |compressed| zstd::stream::decode_all(compressed).expect("it is zstd"));
    }
}
