//! The static files that the dependencies of a cargo package declare in `[package.metadata.staticfiles]`.
//! Cargo is asked which packages there are; it is run when this is called and at no other time.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::name::StaticName;

/// The static files of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) folder: PathBuf,
    pub(crate) prefix: String,
}

/// What a package may say. A word that is not known here is a mistake of its author.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Declaration {
    dir: String,
    prefix: String,
}

impl Default for Declaration {
    fn default() -> Self {
        Self { dir: "static".to_owned(), prefix: String::new() }
    }
}

/// What the package in `directory` and its dependencies declare: the package first, then its
/// dependencies by name, then theirs, each once.
///
/// # Errors
///
/// When cargo cannot say, or a declaration is wrong.
pub(crate) fn declared(directory: &Path) -> Result<Vec<Declared>> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let metadata = metadata(directory)?;
    nearest_first(&metadata).into_iter().filter_map(|package| declaration(package).transpose()).collect()
}

/// Neither `Cargo.lock` nor, if that can be avoided, the network is touched.
fn metadata(directory: &Path) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.current_dir(directory);
    // Packages for other platforms may not be here, and would be downloaded.
    let platform = host(&command, directory).map(|host| ["--filter-platform".to_owned(), host]);
    let options = |lock: &str| platform.iter().flatten().cloned().chain([lock.to_owned()]).collect::<Vec<_>>();
    command.other_options(options("--frozen"));
    let metadata = command.exec().or_else(|error| match error {
        cargo_metadata::Error::CargoMetadata { .. } => command.other_options(options("--locked")).exec(),
        error => Err(error),
    });
    metadata.map_err(|error| failed(directory, &error))
}

/// The platform for which cargo builds if it is not told another.
fn host(command: &MetadataCommand, directory: &Path) -> Option<String> {
    let mut version = Command::new(command.cargo_command().get_program());
    let output = version.arg("-vV").current_dir(directory).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("host: ").map(|host| host.trim().to_owned()))
}

fn failed(directory: &Path, error: &cargo_metadata::Error) -> Error {
    let place = directory.display();
    Error::Settings(match error {
        cargo_metadata::Error::CargoMetadata { stderr } if stderr.contains("--locked") => {
            format!("the finder \"cargo_metadata\" needs an up-to-date Cargo.lock for {place}; run `cargo build` there")
        }
        cargo_metadata::Error::CargoMetadata { stderr } => {
            let said: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let said = said.join(" ");
            let said = said.strip_prefix("error: ").unwrap_or(&said);
            format!("the finder \"cargo_metadata\": `cargo metadata` failed in {place}: {said}")
        }
        cargo_metadata::Error::Io(source) => format!(
            "the finder \"cargo_metadata\" cannot run cargo in {place}: {source}; \
             install cargo or name it in CARGO, or list the apps in the settings instead"
        ),
        error => format!("the finder \"cargo_metadata\": {error}"),
    })
}

/// The packages of the build in breadth, siblings by name: an order that a person can foresee, and
/// in which a package can replace files of those it depends on.
fn nearest_first(metadata: &Metadata) -> Vec<&Package> {
    let packages: HashMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: HashMap<&PackageId, &Node> = nodes.map(|node| (&node.id, node)).collect();
    let mut seen = HashSet::new();
    let mut order: Vec<&Package> = Vec::new();
    let mut next = roots(metadata);
    while !next.is_empty() {
        let mut level: Vec<&Package> = next.into_iter().filter_map(|id| packages.get(id).copied()).collect();
        level.sort_by(|a, b| (&a.name, &a.version, &a.id.repr).cmp(&(&b.name, &b.version, &b.id.repr)));
        level.retain(|package| seen.insert(&package.id));
        next = level.iter().filter_map(|package| nodes.get(&package.id)).flat_map(|node| needed(node)).collect();
        order.extend(level);
    }
    order
}

/// The package itself; in a workspace without one, its default members.
fn roots(metadata: &Metadata) -> Vec<&PackageId> {
    match metadata.resolve.as_ref().and_then(|resolve| resolve.root.as_ref()) {
        Some(root) => vec![root],
        None if metadata.workspace_default_members.is_available() => {
            metadata.workspace_default_members.iter().collect()
        }
        None => metadata.workspace_members.iter().collect(),
    }
}

/// The dependencies that become part of the program, not those of tests and build scripts.
fn needed(node: &Node) -> impl Iterator<Item = &PackageId> {
    let is_normal = |dependency: &&cargo_metadata::NodeDep| {
        dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
    };
    node.deps.iter().filter(is_normal).map(|dependency| &dependency.pkg)
}

fn declaration(package: &Package) -> Result<Option<Declared>> {
    let Some(written) = package.metadata.get("staticfiles") else { return Ok(None) };
    let wrong = |problem: String| {
        let problem = format!("[package.metadata.staticfiles]: {problem}");
        Error::source_file(package.manifest_path.as_std_path(), problem)
    };
    let said = Declaration::deserialize(written).map_err(|error| wrong(error.to_string()))?;
    let dir = said.dir.trim_end_matches('/');
    for (key, value) in [("dir", dir), ("prefix", said.prefix.as_str())] {
        if !(key == "prefix" && value.is_empty()) {
            StaticName::new(value)
                .map_err(|error| wrong(format!("{key} = {value:?} cannot be used: {}", error.reason())))?;
        }
    }
    let root = package.manifest_path.as_std_path().parent().unwrap_or(Path::new(""));
    Ok(Some(Declared { folder: root.join(dir), prefix: said.prefix }))
}
