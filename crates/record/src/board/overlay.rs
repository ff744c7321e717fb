//! A board that is only read, with what has been made for it beside: lists in a folder, and a record that
//! would come next.

use std::io::{self, Read, Write};

use psephos_core::Digest;

use super::{Board, BoardError, Extent, FolderBoard, Placed, WritableBoard};
use crate::bodies::Blob;

/// A board, and what would be added to it. Nothing of the board itself is written.
pub struct Overlay<'a> {
    base: Box<dyn Board + 'a>,
    beside: Option<FolderBoard>,
    next: Option<Vec<u8>>,
}

impl<'a> Overlay<'a> {
    /// A board whose new lists go into a folder beside it.
    #[must_use]
    pub fn with_lists(base: Box<dyn Board + 'a>, beside: FolderBoard) -> Self {
        Self { base, beside: Some(beside), next: None }
    }

    /// A board as it would be with another record.
    #[must_use]
    pub fn with_record(base: Box<dyn Board + 'a>, file: Vec<u8>) -> Self {
        Self { base, beside: None, next: Some(file) }
    }

    /// Where a blob is read from.
    fn holder(&self, root: &Digest) -> Result<&dyn Board, BoardError> {
        match &self.beside {
            Some(beside) if beside.blob_length(root)?.is_some() => Ok(beside),
            _ => Ok(&*self.base),
        }
    }
}

impl Board for Overlay<'_> {
    fn place(&self) -> String {
        self.base.place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        let Extent { records, beyond_gap } = self.base.extent()?;
        Ok(Extent { records: records + u64::from(self.next.is_some()), beyond_gap })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match &self.next {
            Some(file) if self.base.extent()?.records == sequence => Ok(Box::new(file.as_slice())),
            _ => self.base.open_record(sequence),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        self.holder(root)?.blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.holder(root)?.open_blob(root)
    }
}

impl WritableBoard for Overlay<'_> {
    /// Refused: records go to the board itself.
    fn create_record(&self, _: u64, _: &[u8]) -> Result<Placed, BoardError> {
        Err(BoardError::Refused { reason: "this copy of the board is only read".into() })
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        match &self.beside {
            Some(beside) => beside.put_blob(row_length, write),
            None => {
                Err(BoardError::Refused { reason: "this copy of the board is only read".into() })
            }
        }
    }
}
