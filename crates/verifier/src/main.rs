//! The psephos-verifier command.

mod cli;
mod commands;
mod place;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Some(Command::Compare { board, other, options }) => {
            commands::audit::compare(&board, &other, &options)
        }
        Some(Command::Corpus(arguments)) => commands::corpus::run(&arguments),
        Some(Command::Show(arguments)) => commands::show::run(&arguments),
        Some(Command::Evidence(arguments)) => commands::evidence::run(&arguments),
        Some(Command::Judge(arguments)) => commands::evidence::judge(&arguments),
        Some(Command::Statement { file, board }) => commands::statement::run(&file, &board),
        Some(Command::Digest { file }) => commands::digest::run(&file),
        Some(Command::Export { board, folder, expect }) => {
            commands::export::run(&board, &folder, expect)
        }
        None => commands::audit::run(cli.audit),
    })
}
