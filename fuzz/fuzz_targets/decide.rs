//! Any fields of any request come to a decision that can be sent.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u64, Vec<(u8, Vec<u8>)>)| staticfiles::fuzzing::decision(input.0, &input.2, input.1));
