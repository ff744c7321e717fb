//! The psephos-authority command.

mod cli;
mod commands;
mod description;
mod hours;
mod invitations;
mod office;
mod questions;
mod roll;
mod voters;

use std::process::ExitCode;

use cli::{Cli, Command};
use psephos_participant::{backup, destroy, restore};

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| match cli.command {
        Command::Init(arguments) => commands::init::run(arguments),
        Command::Open(arguments) => commands::open::run(arguments),
        Command::Reissue(arguments) => commands::reissue::run(arguments),
        Command::Intake(arguments) => commands::intake::run(arguments),
        Command::IntakeKey(arguments) => commands::intake_key::run(arguments),
        Command::Amend(arguments) => commands::amend::run(arguments),
        Command::Waive(arguments) => commands::waive::run(arguments),
        Command::Close(arguments) => commands::close::run(arguments),
        Command::Publish(arguments) => commands::publish::run(arguments),
        Command::Exclude(arguments) => commands::exclude::run(arguments),
        Command::Export(arguments) => commands::export::run(arguments),
        Command::Encrypt(arguments) => commands::encrypt::run(arguments),
        Command::Backup(given) => backup(&office::place(&given.home)?, &given.arguments),
        Command::Restore(given) => {
            restore(&office::place(&given.home)?, office::ROLE, &given.arguments)
        }
        Command::Destroy(given) => destroy(&office::place(&given.home)?, &given.arguments),
        Command::Status(arguments) => commands::status::run(arguments),
        Command::Rehearse(arguments) => commands::rehearse::run(arguments),
    })
}
