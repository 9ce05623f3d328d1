//! `staticfiles.toml` and the environment variables over it. A mistake is named with its file, its
//! line and what was probably meant.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given_serve::GivenServe;
use super::*;
use crate::error::{Check, Error, Result, Severity};
use crate::nearest::nearest;

/// The file that is looked for.
const FILE_NAME: &str = "staticfiles.toml";

/// What the file or the environment says; what neither says stays as it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Given {
    static_url: Option<String>,
    static_root: Option<PathBuf>,
    media_url: Option<String>,
    media_root: Option<PathBuf>,
    debug: Option<bool>,
    finders: Option<Vec<FinderKind>>,
    dirs: Option<Vec<SourceDir>>,
    apps: Option<Vec<App>>,
    ignore_patterns: Option<Vec<String>>,
    file_permissions_mode: Option<Mode>,
    directory_permissions_mode: Option<Mode>,
    storage: GivenStorage,
    rewrite: GivenRewrite,
    compress: GivenCompress,
    serve: GivenServe,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GivenStorage {
    backend: Option<Backend>,
    manifest_name: Option<String>,
    manifest_location: Option<ManifestLocation>,
    manifest_strict: Option<bool>,
    keep_originals: Option<bool>,
    hash: Option<HashKind>,
    prehashed: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GivenRewrite {
    js_modules: Option<bool>,
    svg: Option<bool>,
    web_manifests: Option<bool>,
    html: Option<bool>,
    style: Option<RewriteStyle>,
    missing: Option<MissingSetting>,
    exceptions: Option<Vec<RewriteException>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GivenCompress {
    codings: Option<Vec<Coding>>,
    effort: Option<Effort>,
}

/// The keys of each table, for the nearest known one. Arrays of tables are named like tables.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "static_url",
            "static_root",
            "media_url",
            "media_root",
            "debug",
            "finders",
            "dirs",
            "apps",
            "ignore_patterns",
            "file_permissions_mode",
            "directory_permissions_mode",
            "storage",
            "rewrite",
            "compress",
            "serve",
        ],
    ),
    ("dirs", &["path", "prefix"]),
    ("apps", &["name", "path"]),
    (
        "storage",
        &["backend", "manifest_name", "manifest_location", "manifest_strict", "keep_originals", "hash", "prehashed"],
    ),
    ("rewrite", &["js_modules", "svg", "web_manifests", "html", "style", "missing", "exceptions"]),
    ("rewrite.exceptions", &["files", "references", "missing"]),
    ("compress", &["codings", "effort"]),
    ("serve", given_serve::KEYS),
    ("serve.headers", &["files", "headers"]),
];

/// Keys whose environment variable is a text and not a TOML value.
const TEXTS: [&str; 4] = ["static_url", "static_root", "media_url", "media_root"];

/// A mode as it is written: `0o644`, `"0o644"` or `"umask"`.
struct Mode(PermissionsMode);

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a mode such as 0o644, or \"umask\"")]
        enum Written {
            Number(u32),
            Text(String),
        }
        let wrong = || serde::de::Error::custom("expected a mode such as 0o644, or \"umask\"");
        let mode = match Written::deserialize(deserializer)? {
            Written::Number(mode) => mode,
            Written::Text(text) if text == "umask" => return Ok(Self(PermissionsMode::Umask)),
            Written::Text(text) => u32::from_str_radix(text.trim_start_matches("0o"), 8).map_err(|_| wrong())?,
        };
        // 644 without `0o` is another number: 0o1204. No wanted mode has a special bit and keeps its
        // owner from reading or writing.
        if mode > 0o7777 || (mode > 0o777 && mode & 0o600 != 0o600) {
            Err(wrong())
        } else {
            Ok(Self(PermissionsMode::Mode(mode)))
        }
    }
}

