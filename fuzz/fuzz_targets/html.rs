//! The HTML scanner over any text.
#![no_main]

mod law;

use libfuzzer_sys::fuzz_target;
use staticfiles::references::HtmlScanner;

fuzz_target!(|text: &str| law::holds(&HtmlScanner::new(true), text));
