//! Where the board of a home lies.

use std::path::{Path, absolute};

use psephos_audit::view;
use psephos_console::Failure;
use psephos_record::board::FolderBoard;

use crate::{Home, HomeFile, audit_failure, board_failure};

/// Opens the board that a home belongs to. `given` says where it lies now; the home remembers that,
/// if it is the same election's board.
pub fn open_board(
    home: &Home,
    file: &HomeFile,
    given: Option<&Path>,
) -> Result<FolderBoard, Failure> {
    let Some(given) = given else {
        return FolderBoard::open(&file.board).map_err(|error| {
            board_failure(error).advice("if the board lies elsewhere now, say where with --board")
        });
    };
    let place =
        absolute(given).map_err(|error| Failure::io("cannot name the folder", given, &error))?;
    let board = FolderBoard::open(&place).map_err(board_failure)?;
    if place == file.board {
        return Ok(board);
    }
    let proposal = view(&board).map_err(audit_failure)?.proposal;
    let mut joined = [0; 32];
    let is_ours = hex::decode_to_slice(&file.proposal, &mut joined).is_ok()
        && proposal.is_some_and(|standing| standing.is_or_was(&joined));
    if !is_ours {
        return Err(Failure::usage("this is not the board of this home's election")
            .at(place.display().to_string())
            .advice(format!("the home is {}; give its board", home.folder().display())));
    }
    home.write(&HomeFile { board: place, ..file.clone() })?;
    Ok(board)
}
