//! A site in a temporary directory, and the program run over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary directory with a `staticfiles.toml`, sources in `src` and the static root `out`.
pub(crate) struct Site {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of the program left: status and both outputs, the site's path written as `SITE`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn status(self, expected: i32) -> Self {
        assert_eq!(self.status, Some(expected), "{self:?}");
        self
    }

    pub(crate) fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.stdout, expected, "{self:?}");
        self
    }

    pub(crate) fn stderr(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "{self:?}");
        self
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self { directory: TempDir::new().expect("a temporary directory"), variables: Vec::new() };
        fs::create_dir(site.path("src")).expect("a source directory");
        site.settings("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n")
    }

    pub(crate) fn settings(self, toml: &str) -> Self {
        self.file("staticfiles.toml", toml)
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_staticfiles"));
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        command.env("XDG_CACHE_HOME", self.path("cache")).env_remove("SOURCE_DATE_EPOCH");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.finished(self.command(arguments).output().expect("the program runs"))
    }

    pub(crate) fn finished(&self, output: Output) -> Run {
        let here = self.directory.path().display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").replace(&here, "SITE");
        Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs the program with this on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        use std::io::Write;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // One that asks nothing may have ended already.
        let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
        self.finished(child.wait_with_output().expect("it ends"))
    }

    /// Collects and expects it to work; the summary line.
    pub(crate) fn collect(&self) -> String {
        let run = self.run(&["collectstatic", "--no-input"]);
        assert_eq!(run.status, Some(0), "{run:?}");
        run.stdout.trim().to_owned()
    }

    /// The stored name of a logical one.
    pub(crate) fn stored(&self, name: &str) -> String {
        self.manifest()["paths"][name].as_str().unwrap_or_else(|| panic!("{name} is not in the manifest")).to_owned()
    }

    pub(crate) fn manifest(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("out/staticfiles.json")).expect("the manifest is JSON")
    }
}

/// Collects each row's source as a file of this extension, beside files that it may refer to, and
/// compares what is published. `.X` stands for the hash of the files that hold `png`, `.B` for that of
/// those that hold `/*b*/`.
pub(crate) fn check_rewriting(setting: &str, extension: &str, rows: &[(&str, &str)]) {
    let settings =
        format!("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nmissing = \"ignore\"\n{setting} = true\n");
    let site = Site::new().settings(&settings);
    for name in ["x.png", "y.png", "c d.png", "é.png", "a&b.png", "a(1).png", "a,b.png", "m.js", "noext", "s.svg"] {
        site.write(&format!("src/a/{name}"), "png");
    }
    site.write("src/top.png", "png");
    site.write("src/a/b.css", "/*b*/");
    for (number, (source, _)) in rows.iter().enumerate() {
        site.write(&format!("src/a/row{number}.{extension}"), source);
    }
    site.collect();
    for (number, (source, expected)) in rows.iter().enumerate() {
        let expected = expected.replace(".X", ".bff139fa05ac").replace(".B", ".d2a57f83213a");
        let rewritten = site.read(&format!("out/{}", site.stored(&format!("a/row{number}.{extension}"))));
        assert_eq!(rewritten, expected, "row {number}: {source:?}");
        assert_eq!(site.read(&format!("out/a/row{number}.{extension}")), *source, "the plain copy is the source");
    }
}

/// What holds for every scanner and any text: references lie on character boundaries, in order and
/// apart, and each byte of a specifier has its place between them.
pub(crate) fn assert_law(scanner: &impl staticfiles::references::Scanner, text: &str) {
    let mut end = 0;
    for reference in scanner.scan(text) {
        assert!(reference.span.start >= end, "in order, not overlapping: {text:?}");
        end = reference.span.end;
        assert!(text.get(reference.span.clone()).is_some(), "on character boundaries: {text:?}");
        let mut last = reference.span.start;
        for at in 0..=reference.specifier.len() {
            let position = reference.position(text.as_bytes(), at);
            assert!(position >= last && position <= reference.span.end, "within the reference: {text:?}");
            last = position;
        }
    }
}

/// Every file below a directory with what tells whether it was written anew.
pub(crate) fn snapshot(root: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime, Vec<u8>)> {
    use std::os::unix::fs::MetadataExt;
    let mut files: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let metadata = entry.metadata().expect("metadata");
            let bytes = fs::read(entry.path()).expect("a readable file");
            (entry.path().to_path_buf(), metadata.ino(), metadata.modified().expect("a date"), bytes)
        })
        .collect();
    files.sort();
    files
}

/// Says that a test cannot run here; `tests/run` shows it at its end.
pub(crate) fn skip(reason: &str) {
    eprintln!("SKIPPED: {reason}");
    if let Some(path) = std::env::var_os("STATICFILES_SKIPPED") {
        use std::io::Write;
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = writeln!(file.expect("the list of skipped tests"), "{reason}");
    }
}
