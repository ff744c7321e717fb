//! The psephos-trustee command.

mod answer;
mod cli;
mod commands;
mod consent;
mod desk;
mod steps;

use std::process::ExitCode;

use cli::{Cli, Command};
use psephos_participant::{backup, destroy, restore};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Join(arguments) => commands::join::run(arguments),
        Command::Run(arguments) => commands::run::run(arguments),
        Command::Exclude(arguments) => commands::exclude::run(arguments),
        Command::ExportRequest(arguments) => commands::airgap::export_request(arguments),
        Command::Answer(arguments) => commands::airgap::answer(arguments),
        Command::ImportAnswer(arguments) => commands::airgap::import_answer(arguments),
        Command::Backup(given) => backup(&desk::place(&given.home)?, &given.arguments),
        Command::Restore(given) => {
            restore(&desk::place(&given.home)?, desk::ROLE, &given.arguments)
        }
        Command::Destroy(given) => destroy(&desk::place(&given.home)?, &given.arguments),
        Command::Status(arguments) => commands::status::run(arguments),
    })
}
