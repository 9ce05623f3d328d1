//! `Accept-Encoding` over any bytes, a line each: what is selected exists and was asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| staticfiles::fuzzing::accept_encoding(field));
