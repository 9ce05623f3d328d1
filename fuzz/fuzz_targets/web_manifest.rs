//! The scanner of web manifests over any text.
#![no_main]

mod law;

use libfuzzer_sys::fuzz_target;
use staticfiles::references::WebManifestScanner;

fuzz_target!(|text: &str| law::holds(&WebManifestScanner, text));
