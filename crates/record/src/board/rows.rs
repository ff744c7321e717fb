//! Blobs as lists of rows, hashed on every pass.

use std::io::Read;

use psephos_core::rows::{Rows, RowsError, Visitor};
use psephos_core::tree::TreeHasher;

use super::{Board, BoardError};
use crate::bodies::Blob;

/// About how many bytes are read and visited at a time.
const PIECE_LENGTH: usize = 1 << 20;

/// A blob of a board, to be read as rows.
///
/// Every pass hashes what it reads and fails at its end when the root does not match: what was visited
/// counts only once the pass has succeeded.
#[derive(Clone, Copy)]
pub struct BlobRows<'a> {
    board: &'a dyn Board,
    blob: Blob,
    row_length: usize,
    length: u64,
}

impl<'a> BlobRows<'a> {
    /// The rows that a record says are in `blob`; nothing is read yet.
    ///
    /// # Errors
    /// [`BoardError::BlobShape`] when the record states an impossible shape (check `shape.length`).
    pub fn new(board: &'a dyn Board, blob: &Blob) -> Result<Self, BoardError> {
        let shape = || BoardError::BlobShape {
            root: hex::encode(blob.root),
            rows: blob.rows,
            row_length: blob.row_length,
        };
        let length = blob.length().ok_or_else(shape)?;
        let row_length = usize::try_from(blob.row_length).map_err(|_| shape())?;
        Ok(Self { board, blob: *blob, row_length, length })
    }

    fn length_error(&self, found: u64) -> RowsError {
        RowsError::Length { blob: hex::encode(self.blob.root), found, stated: self.length }
    }
}

impl Rows for BlobRows<'_> {
    fn count(&self) -> u64 {
        self.blob.rows
    }

    fn row_length(&self) -> usize {
        self.row_length
    }

    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
        let storage = |error: BoardError| RowsError::Storage(error.to_string());
        // A wrong length is known before anything is read.
        match self.board.blob_length(&self.blob.root).map_err(storage)? {
            Some(found) if found != self.length => return Err(self.length_error(found)),
            _ => {}
        }
        let mut reader = self.board.open_blob(&self.blob.root).map_err(storage)?;
        let rows_in_piece = (PIECE_LENGTH / self.row_length).max(1);
        let mut piece = Vec::new();
        let mut hasher = TreeHasher::new();
        let mut first = 0u64;
        while first < self.blob.rows {
            let rows = (self.blob.rows - first).min(rows_in_piece as u64);
            let wanted = rows * self.blob.row_length;
            let found = read_up_to(&mut reader, wanted, &mut piece)
                .map_err(|error| self.reading(&error))?;
            if found != wanted {
                return Err(self.length_error(first * self.blob.row_length + found));
            }
            hasher.update(&piece);
            visit(first, &piece)?;
            first += rows;
        }
        if read_up_to(&mut reader, 1, &mut piece).map_err(|error| self.reading(&error))? != 0 {
            return Err(self.length_error(self.length + 1));
        }
        if hasher.finish() != self.blob.root {
            return Err(RowsError::Root(hex::encode(self.blob.root)));
        }
        Ok(())
    }
}

impl BlobRows<'_> {
    fn reading(&self, error: &std::io::Error) -> RowsError {
        let (place, root) = (self.board.place(), hex::encode(self.blob.root));
        RowsError::Storage(format!("{place}: cannot read blob {root}: {error}"))
    }
}

/// Reads at most `wanted` bytes into `piece`; fewer only at the end.
fn read_up_to(reader: &mut dyn Read, wanted: u64, piece: &mut Vec<u8>) -> std::io::Result<u64> {
    piece.clear();
    Ok(reader.take(wanted).read_to_end(piece)? as u64)
}

/// A file that is longer than this, and longer than its record states, is not hashed: whoever can write to
/// the folder could make it endless.
const HASHED: u64 = 1 << 30;

/// What is wrong with a blob as a whole.
#[derive(Debug, thiserror::Error)]
pub enum BlobFault {
    /// It is not there: the board is UNREADABLE.
    #[error("blob {root} is missing")]
    Missing {
        /// Its root in hex.
        root: String,
    },
    /// Its bytes have another root (check `board.blob`; nobody can be named).
    #[error("the bytes of blob {root} do not match its root")]
    Root {
        /// Its root in hex.
        root: String,
    },
    /// Its file is so much longer than the record states that it is not hashed (check `board.blob`).
    #[error(
        "blob {root} is longer than {most} bytes, and than its record states; it was not hashed"
    )]
    TooLong {
        /// Its root in hex.
        root: String,
        /// The length in bytes up to which it would have been hashed.
        most: u64,
    },
    /// Its bytes are the right ones, but the record states another number or length of rows, or an
    /// impossible one (check `shape.length`; the record's author).
    #[error("blob {root} is not {rows} rows of {row_length} bytes")]
    Shape {
        /// Its root in hex.
        root: String,
        /// Rows stated.
        rows: u64,
        /// Bytes in a row stated.
        row_length: u64,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] BoardError),
}

/// Hashes a whole blob and compares its root and its length with what a record states.
///
/// # Errors
/// [`BlobFault`], which tells damage in storage from a record that states the wrong shape.
pub fn check_blob(board: &dyn Board, blob: &Blob) -> Result<(), BlobFault> {
    read_blob(board, blob, &mut |_| Ok(()))
}

/// [`check_blob`] that hands on every piece as it is read. The pieces are the blob's only if all ends well, or
/// with [`BlobFault::Shape`].
pub(super) fn read_blob(
    board: &dyn Board,
    blob: &Blob,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), BoardError>,
) -> Result<(), BlobFault> {
    let root = hex::encode(blob.root);
    let mut reader = match board.open_blob(&blob.root) {
        Err(BoardError::BlobMissing { .. }) => return Err(BlobFault::Missing { root }),
        opened => opened?,
    };
    let most = blob.length().unwrap_or_default().max(HASHED);
    // The length is known before anything is read, unless somebody is writing at this moment.
    if board.blob_length(&blob.root)?.is_some_and(|length| length > most) {
        return Err(BlobFault::TooLong { root, most });
    }
    let reading =
        |source| BoardError::Io { path: board.place().into(), action: "read a blob", source };
    let mut hasher = TreeHasher::new();
    let mut piece = Vec::new();
    let mut found = 0;
    loop {
        let read = read_up_to(&mut reader, PIECE_LENGTH as u64, &mut piece).map_err(reading)?;
        if read == 0 {
            break;
        }
        found += read;
        if found > most {
            return Err(BlobFault::TooLong { root, most });
        }
        hasher.update(&piece);
        visit(&piece)?;
    }
    if hasher.finish() != blob.root {
        return Err(BlobFault::Root { root });
    }
    if blob.length() != Some(found) {
        return Err(BlobFault::Shape { root, rows: blob.rows, row_length: blob.row_length });
    }
    Ok(())
}
