//! Where the board lies. Without the feature `network` this program reads folders and archives, and links nothing
//! that could reach a network.

use std::path::Path;

use psephos_console::{Exit, Failure, Locator};
use psephos_record::board::{Board, BoardError};

/// Opens a board to read it; what is fetched from a URL also goes into the folder `mirror`, if one is given.
///
/// # Errors
/// The outer one when this program cannot look there at all, the inner one when no board is found.
pub fn look(
    place: &Locator,
    mirror: Option<&Path>,
) -> Result<Result<Box<dyn Board>, BoardError>, Failure> {
    match (place, mirror) {
        (Locator::Path(path), None) => Ok(psephos_record::board::open_board(path)),
        (Locator::Path(path), Some(_)) => Err(Failure::usage("a mirror is made of a URL's board")
            .at(path.display().to_string())
            .advice("leave out --mirror: this board is on this machine already")),
        (Locator::Url(url), mirror) => fetch(place, url, mirror),
    }
}

/// Opens a board to read it.
pub fn open(place: &Locator, mirror: Option<&Path>) -> Result<Box<dyn Board>, Failure> {
    look(place, mirror)?.map_err(unreadable)
}

#[cfg(feature = "network")]
fn fetch(
    place: &Locator,
    url: &str,
    mirror: Option<&Path>,
) -> Result<Result<Box<dyn Board>, BoardError>, Failure> {
    let Some(mirror) = mirror else { return Ok(psephos_remote::open_board(place)) };
    if !psephos_remote::is_web(url) {
        let what = "a mirror is made of boards at http:// and https:// only";
        return Err(Failure::usage(what).at(url.to_owned()).advice("leave out --mirror"));
    }
    let board = psephos_remote::WebBoard::open(url, Some(mirror));
    Ok(board.map(|board| Box::new(board) as Box<dyn Board>))
}

#[cfg(not(feature = "network"))]
fn fetch(
    _: &Locator,
    url: &str,
    _: Option<&Path>,
) -> Result<Result<Box<dyn Board>, BoardError>, Failure> {
    Err(Failure::usage("this verifier reaches no network, on purpose").at(url.to_owned()).advice(
        "give a folder or an archive, or build one that does: \
         `cargo build --release -p psephos-verifier --features network`",
    ))
}

/// A board that cannot be read.
pub fn unreadable(error: BoardError) -> Failure {
    let exit = match &error {
        BoardError::Io { .. } | BoardError::Unreachable { .. } => Exit::Io,
        _ => Exit::Unreadable,
    };
    Failure::new(exit, error.to_string())
}
