//! The psephos-witness command.

mod cli;
mod commands;
mod listen;
mod notes;
mod post;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Key(arguments) => commands::key::run(&arguments),
        Command::Watch(arguments) => commands::watch::run(arguments),
    })
}
