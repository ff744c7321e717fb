//! The psephos-board command.

mod cli;
mod commands;

use std::process::ExitCode;

use cli::{Cli, Command};
use psephos_console::{Exit, Failure, say};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Page(arguments) => commands::page::run(&arguments),
        Command::Openapi => {
            let document = psephos_board_server::documented().to_pretty_json();
            say(document.map_err(|error| Failure::internal(error.to_string()))?);
            Ok(Exit::Valid)
        }
    })
}