impl Settings {
    /// The settings of the file at `path`, its relative paths taken from its directory, with
    /// `variables` over it: `STATICFILES_STATIC_ROOT` and so on, one for every top-level key. Texts
    /// are given as they are, lists with commas or as TOML, everything else as TOML.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or says something that is no setting.
    pub fn from_file(path: &Path, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::io("read the settings", path, source))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::from_toml(&text, &path.display().to_string(), directory, variables)
    }

    /// The settings of a TOML text; `origin` is what errors call it.
    ///
    /// # Errors
    ///
    /// When the text or a variable says something that is no setting.
    pub fn from_toml(
        text: &str,
        origin: &str,
        directory: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let mut settings = Self::default();
        settings.take(read(text, origin)?);
        settings = settings.with_variables(variables)?;
        settings.anchor(directory);
        Ok(settings)
    }

    /// These settings with `variables` over them, as [`from_file`](Self::from_file) reads them;
    /// paths stay as they are.
    ///
    /// ```
    /// # fn main() -> staticfiles::Result<()> {
    /// let settings = staticfiles::Settings::new().static_root("target/static");
    /// let variables = [("STATICFILES_STATIC_ROOT".to_owned(), "/srv/static".to_owned())];
    /// let settings = settings.with_variables(variables)?;
    /// assert_eq!(settings.static_root.as_deref(), Some("/srv/static".as_ref()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When a variable says something that is no setting.
    pub fn with_variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        for (name, value) in variables {
            let Some(key) = variable_key(&name) else { continue };
            if Self::reads_variable(&name) {
                self.take(read_variable(&name, &key, &value)?);
            } else if let [near] = nearest(&key, KEYS[0].1.iter().copied(), 1)[..] {
                // Others may use the prefix too; what is nearly one of ours is a mistake.
                let near = near.to_ascii_uppercase();
                return Err(Error::Settings(format!("{name} is no setting; did you mean `STATICFILES_{near}`?")));
            }
        }
        Ok(self)
    }

    /// `staticfiles.toml` in `directory` or the nearest parent that has one.
    pub fn find_file(directory: &Path) -> Option<PathBuf> {
        directory.ancestors().map(|directory| directory.join(FILE_NAME)).find(|path| path.is_file())
    }

    /// Whether an environment variable of this name is a setting.
    pub fn reads_variable(name: &str) -> bool {
        variable_key(name).is_some_and(|key| KEYS[0].1.contains(&key.as_str()))
    }

    fn take(&mut self, given: Given) {
        fn set<T>(place: &mut T, given: Option<T>) {
            if let Some(given) = given {
                *place = given;
            }
        }
        set(&mut self.static_url, given.static_url);
        set(&mut self.static_root, given.static_root.map(non_empty));
        set(&mut self.media_url, given.media_url);
        set(&mut self.media_root, given.media_root.map(non_empty));
        set(&mut self.debug, given.debug.map(Some));
        set(&mut self.finders, given.finders);
        set(&mut self.dirs, given.dirs);
        set(&mut self.apps, given.apps);
        set(&mut self.ignore_patterns, given.ignore_patterns);
        set(&mut self.file_permissions_mode, given.file_permissions_mode.map(|mode| mode.0));
        set(&mut self.directory_permissions_mode, given.directory_permissions_mode.map(|mode| mode.0));
        set(&mut self.storage.backend, given.storage.backend);
        set(&mut self.storage.manifest_name, given.storage.manifest_name);
        set(&mut self.storage.manifest_location, given.storage.manifest_location.map(Some));
        set(&mut self.storage.manifest_strict, given.storage.manifest_strict);
        set(&mut self.storage.keep_originals, given.storage.keep_originals);
        set(&mut self.storage.hash, given.storage.hash);
        set(&mut self.storage.prehashed, given.storage.prehashed);
        set(&mut self.rewrite.js_modules, given.rewrite.js_modules);
        set(&mut self.rewrite.svg, given.rewrite.svg);
        set(&mut self.rewrite.web_manifests, given.rewrite.web_manifests);
        set(&mut self.rewrite.html, given.rewrite.html);
        set(&mut self.rewrite.style, given.rewrite.style);
        set(&mut self.rewrite.missing, given.rewrite.missing);
        set(&mut self.rewrite.exceptions, given.rewrite.exceptions);
        set(&mut self.compress.codings, given.compress.codings);
        set(&mut self.compress.effort, given.compress.effort);
        given.serve.put_into(&mut self.serve);
    }

    /// Takes relative paths from the directory of the file.
    fn anchor(&mut self, directory: &Path) {
        self.package = std::path::absolute(directory).unwrap_or_else(|_| directory.to_path_buf());
        let dirs = self.dirs.iter_mut().map(|dir| &mut dir.path);
        let apps = self.apps.iter_mut().map(|app| &mut app.path);
        let roots = [&mut self.static_root, &mut self.media_root].into_iter().flatten();
        let manifest = self.storage.manifest_location.iter_mut().filter_map(ManifestLocation::directory_mut);
        for path in roots.chain(manifest).chain(dirs).chain(apps) {
            let joined = directory.join(&*path);
            // Without dots in the middle, for those who read it.
            *path = std::path::absolute(&joined).unwrap_or(joined);
        }
    }
}

/// The key that a variable would set.
fn variable_key(name: &str) -> Option<String> {
    name.strip_prefix("STATICFILES_").map(str::to_ascii_lowercase)
}

/// An empty path is none.
fn non_empty(path: PathBuf) -> Option<PathBuf> {
    Some(path).filter(|path| !path.as_os_str().is_empty())
}

