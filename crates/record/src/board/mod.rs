//! The board: an append-only log of records and the blobs they name (spec/08-board.md).
//!
//! A board only stores bytes. What it hands out is untrusted: records are decoded and verified by whoever
//! reads them, and blobs are hashed by [`BlobRows`] on every pass, because a shared folder can change
//! between two of them.

mod append;
mod error;
mod folder;
mod memory;
mod rows;

use std::io::{self, Read, Write};

use psephos_core::Digest;

use crate::bodies::Blob;
use crate::message::SignedMessage;

pub use append::Appended;
pub use error::BoardError;
pub use folder::FolderBoard;
pub use memory::MemoryBoard;
pub use rows::{BlobFault, BlobRows, check_blob};

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

/// Reading a board, in a folder, an archive or memory.
pub trait Board: Sync {
    /// Where the board lies, for people.
    fn place(&self) -> String;

    /// How many records there are now; others may append at any time.
    ///
    /// # Errors
    /// [`BoardError`] when the storage fails.
    fn extent(&self) -> Result<Extent, BoardError>;

    /// The bytes of a record file, at most [`crate::message::RECORD_LIMIT`] of them.
    ///
    /// # Errors
    /// [`BoardError::RecordMissing`], [`BoardError::RecordTooLarge`], or the storage's.
    fn record(&self, sequence: u64) -> Result<Vec<u8>, BoardError>;

    /// The digest of a record file, too long or not: [`crate::message::file_digest`].
    ///
    /// # Errors
    /// [`BoardError::RecordMissing`], or the storage's.
    fn record_digest(&self, sequence: u64) -> Result<Digest, BoardError>;

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
