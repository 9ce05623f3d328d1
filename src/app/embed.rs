//! The folder of an app as a part of the program. `include_dir` reads it when the app's crate is
//! compiled; nothing of that crate is in the interface here.

#[doc(hidden)]
pub use include_dir;

use include_dir::{Dir, DirEntry};

use super::EmbeddedFile;

/// The files of the folder, their names below it.
#[doc(hidden)]
pub fn files(folder: &'static Dir<'static>) -> Vec<EmbeddedFile> {
    let files = |entry: &'static DirEntry<'static>| match entry {
        DirEntry::Dir(folder) => files(folder),
        // The macro has made the path from a text.
        DirEntry::File(file) => file.path().to_str().map(|name| (name, file.contents())).into_iter().collect(),
    };
    folder.entries().iter().flat_map(files).collect()
}

/// The [`App`](crate::App) of the crate that says `embedded_app!()`, as [`app!`](crate::app!) makes
/// it, with all files of its folder `static` compiled into the program. Another name than the
/// crate's may be given, `embedded_app!("shop")`. Needs the feature `embed`.
///
/// ```ignore
/// // In a crate with a folder `static` beside its `Cargo.toml`:
/// pub fn staticfiles() -> staticfiles::App {
///     staticfiles::embedded_app!()
/// }
/// ```
///
/// In debug, where the folder is still there, files come from the folder, and edits show at once.
/// Else they are found, collected and served from the program, by the same rules as files on a disk.
/// They have no modification date, so that the same sources make the same program.
///
/// The compiler notices when an embedded file changes, but not when one is added. A build script
/// tells it, `build.rs`:
///
/// ```
/// println!("cargo::rerun-if-changed=static");
/// ```
#[macro_export]
macro_rules! embedded_app {
    () => {
        $crate::embedded_app!(::core::env!("CARGO_PKG_NAME"))
    };
    ($name:expr) => {{
        // The macro of `include_dir` looks for its crate under this name, here and not among the
        // dependencies of the crate that is compiled.
        use $crate::__embed::include_dir;
        static FOLDER: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/static");
        let origin = ::core::concat!(::core::env!("CARGO_PKG_NAME"), " ", ::core::env!("CARGO_PKG_VERSION"));
        let files = $crate::EmbeddedFiles::new(origin, $crate::__embed::files(&FOLDER));
        $crate::App::new($name, ::core::env!("CARGO_MANIFEST_DIR")).embedded(files)
    }};
}
