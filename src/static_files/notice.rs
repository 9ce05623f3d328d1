//! What the system tells of changes of one file, so that a new manifest need not wait to be looked
//! for. It may tell too little, as of network file systems; who needs to know still looks at times.

use std::path::Path;
use std::sync::mpsc::Sender;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::watch::Wake;

/// Wakes a thread at every change of a file, until it is dropped.
#[derive(Debug)]
pub(super) struct Notice {
    _watcher: RecommendedWatcher,
}

impl Notice {
    /// Watches the file's directory: the file is replaced, and need not be there yet.
    pub(super) fn new(path: &Path, wake: Sender<Wake>) -> notify::Result<Self> {
        let name = path.file_name().map(ToOwned::to_owned);
        let is_it = move |event: &Event| {
            !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == name.as_deref())
        };
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_it(&event)) {
                // The thread may be gone already.
                let _ = wake.send(Wake::Look);
            }
        })?;
        watcher.watch(path.parent().unwrap_or(path), RecursiveMode::NonRecursive)?;
        Ok(Self { _watcher: watcher })
    }
}
