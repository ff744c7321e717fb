//! The board: an append-only log of records and the blobs they name (spec/08-board.md).
//!
//! A board only stores bytes. What it hands out is untrusted: records are decoded and verified by whoever
//! reads them, and blobs are hashed by [`BlobRows`] on every pass, because a shared folder can change
//! between two of them.

mod append;
mod archive;
mod error;
mod folder;
mod memory;
mod overlay;
mod rows;
mod slow;
mod writer;

use std::io::{self, Read, Write};
use std::path::Path;

use psephos_core::{Digest, hash};

use crate::bodies::{Blob, Body};
use crate::message::{DIGESTED, RECORD_LIMIT, Record, SignedMessage};

pub use append::Appended;
pub use archive::{ArchiveBoard, Archived, Lost, Show, open_board, write_archive};
pub use error::BoardError;
pub use folder::{FolderBoard, LAST_SEQUENCE, blob_name, record_name, sequence_of};
pub use memory::MemoryBoard;
pub use overlay::Overlay;
pub use rows::{BlobFault, BlobRows, check_blob};
pub use slow::SlowBoard;
pub use writer::BlobWriter;

/// How far a log reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Number of records from 0 on without a gap.
    pub records: u64,
    /// The lowest sequence found behind a gap: records were removed (check `board.chain`).
    pub beyond_gap: Option<u64>,
}

/// Whether a record could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It now stands at this sequence.
    Here,
    /// Another record stands there already; nothing was written.
    Taken,
}

/// Reading a board, wherever it lies.
pub trait Board: Sync {
    /// Where the board lies, for people.
    fn place(&self) -> String;

    /// How many records there are now; others may append at any time.
    ///
    /// # Errors
    /// [`BoardError`] when the storage fails.
    fn extent(&self) -> Result<Extent, BoardError>;

    /// The bytes of a record file, of whatever length: read no more of them than [`DIGESTED`].
    ///
    /// # Errors
    /// [`BoardError::RecordMissing`], or the storage's.
    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError>;

    /// The bytes of a record file, at most [`RECORD_LIMIT`] of them.
    ///
    /// # Errors
    /// [`BoardError::RecordMissing`], [`BoardError::RecordTooLarge`], or the storage's.
    fn record(&self, sequence: u64) -> Result<Vec<u8>, BoardError> {
        let bytes = read_record(self, sequence)?;
        if bytes.len() > RECORD_LIMIT {
            let limit = RECORD_LIMIT as u64;
            return Err(BoardError::RecordTooLarge { place: self.place(), sequence, limit });
        }
        Ok(bytes)
    }

    /// The digest of a record file, too long or not: [`crate::message::file_digest`].
    ///
    /// # Errors
    /// [`BoardError::RecordMissing`], or the storage's.
    fn record_digest(&self, sequence: u64) -> Result<Digest, BoardError> {
        let file = self.open_record(sequence)?.take(DIGESTED as u64);
        hash::plain_reader(file).map_err(reading_record(self.place(), sequence))
    }

    /// Length of a blob in bytes; `None` when it is not there.
    ///
    /// # Errors
    /// [`BoardError`] when the storage fails.
    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError>;

    /// The raw bytes of a blob, unverified; use [`BlobRows`] unless you hash them yourself.
    ///
    /// # Errors
    /// [`BoardError::BlobMissing`], or the storage's.
    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError>;

    /// The raw bytes of a blob from an offset on; none behind its end.
    ///
    /// # Errors
    /// As [`Board::open_blob`].
    fn open_blob_at(
        &self,
        root: &Digest,
        offset: u64,
    ) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        let mut blob = self.open_blob(root)?;
        io::copy(&mut (&mut blob).take(offset), &mut io::sink()).map_err(|source| {
            let path = Path::new(&self.place()).join(blob_name(root));
            BoardError::Io { path, action: "read the file", source }
        })?;
        Ok(blob)
    }
}

impl<B: Board + ?Sized> Board for &B {
    fn place(&self) -> String {
        (**self).place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        (**self).extent()
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        (**self).open_record(sequence)
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        (**self).blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        (**self).open_blob(root)
    }

    fn open_blob_at(
        &self,
        root: &Digest,
        offset: u64,
    ) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        (**self).open_blob_at(root, offset)
    }
}

/// As much of a record file as anybody reads: all of it, or of one that is too long what its digest is of.
fn read_record<B: Board + ?Sized>(board: &B, sequence: u64) -> Result<Vec<u8>, BoardError> {
    let mut bytes = Vec::new();
    let mut file = board.open_record(sequence)?.take(DIGESTED as u64);
    file.read_to_end(&mut bytes).map_err(reading_record(board.place(), sequence))?;
    Ok(bytes)
}

/// A record file could be opened, and not read.
fn reading_record(place: String, sequence: u64) -> impl FnOnce(io::Error) -> BoardError {
    let path = Path::new(&place).join(record_name(sequence));
    move |source| BoardError::Io { path, action: "read the file", source }
}

/// What a record says; `None` where it cannot be read. Its signature is not looked at.
///
/// # Errors
/// As [`Board::record`], but for a record that is too long, which says nothing.
pub fn read_body(board: &dyn Board, sequence: u64) -> Result<Option<Body>, BoardError> {
    let file = match board.record(sequence) {
        Err(BoardError::RecordTooLarge { .. }) => return Ok(None),
        file => file?,
    };
    let message = Record::decode(&file).ok().and_then(|record| record.message().ok());
    Ok(message.and_then(|message| message.body().ok()))
}

/// A board that can grow.
pub trait WritableBoard: Board {
    /// Writes a record file at `sequence` if none stands there; whole or not at all, and durable on return.
    ///
    /// [`WritableBoard::append`] is what callers want.
    ///
    /// # Errors
    /// [`BoardError`] when the storage fails; no part of the record is visible then, unless only the last
    /// step, making it durable, has failed.
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError>;

    /// Stores what `write` writes as a blob of rows of `row_length` bytes, whole or not at all.
    ///
    /// A blob that is there already is kept when its bytes are right and replaced when they are not.
    ///
    /// # Errors
    /// [`BoardError`] when `write` or the storage fails, or the bytes are not whole rows.
    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError>;

    /// [`WritableBoard::put_blob`] for rows in memory.
    ///
    /// # Errors
    /// As [`WritableBoard::put_blob`].
    fn put_rows(&self, row_length: u64, rows: &[u8]) -> Result<Blob, BoardError> {
        self.put_blob(row_length, &mut |out| out.write_all(rows))
    }

    /// Appends a signed message as the next record, behind whatever others append at the same time.
    ///
    /// Checked first: that everything decodes, the signature, that the message does not stand already, and
    /// that its head is an earlier record of this board; a record without these is a fault for ever.
    ///
    /// # Errors
    /// [`BoardError::AlreadyStands`] with the place, [`BoardError::ForeignHead`], [`BoardError::Refused`]
    /// when it is no well-signed message, [`BoardError::Gap`], or the storage's.
    fn append(&self, signed: &SignedMessage) -> Result<Appended, BoardError> {
        append::append(self, signed)
    }
}
