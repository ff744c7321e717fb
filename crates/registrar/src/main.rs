//! The psephos-registrar command.

mod card;
mod cli;
mod codes;
mod commands;
mod files;
mod page;
mod register;
mod roll;
mod voters;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Make(arguments) => commands::make::run(arguments),
        Command::Amend(arguments) => commands::amend::run(arguments),
        Command::Check(arguments) => commands::check::run(arguments),
    })
}
