//! Lists of entity tags over any bytes: a tag that matches stands there, weakly whenever strongly.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| staticfiles::fuzzing::etag_list(field));
