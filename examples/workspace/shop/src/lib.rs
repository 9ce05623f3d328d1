//! A shop. Its files are compiled into the program.

/// The static files of the shop.
pub fn staticfiles() -> staticfiles::App {
    staticfiles::embedded_app!()
}
