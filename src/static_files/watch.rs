//! Taking over new manifests: [`StaticFiles::reload`] when told to, [`ManifestWatch`] by itself.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::{Inner, StaticFiles};
use crate::error::{Error, Result, with_causes};
use crate::manifest::ManifestStore;

/// More often than this nobody looks, whatever interval was asked for.
const SHORTEST: Duration = Duration::from_millis(10);

/// Which of the saved manifests is in use.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The revision of the one in use; `None` before there was one.
    revision: Option<String>,
    /// The revision of one that could not be used, so that it is not tried again.
    refused: Option<String>,
}

/// What a look at the manifest store came to.
#[derive(Debug, PartialEq, Eq)]
enum Looked {
    /// What is saved is in use.
    UpToDate,
    /// What is saved could not be used, as was known.
    StillRefused,
}

/// Why the watching thread wakes before its time.
#[derive(Debug)]
pub(super) enum Wake {
    #[cfg(feature = "notify")]
    Look,
    Stop,
}

/// Keeps a thread that takes over new manifests, until it is dropped; made by
/// [`StaticFiles::watch`].
#[derive(Debug)]
#[must_use = "nothing is watched any more when it is dropped"]
pub struct ManifestWatch {
    wake: Option<Sender<Wake>>,
    #[cfg(feature = "notify")]
    _notice: Option<super::notice::Notice>,
}

impl StaticFiles {
    /// Loads the manifest anew: URLs and requests from now on are by it. Does nothing in debug.
    ///
    /// # Errors
    ///
    /// When there is none or it cannot be used; then what was loaded stays.
    pub fn reload(&self) -> Result<()> {
        if !self.0.debug {
            self.0.load()?;
        }
        self.published()
    }

    /// Looks for a new manifest every `interval` and takes it over as [`reload`](Self::reload) does,
    /// on a thread of its own, for as long as the returned guard lives. With the feature `notify` a
    /// manifest that is a file of this machine is also taken over as soon as it is written.
    ///
    /// A request, and a URL, is by one manifest from beginning to end, and none is dropped. A new
    /// manifest that cannot be used is told of once, see
    /// [`on_trouble`](super::StaticFilesBuilder::on_trouble), and the one in use stays; so it is
    /// when the manifest vanishes or its server cannot be reached. In debug, and where names are
    /// plain, there is nothing to watch.
    ///
    /// ```
    /// # use staticfiles::{Settings, StaticFiles};
    /// # use std::time::Duration;
    /// # fn main() -> staticfiles::Result<()> {
    /// let static_files = StaticFiles::new(Settings::new().static_root("target/static"))?;
    /// let _watch = static_files.watch(Duration::from_secs(1))?;
    /// // ... serve, as long as `_watch` is there
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn watch(&self, interval: Duration) -> Result<ManifestWatch> {
        let manifests = match &self.0.manifests {
            Some(manifests) if !self.0.debug => manifests,
            _ => return Ok(ManifestWatch::of_nothing()),
        };
        let (wake, wakes) = channel();
        let watch = ManifestWatch::new(wake, &**manifests);
        let (inner, interval) = (std::sync::Arc::downgrade(&self.0), interval.max(SHORTEST));
        let thread = std::thread::Builder::new().name("manifest watch".to_owned());
        match thread.spawn(move || run(&inner, &wakes, interval)) {
            Ok(_) => Ok(watch),
            Err(source) => Err(Error::Io { action: "start", subject: "the watch of the manifest".to_owned(), source }),
        }
    }

    /// Checks that there is something to serve.
    ///
    /// # Errors
    ///
    /// When nothing was collected yet.
    pub(crate) fn published(&self) -> Result<()> {
        let inner = &*self.0;
        match &inner.manifests {
            _ if inner.debug => Ok(()),
            None => {
                let storage = inner.storage()?;
                let root = inner.settings.static_root.as_deref().unwrap_or(Path::new(""));
                if storage.list().next().is_none() && !root.is_dir() {
                    let problem = "the static root does not exist; run `collectstatic`".to_owned();
                    return Err(Error::Source { path: root.display().to_string(), problem });
                }
                Ok(())
            }
            Some(_) if inner.taken().revision.is_some() => Ok(()),
            Some(manifests) => Err(none_yet(&**manifests)),
        }
    }
}

