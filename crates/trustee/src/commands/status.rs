//! `status`: how far the election is, without acting and without the passphrase.

use psephos_console::{Exit, Failure, say};
use psephos_participant::{Home, audit_failure, board_failure, status};
use psephos_record::board::FolderBoard;

use crate::cli::Status;
use crate::desk::place;

/// Shows the state of the board as its records tell it.
pub fn run(arguments: Status) -> Result<Exit, Failure> {
    let (file, known) = Home::peek(&place(&arguments.home)?)?;
    let board = FolderBoard::open(&file.board).map_err(board_failure)?;
    let view = psephos_audit::view(&board).map_err(audit_failure)?;
    let shown = if arguments.json {
        status::json(&file, &known, &view)
    } else {
        status::text(&file, &known, &view)
    };
    say(shown);
    Ok(Exit::Valid)
}
