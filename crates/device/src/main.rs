//! The psephos-voter command: a voter's device.

mod booth;
mod cli;
mod commands;
mod earlier;
mod files;
mod hand_in;
mod words;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Vote(arguments) => commands::vote::run(arguments),
        Command::Cast(arguments) => commands::decide::cast(arguments),
        Command::HandIn(arguments) => commands::deliver::run(arguments),
        Command::Challenge(arguments) => commands::decide::challenge(arguments),
        Command::Check(arguments) => commands::check::run(arguments),
        Command::Find(arguments) => commands::find::run(arguments),
    })
}
