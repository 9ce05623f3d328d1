//! The command line of the example. Three options do not need an argument parser.

use std::env;
use std::path::{Path, PathBuf};

pub(crate) const USAGE: &str = "\
A website of two apps whose static files are collected, hashed and served.

Usage: cargo run --example site -- [OPTIONS]

      --debug            collect nothing, serve every file from its source
      --port PORT        port on 127.0.0.1; 0 takes any free one [default: 8000, or a free one]
      --static-root DIR  where files are collected [default: target/site-static]
  -h, --help             show this
";

pub(crate) struct Args {
    pub(crate) debug: bool,
    pub(crate) port: Option<u16>,
    pub(crate) static_root: PathBuf,
}

impl Args {
    /// The options of this process, or `None` if it was asked for help.
    pub(crate) fn from_env() -> Result<Option<Self>, String> {
        let mut args = Self {
            debug: false,
            port: None,
            static_root: Path::new(env!("CARGO_MANIFEST_DIR")).join("target/site-static"),
        };
        let mut words = env::args_os().skip(1);
        while let Some(word) = words.next() {
            let name = word.to_string_lossy();
            let mut value = || words.next().ok_or(format!("`{name}` needs a value"));
            match &*name {
                "--debug" => args.debug = true,
                "--port" => {
                    let port = value()?.to_string_lossy().parse();
                    args.port = Some(port.map_err(|_| "`--port` needs a number up to 65535")?);
                }
                "--static-root" => args.static_root = value()?.into(),
                "-h" | "--help" => return Ok(None),
                _ => return Err(format!("unknown option `{name}`; see --help")),
            }
        }
        Ok(Some(args))
    }
}
