//! Where the board of a home lies.

use psephos_audit::view;
use psephos_console::{Failure, Locator};
use psephos_record::board::WritableBoard;
use psephos_remote::open_writable;

use crate::{Home, HomeFile, audit_failure, board_failure};

/// The folder of a home in which lists wait for a board that is reached over a network.
pub const OUTGOING: &str = "outgoing";

/// Opens the board that a home belongs to. `given` says where it lies now; the home remembers that,
/// if it is the same election's board.
pub fn open_board(
    home: &Home,
    file: &HomeFile,
    given: Option<&Locator>,
) -> Result<Box<dyn WritableBoard>, Failure> {
    let outgoing = home.path(OUTGOING);
    let Some(given) = given else {
        return open_writable(&file.board, &outgoing).map_err(|error| {
            board_failure(error).advice("if the board lies elsewhere now, say where with --board")
        });
    };
    let place = given.absolute()?;
    let board = open_writable(&place, &outgoing).map_err(board_failure)?;
    if place == file.board {
        return Ok(board);
    }
    let proposal = view(&*board).map_err(audit_failure)?.proposal;
    let mut joined = [0; 32];
    let is_ours = hex::decode_to_slice(&file.proposal, &mut joined).is_ok()
        && proposal.is_some_and(|standing| standing.is_or_was(&joined));
    if !is_ours {
        return Err(Failure::usage("this is not the board of this home's election")
            .at(place.to_string())
            .advice(format!("the home is {}; give its board", home.folder().display())));
    }
    home.write(&HomeFile { board: place, ..file.clone() })?;
    Ok(board)
}
