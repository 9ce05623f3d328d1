//! `Range` over any bytes: parts lie inside the file and apart.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &[u8])| staticfiles::fuzzing::range(input.1, input.0));
