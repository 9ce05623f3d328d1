//! The program `staticfiles`: the commands over a settings file.

use std::process::ExitCode;

fn main() -> ExitCode {
    staticfiles::commands::main()
}
