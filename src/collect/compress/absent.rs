//! A coding that this crate was built without. It is never asked for.

use std::io;

use super::Effort;

pub(super) fn compress(_: &[u8], _: Effort) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}
