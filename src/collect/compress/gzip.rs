//! Gzip (RFC 1952), without a date and a name, so that the same bytes give the same.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};

use super::Effort;

pub(super) fn compress(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    match effort {
        Effort::Fast => deflate(bytes, 6),
        Effort::Balanced => deflate(bytes, 9),
        Effort::Best => squeeze(bytes),
    }
}

fn deflate(bytes: &[u8], level: u32) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// As small as gzip gets.
fn squeeze(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, bytes, &mut compressed)?;
    Ok(compressed)
}
