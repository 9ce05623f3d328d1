//! Help, completions and manual pages, none of which needs settings.

use std::process::Command;

use tempfile::TempDir;

const COMMANDS: [&str; 7] = ["collectstatic", "findstatic", "runserver", "serve", "check", "completions", "man"];

/// Runs the program where there are no settings.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let directory = TempDir::new().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_staticfiles"));
    let output = command.args(arguments).current_dir(directory.path()).env("COLUMNS", "100").output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn each_command_has_help_with_examples() {
    let (status, help) = run(&["--help"]);
    assert_eq!(status, Some(0));
    insta::assert_snapshot!("help", help);
    for command in COMMANDS {
        let (status, help) = run(&[command, "--help"]);
        assert_eq!(status, Some(0), "{command}");
        assert!(help.contains("Examples:\n  "), "{command}");
        insta::assert_snapshot!(format!("help_{command}"), help);
    }
}

#[test]
fn there_are_completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (status, script) = run(&["completions", shell]);
        assert_eq!(status, Some(0), "{shell}");
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
        assert!(script.contains("no-input") && script.contains("insecure"), "{shell}");
    }
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("script");
    std::fs::write(&path, run(&["completions", "bash"]).1).expect("a script");
    let complete = "source \"$0\"; COMP_WORDS=(staticfiles collect) COMP_CWORD=1; _staticfiles staticfiles collect \
                    staticfiles; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["--norc", "-c", complete]).arg(path).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "collectstatic", "{output:?}");
}

#[test]
fn there_is_a_manual_page_for_the_program_and_each_command() {
    let (status, page) = run(&["man"]);
    assert_eq!(status, Some(0));
    assert!(page.contains(".TH staticfiles 1"), "{page}");
    assert!(COMMANDS.iter().all(|command| page.contains(command)), "{page}");
    let (_, page) = run(&["man", "findstatic"]);
    assert!(page.contains(".TH staticfiles\\-findstatic 1") || page.contains(".TH staticfiles-findstatic 1"), "{page}");
    assert!(page.contains("\\-\\-first") && page.contains("\\-\\-settings"), "{page}");
}
