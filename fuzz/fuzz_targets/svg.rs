//! The SVG scanner over any text.
#![no_main]

mod law;

use libfuzzer_sys::fuzz_target;
use staticfiles::references::SvgScanner;

fuzz_target!(|text: &str| law::holds(&SvgScanner, text));