impl ManifestWatch {
    #[cfg(feature = "notify")]
    fn new(wake: Sender<Wake>, manifests: &dyn ManifestStore) -> Self {
        let notice = manifests.local_path().and_then(|path| super::notice::Notice::new(&path, wake.clone()).ok());
        Self { wake: Some(wake), _notice: notice }
    }

    #[cfg(not(feature = "notify"))]
    fn new(wake: Sender<Wake>, _: &dyn ManifestStore) -> Self {
        Self { wake: Some(wake) }
    }

    fn of_nothing() -> Self {
        Self {
            wake: None,
            #[cfg(feature = "notify")]
            _notice: None,
        }
    }
}

impl Drop for ManifestWatch {
    fn drop(&mut self) {
        // The thread may have ended with the last of the static files.
        let _ = self.wake.take().map(|wake| wake.send(Wake::Stop));
    }
}

/// Looks until it is told to stop, or nobody has the static files any more.
fn run(inner: &Weak<Inner>, wakes: &Receiver<Wake>, interval: Duration) {
    let mut trouble = None;
    loop {
        match wakes.recv_timeout(interval) {
            Err(RecvTimeoutError::Timeout) => {}
            #[cfg(feature = "notify")]
            Ok(Wake::Look) => {}
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(inner) = inner.upgrade() else { return };
        inner.look(&mut trouble);
    }
}

impl Inner {
    /// Loads the manifest, if there is one, and goes over to it.
    pub(super) fn load(&self) -> Result<()> {
        let Some(manifests) = &self.manifests else { return Ok(()) };
        // Held all the while, so that no older manifest follows a newer one.
        let mut taken = self.taken();
        match manifests.load_with_revision()? {
            Some((manifest, revision)) => {
                self.take(manifest)?;
                *taken = Taken { revision: Some(revision), refused: None };
                Ok(())
            }
            None if taken.revision.is_none() => Ok(()),
            None => Err(gone(&**manifests)),
        }
    }

    /// Goes over to a new manifest if there is one. What goes wrong is told when it begins, when it
    /// changes and when it ends.
    fn look(&self, trouble: &mut Option<String>) {
        let Some(manifests) = &self.manifests else { return };
        match self.refresh(&**manifests) {
            Ok(Looked::StillRefused) => {}
            Ok(Looked::UpToDate) if trouble.take().is_some() => {
                self.trouble.tell(&format!("the manifest {} can be used again", manifests.location()));
            }
            Ok(Looked::UpToDate) => {}
            Err(error) => {
                let text = with_causes(&error);
                if trouble.as_ref() != Some(&text) {
                    self.trouble.tell(&format!("{text}; the last manifest stays in use"));
                    *trouble = Some(text);
                }
            }
        }
    }

    fn refresh(&self, manifests: &dyn ManifestStore) -> Result<Looked> {
        let mut taken = self.taken();
        let Some(revision) = manifests.revision()? else {
            return if taken.revision.is_none() { Ok(Looked::UpToDate) } else { Err(gone(manifests)) };
        };
        if taken.revision.as_ref() == Some(&revision) {
            taken.refused = None;
            return Ok(Looked::UpToDate);
        }
        if taken.refused.as_ref() == Some(&revision) {
            return Ok(Looked::StillRefused);
        }
        let loaded = manifests.load_with_revision();
        let Some((manifest, revision)) = loaded.inspect_err(|error| {
            if matches!(error, Error::Manifest { .. }) {
                taken.refused = Some(revision);
            }
        })?
        else {
            return Err(gone(manifests));
        };
        self.take(manifest)?;
        *taken = Taken { revision: Some(revision), refused: None };
        Ok(Looked::UpToDate)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn none_yet(manifests: &dyn ManifestStore) -> Error {
    Error::Manifest { location: manifests.location(), problem: "there is none yet".to_owned() }
}

fn gone(manifests: &dyn ManifestStore) -> Error {
    Error::Manifest { location: manifests.location(), problem: "it is there no more".to_owned() }
}
