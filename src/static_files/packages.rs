//! What the dependencies of a cargo package declare, as one finder. Cargo is asked when a file is
//! first looked for: a server of collected files needs no cargo.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::error::{Check, Error, Result, Severity};
use crate::finders::{DirectoryFinder, Finder, FoundFile, Ignore};
use crate::name::StaticName;
use crate::settings::{FinderKind, Settings};

/// Whether this build can ask cargo.
pub(super) const IS_AVAILABLE: bool = cfg!(feature = "cargo-metadata");

/// The packages, asked for once.
#[derive(Debug, Clone)]
pub(super) struct Packages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    package: PathBuf,
    static_root: Option<PathBuf>,
    /// Folders that have their place among the apps of the settings.
    apps: Vec<PathBuf>,
    answer: OnceLock<Result<Vec<Package>, String>>,
}

/// The folder of a package.
#[derive(Debug)]
struct Package {
    folder: PathBuf,
    finder: DirectoryFinder,
}

impl Packages {
    /// What the settings ask for.
    pub(super) fn new(settings: &Settings) -> Self {
        let apps = settings.apps.iter().filter(|_| settings.finders.contains(&FinderKind::AppDirectories));
        Self(Arc::new(Inner {
            package: settings.package.clone(),
            static_root: settings.static_root.clone(),
            apps: apps.map(|app| super::sources::real(&app.static_folder())).collect(),
            answer: OnceLock::new(),
        }))
    }

    fn get(&self) -> Result<&[Package]> {
        let answer = self.0.answer.get_or_init(|| self.0.ask().map_err(|error| error.to_string()));
        answer.as_deref().map_err(|problem| Error::Settings(problem.clone()))
    }

    /// The folders, for the checks of directories; none if cargo cannot say.
    pub(super) fn folders(&self) -> Vec<&Path> {
        self.get().unwrap_or_default().iter().map(|package| package.folder.as_path()).collect()
    }

    /// What is wrong with the packages.
    pub(super) fn check(&self) -> Vec<Check> {
        let packages = match self.get() {
            Ok(packages) => packages,
            Err(error) => {
                let code = "staticfiles.E017";
                let message = format!("The dependencies of the package cannot be searched: {error}.");
                return vec![Check { code, message, hint: None, severity: Severity::Error }];
            }
        };
        // As a rule they were forgotten in `include`.
        let missing = packages.iter().filter(|package| !package.folder.is_dir()).map(|package| Check {
            code: "staticfiles.W018",
            message: format!("The directory '{}' that a package declares does not exist.", package.folder.display()),
            hint: Some("Mend [package.metadata.staticfiles] in the Cargo.toml of the package.".to_owned()),
            severity: Severity::Warning,
        });
        missing.collect()
    }
}

impl Inner {
    fn ask(&self) -> Result<Vec<Package>> {
        let declared = declared(&self.package)?.into_iter();
        let others = declared
            .filter(|(folder, prefix)| !prefix.is_empty() || !self.apps.contains(&super::sources::real(folder)));
        Ok(others.map(|(folder, prefix)| self.package(folder, prefix)).collect())
    }

    fn package(&self, folder: PathBuf, prefix: String) -> Package {
        let finder = DirectoryFinder::new(&folder).prefix(prefix);
        let finder = self.static_root.iter().fold(finder, |finder, root| finder.apart_from(root));
        Package { folder, finder }
    }
}

impl Finder for Packages {
    fn find(&self, name: &StaticName) -> Result<Option<FoundFile>> {
        self.get()?.iter().find_map(|package| package.finder.find(name).transpose()).transpose()
    }

    fn list<'a>(&'a self, ignore: &'a Ignore) -> Box<dyn Iterator<Item = Result<FoundFile>> + 'a> {
        match self.get() {
            Ok(packages) => Box::new(packages.iter().flat_map(|package| package.finder.list(ignore))),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn location(&self) -> String {
        let folders = self.folders().into_iter().map(|folder| folder.display().to_string());
        match folders.collect::<Vec<_>>() {
            folders if folders.is_empty() => format!("the dependencies of {}", self.0.package.display()),
            folders => folders.join(", "),
        }
    }
}

#[cfg(feature = "cargo-metadata")]
fn declared(directory: &Path) -> Result<Vec<(PathBuf, String)>> {
    let declared = crate::finders::cargo_metadata::declared(directory)?;
    Ok(declared.into_iter().map(|package| (package.folder, package.prefix)).collect())
}

#[cfg(not(feature = "cargo-metadata"))]
fn declared(_: &Path) -> Result<Vec<(PathBuf, String)>> {
    Err(unavailable())
}

/// What is said where cargo cannot be asked.
pub(super) fn unavailable() -> Error {
    let text = "the finder \"cargo_metadata\" needs the feature `cargo-metadata` of the crate staticfiles; \
                build with it, or list the apps in the settings";
    Error::Settings(text.to_owned())
}
