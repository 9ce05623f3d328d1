//! `Manage`: the commands in programs of one's own. What they print and serve is tried with the
//! example `manage`.

use std::convert::Infallible;
use std::process::ExitCode;

use axum::Router;
use axum::http::{Request, Response};
use clap::Parser;
use staticfiles::Settings;
use staticfiles::commands::{Application, Command, Manage, Options};
use staticfiles::finders::DirectoryFinder;

use crate::support::Site;

fn site() -> Site {
    Site::new().file("src/a.css", "a{}").file("more/b.css", "b{}")
}

fn manage(site: &Site) -> Manage {
    Manage::new(Settings::new().static_root(site.path("out")).dir(site.path("src")))
}

fn with_more(site: &Site) -> Manage {
    let more = site.path("more");
    manage(site).static_files(move |builder| builder.finder(DirectoryFinder::new(&more)))
}

fn assert_ends(status: ExitCode, expected: ExitCode) {
    assert_eq!(format!("{status:?}"), format!("{expected:?}"));
}

#[test]
fn commands_know_the_finders_of_the_program() {
    let site = site();
    assert_ends(manage(&site).run_from(["x", "findstatic", "a.css", "-v0"]), ExitCode::SUCCESS);
    assert_ends(manage(&site).run_from(["x", "findstatic", "b.css", "-v0"]), ExitCode::FAILURE);
    assert_ends(with_more(&site).run_from(["x", "findstatic", "b.css", "-v0"]), ExitCode::SUCCESS);
}

#[test]
fn a_settings_file_that_is_named_takes_the_place_of_the_settings() {
    let site = site().settings("[[dirs]]\npath = \"more\"\n");
    let file = site.path("staticfiles.toml").display().to_string();
    let find = |name: &str| manage(&site).run_from(["x", "findstatic", name, "-v0", "--settings", &file]);
    assert_ends(find("b.css"), ExitCode::SUCCESS);
    assert_ends(find("a.css"), ExitCode::FAILURE);
}

#[test]
fn wrong_usage_ends_with_2() {
    assert_ends(manage(&site()).run_from(["x", "findstatic"]), ExitCode::from(2));
    assert_ends(manage(&site()).run_from(["x", "nope"]), ExitCode::from(2));
}

#[test]
fn arguments_that_are_no_command_are_left_to_the_program() {
    let site = site();
    for arguments in
        [&["x"][..], &["x", "--port", "80"], &["x", "migrate"], &["x", "--help"], &["x", "migrate", "check"]]
    {
        assert!(manage(&site).try_run_from(arguments).is_none(), "{arguments:?}");
    }
    let found = manage(&site).try_run_from(["x", "findstatic", "a.css", "-v0"]);
    assert_ends(found.expect("a command of ours"), ExitCode::SUCCESS);
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Commands,
}

#[derive(clap::Subcommand)]
enum Commands {
    Migrate,
    #[command(flatten)]
    StaticFiles(Command),
}

#[test]
fn commands_can_be_part_of_a_parser_of_ones_own() {
    let site = site();
    let run = |arguments: &[&str]| {
        let cli = Cli::try_parse_from(arguments).expect("good usage");
        match cli.command {
            Commands::Migrate => None,
            Commands::StaticFiles(command) => Some(with_more(&site).execute(command, cli.options)),
        }
    };
    assert!(run(&["x", "migrate"]).is_none());
    assert_ends(run(&["x", "findstatic", "b.css", "-v", "0"]).expect("ours"), ExitCode::SUCCESS);
    assert_ends(run(&["x", "findstatic", "c.css", "-v", "0"]).expect("ours"), ExitCode::FAILURE);
    assert!(Cli::try_parse_from(["x", "man"]).is_err(), "it would tell of another command line");
}

#[test]
fn an_application_that_cannot_be_made_ends_the_command() {
    let site = site();
    let failing = manage(&site).try_router(async |_| Err::<Router, _>("no database"));
    assert_ends(failing.run_from(["x", "runserver", "0", "-v0"]), ExitCode::FAILURE);
    // A command that does not serve makes no application.
    let unasked = manage(&site).router(|_| -> Router { panic!("nobody serves") });
    assert_ends(unasked.run_from(["x", "findstatic", "a.css", "-v0"]), ExitCode::SUCCESS);
}

#[test]
fn any_tower_service_is_an_application() {
    fn takes(_: &impl Application) {}
    let plain = tower::service_fn(async |_: Request<hyper::body::Incoming>| {
        Ok::<_, Infallible>(Response::new("plain".to_owned()))
    });
    takes(&plain);
    takes(&Router::new());
    let _ = manage(&site()).router(move |_| plain);
}