fn read(text: &str, origin: &str) -> Result<Given> {
    let place = |offset: Option<usize>| match offset {
        // A variable is one line.
        Some(offset) if !origin.starts_with("STATICFILES_") => {
            format!("{origin}:{}", text[..offset.min(text.len())].matches('\n').count() + 1)
        }
        _ => origin.to_owned(),
    };
    let table = DeTable::parse(text).map_err(|error| {
        Error::Settings(format!("{}: {}", place(error.span().map(|span| span.start)), error.message()))
    })?;
    if let Some((offset, problem)) = unknown_key("", table.get_ref()) {
        return Err(Error::Settings(format!("{}: {problem}", place(Some(offset)))));
    }
    if let Some((offset, check)) = wrong_form(table.get_ref()) {
        let hint = check.hint.map(|hint| format!("{hint} ({})", place(Some(offset))));
        return Err(Error::Checks { checks: vec![Check { hint, ..check }] });
    }
    toml::from_str(text).map_err(|error| {
        Error::Settings(format!("{}: {}", place(error.span().map(|span| span.start)), error.message()))
    })
}

/// Settings of a form for which Django has a check: where it stands, and the finding (behaviours 45
/// and 49).
fn wrong_form(table: &DeTable<'_>) -> Option<(usize, Check)> {
    fn find<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<(usize, &'a DeValue<'i>)> {
        let found = table.iter().find(|(key, _)| key.get_ref().as_ref() == name);
        found.map(|(key, value)| (key.span().start, value.get_ref()))
    }
    let check = |code, message: &str, hint: &str| Check {
        code,
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        severity: Severity::Error,
    };
    if let Some((offset, value)) = find(table, "dirs")
        && !matches!(value, DeValue::Array(_))
    {
        let message = "The STATICFILES_DIRS setting is not a tuple or list.";
        return Some((
            offset,
            check("staticfiles.E001", message, "Write each directory as [[dirs]], in two brackets."),
        ));
    }
    let (offset, storage) = find(table, "storage")?;
    let has_backend = match storage {
        DeValue::Table(storage) => {
            !matches!(find(storage, "backend"), Some((_, DeValue::String(name))) if name.is_empty())
        }
        _ => false,
    };
    if has_backend {
        return None;
    }
    let message = "The STORAGES setting must define a 'staticfiles' storage.";
    Some((offset, check("staticfiles.E005", message, "Write [storage], and below it backend = \"manifest\".")))
}

/// The first key that is no setting: where it stands, and what to say.
fn unknown_key(name: &str, table: &DeTable<'_>) -> Option<(usize, String)> {
    let (_, known) = KEYS.iter().find(|(table, _)| *table == name)?;
    table.iter().find_map(|(key, value)| {
        if !known.contains(&key.get_ref().as_ref()) {
            let near = nearest(key.get_ref(), known.iter().copied(), 1);
            let hint = near
                .first()
                .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            let table = if name.is_empty() { String::new() } else { format!(" in [{name}]") };
            return Some((key.span().start, format!("unknown key `{}`{table}; {hint}", key.get_ref())));
        }
        let inner = if name.is_empty() { key.get_ref().to_string() } else { format!("{name}.{}", key.get_ref()) };
        tables(value).find_map(|table| unknown_key(&inner, table))
    })
}

/// The table, or the tables of the array.
fn tables<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Box<dyn Iterator<Item = &'a DeTable<'i>> + 'a> {
    match value.get_ref() {
        DeValue::Table(table) => Box::new(std::iter::once(table)),
        DeValue::Array(array) => Box::new(array.iter().filter_map(|item| item.get_ref().as_table())),
        _ => Box::new(std::iter::empty()),
    }
}

fn read_variable(name: &str, key: &str, value: &str) -> Result<Given> {
    let quoted = || toml::Value::String(value.to_owned()).to_string();
    let list = || {
        let items = value.split(',').map(|item| toml::Value::String(item.trim().to_owned()));
        toml::Value::Array(items.filter(|item| item.as_str() != Some("")).collect()).to_string()
    };
    let written = match key {
        key if TEXTS.contains(&key) => quoted(),
        "finders" | "ignore_patterns" if !value.trim_start().starts_with('[') => list(),
        key if key.ends_with("_mode") && value.parse::<u32>().is_ok() => quoted(),
        key if key.ends_with("_mode") && value == "umask" => quoted(),
        "debug" => match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => "true".to_owned(),
            "0" | "false" | "no" | "off" | "" => "false".to_owned(),
            _ => return Err(Error::Settings(format!("{name}: expected true or false, not {value:?}"))),
        },
        _ => value.to_owned(),
    };
    let is_table = KEYS.iter().any(|(table, _)| *table == key);
    if is_table && DeTable::parse(&format!("{key} = {written}")).is_err() {
        let text = format!("{name}: expected a TOML value such as {{ key = \"value\" }}, not {value:?}");
        return Err(Error::Settings(text));
    }
    read(&format!("{key} = {written}"), name)
}
