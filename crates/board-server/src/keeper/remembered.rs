//! The records as the log knows them, so that judging one more does not read all of them from the storage.

use std::io::{Cursor, Read};

use psephos_core::Digest;
use psephos_record::board::{Board, BoardError, Extent};

use super::Keeper;

/// The board as far as the log knows it.
pub struct Remembered<'a> {
    keeper: &'a Keeper,
    records: u64,
}

impl<'a> Remembered<'a> {
    /// The records that are known now.
    pub fn new(keeper: &'a Keeper) -> Self {
        Self { keeper, records: keeper.log.length() }
    }
}

impl Board for Remembered<'_> {
    fn place(&self) -> String {
        self.keeper.store.place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        Ok(Extent { records: self.records, beyond_gap: None })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.keeper.log.known(sequence).and_then(|known| known.file) {
            Some(file) => Ok(Box::new(Cursor::new(file))),
            None => self.keeper.store.open_record(sequence),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        self.keeper.store.blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.keeper.store.open_blob(root)
    }
}
