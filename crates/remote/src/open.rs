//! Boards by their locators, wherever they lie.

use std::path::Path;
use std::sync::Arc;

use psephos_console::Locator;
use psephos_record::board::{self, Board, BoardError, FolderBoard, WritableBoard};

use crate::WebBoard;
use crate::files::{Files, FolderFiles};
use crate::object::{Atomicity, Store, atomicity};

/// Opens a board to read it: a folder, an archive, a board on a web server, or in an object store.
///
/// # Errors
/// [`BoardError::NotABoard`] when there is none, [`BoardError::Unreachable`], or the system's.
pub fn open_board(place: &Locator) -> Result<Box<dyn Board>, BoardError> {
    match place {
        Locator::Path(path) => board::open_board(path),
        Locator::Url(url) if is_web(url) => Ok(Box::new(WebBoard::open(url, None)?)),
        Locator::Url(url) => {
            let board = store(url)?.board();
            begun(&board)?;
            Ok(Box::new(board))
        }
    }
}

/// Opens a board to act on it. On a board server, lists wait in the folder `spool` until the record that names them
/// is sent.
///
/// # Errors
/// As [`open_board`]; also when it cannot be written to safely.
pub fn open_writable(place: &Locator, spool: &Path) -> Result<Box<dyn WritableBoard>, BoardError> {
    match place {
        Locator::Path(path) => Ok(Box::new(FolderBoard::open(path)?)),
        Locator::Url(url) if is_web(url) => Ok(Box::new(WebBoard::open_writable(url, spool)?)),
        Locator::Url(url) => {
            let board = shared(url)?.board();
            begun(&board)?;
            Ok(Box::new(board))
        }
    }
}

/// [`open_writable`] of a board that has no record yet, in a folder that is new or empty, or at a URL.
///
/// # Errors
/// As [`open_writable`].
pub fn create_board(place: &Locator, spool: &Path) -> Result<Box<dyn WritableBoard>, BoardError> {
    match place {
        Locator::Path(path) => Ok(Box::new(FolderBoard::create(path)?)),
        Locator::Url(url) if is_web(url) => Ok(Box::new(WebBoard::create(url, spool)?)),
        Locator::Url(url) => Ok(Box::new(shared(url)?.board())),
    }
}

/// The small files that servers of a board share, where they can be reached; a board server's own cannot.
///
/// # Errors
/// As [`open_board`].
pub fn files_beside(place: &Locator) -> Result<Option<Arc<dyn Files>>, BoardError> {
    match place {
        Locator::Path(path) => Ok(Some(Arc::new(FolderFiles::new(path.clone())))),
        Locator::Url(url) if is_web(url) => Ok(None),
        Locator::Url(url) => Ok(Some(Arc::new(store(url)?.files()))),
    }
}

/// Whether a URL is a web server's.
#[must_use]
pub fn is_web(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme))
}

fn store(url: &str) -> Result<Store, BoardError> {
    Store::open(url).map_err(|reason| BoardError::NotABoard { path: url.into(), reason })
}

/// A store to which several can write at the same time.
fn shared(url: &str) -> Result<Store, BoardError> {
    let store = store(url)?;
    let unreachable = |reason| BoardError::Unreachable {
        place: url.to_owned(),
        action: "write to the store",
        reason,
    };
    match atomicity(&store.files()).map_err(|error| unreachable(error.reason))? {
        Atomicity::Refused => Ok(store),
        Atomicity::Overwritten | Atomicity::Unsupported { .. } => Err(unreachable(
            "it does not keep one writer from overwriting another; let a board server be the only one that \
             writes there, and give its URL"
                .into(),
        )),
    }
}

/// Where nothing lies, nothing is read: a mistyped prefix looks like an empty board.
fn begun(board: &dyn Board) -> Result<(), BoardError> {
    if board.extent()?.records > 0 {
        return Ok(());
    }
    let reason = "it holds no record; give the URL below which `records/` and `blobs/` lie".into();
    Err(BoardError::NotABoard { path: board.place().into(), reason })
}
