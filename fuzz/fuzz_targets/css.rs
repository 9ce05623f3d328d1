//! The CSS scanner over any text.
#![no_main]

mod law;

use libfuzzer_sys::fuzz_target;
use staticfiles::references::CssScanner;

fuzz_target!(|text: &str| law::holds(&CssScanner, text));
