//! Gzip (RFC 1952), without a date and a name, so that the same bytes give the same.

use std::io::{self, Write};
use std::num::NonZeroU64;

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

/// How often Zopfli goes over a block. Later rounds gain next to nothing.
const ROUNDS: NonZeroU64 = NonZeroU64::new(3).expect("it is not 0");

/// Nearly as small as gzip gets.
fn squeeze(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let options = zopfli::Options { iteration_count: ROUNDS, ..Default::default() };
    zopfli::compress(options, zopfli::Format::Gzip, bytes, &mut compressed)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::keeps_the_law;
    use super::compress;

    #[test]
    fn what_was_compressed_is_there_again_and_more_effort_is_no_larger() {
        keeps_the_law(compress, |compressed| {
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(compressed).read_to_end(&mut back).expect("it is gzip");
            back
        });
    }
}
