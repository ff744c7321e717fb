//! Bytes on their way to storage, hashed and counted as they pass: what a board's `put_blob` writes through.

use std::io::{self, Write};

use psephos_core::tree::TreeHasher;

use super::BoardError;
use crate::bodies::Blob;

/// Hashes what it writes, to name it as a blob.
pub struct BlobWriter<W> {
    inner: W,
    hasher: TreeHasher,
    length: u64,
}

impl<W: Write> BlobWriter<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, hasher: TreeHasher::new(), length: 0 }
    }

    /// The blob that was written, of rows of `row_length` bytes.
    ///
    /// # Errors
    /// [`BoardError::BrokenRows`] when the bytes are not whole rows.
    pub fn finish(self, row_length: u64) -> Result<Blob, BoardError> {
        let length = self.length;
        if length.checked_rem(row_length) != Some(0) {
            return Err(BoardError::BrokenRows { length, row_length });
        }
        Ok(Blob { root: self.hasher.finish(), rows: length / row_length, row_length })
    }
}

impl<W: Write> Write for BlobWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
