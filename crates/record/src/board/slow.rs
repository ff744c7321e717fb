//! A board behind a slow line: for rehearsals.

use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

use psephos_core::Digest;

use super::{Board, BoardError, Extent, Placed, WritableBoard};
use crate::bodies::Blob;

/// The same board; every reading and writing waits first.
pub struct SlowBoard {
    board: Box<dyn WritableBoard>,
    pause: Duration,
}

impl SlowBoard {
    /// Puts a board behind such a line.
    #[must_use]
    pub fn new(board: Box<dyn WritableBoard>, pause: Duration) -> Self {
        Self { board, pause }
    }

    fn reached(&self) -> &dyn WritableBoard {
        thread::sleep(self.pause);
        &*self.board
    }
}

impl Board for SlowBoard {
    fn place(&self) -> String {
        self.board.place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        self.reached().extent()
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.reached().open_record(sequence)
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        self.board.blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.reached().open_blob(root)
    }
}

impl WritableBoard for SlowBoard {
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError> {
        self.reached().create_record(sequence, file)
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        self.reached().put_blob(row_length, write)
    }
}
