//! The manifest reader over any bytes: it never panics, and what it reads it writes as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use staticfiles::manifest::Manifest;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::from_json(bytes) {
        assert_eq!(Manifest::from_json(&manifest.to_json()), Ok(manifest));
    }
});
