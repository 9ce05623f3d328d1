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
