//! `status`: how far the election is, without acting and without the passphrase.

use psephos_console::{Exit, Failure};
use psephos_participant::status;

use crate::cli::Status;
use crate::office::place;

/// Shows the state of the board as its records tell it.
pub fn run(arguments: Status) -> Result<Exit, Failure> {
    status::show(&place(&arguments.home)?, &arguments.output)
}
