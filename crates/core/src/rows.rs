//! Lists of fixed-size rows, read as a stream: ciphertexts, shares, ballots, plaintexts.

/// Why a list could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// The bytes read are not those that the root names; nothing read counts.
    #[error("the bytes of blob {0} do not match its root")]
    Root(String),
    /// The list has another length than its record states.
    #[error("blob {blob} has {found} bytes where its record states {stated}")]
    Length {
        /// The blob's root in hex.
        blob: String,
        /// Bytes there are.
        found: u64,
        /// Bytes its record states.
        stated: u64,
    },
    /// The storage failed.
    #[error("{0}")]
    Storage(String),
    /// The visitor had seen enough.
    #[error("stopped")]
    Stopped,
}

/// A list of rows of one length.
pub trait Rows: Sync {
    /// How many rows there are.
    fn count(&self) -> u64;

    /// Bytes in a row.
    fn row_length(&self) -> usize;

    /// Calls `visit(first row, bytes)` on consecutive pieces of whole rows, in order.
    ///
    /// What is visited counts only once the whole call has returned `Ok`: a list kept elsewhere
    /// is hashed as it is read, and a mismatch is known at its end.
    ///
    /// # Errors
    /// [`RowsError`] of the storage, or what `visit` answered.
    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError>;
}

/// Takes a piece: the index of its first row, and its bytes.
pub type Visitor<'a> = dyn FnMut(u64, &[u8]) -> Result<(), RowsError> + 'a;

/// Rows in memory.
#[derive(Clone, Copy, Debug)]
pub struct MemoryRows<'a> {
    bytes: &'a [u8],
    row_length: usize,
}

/// Rows in a piece of [`MemoryRows::visit`].
const PIECE: usize = 1 << 13;

impl<'a> MemoryRows<'a> {
    /// `bytes` as rows of `row_length` bytes; `None` when they are not whole rows.
    pub fn new(bytes: &'a [u8], row_length: usize) -> Option<Self> {
        let whole = bytes.len().checked_rem(row_length) == Some(0);
        whole.then_some(Self { bytes, row_length })
    }
}

impl Rows for MemoryRows<'_> {
    fn count(&self) -> u64 {
        (self.bytes.len() / self.row_length) as u64
    }

    fn row_length(&self) -> usize {
        self.row_length
    }

    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
        let mut first = 0;
        for piece in self.bytes.chunks(PIECE * self.row_length) {
            visit(first, piece)?;
            first += PIECE as u64;
        }
        Ok(())
    }
}

/// All bytes of a list, once they are known to be the right ones.
///
/// # Errors
/// As [`Rows::visit`].
pub fn read_all(rows: &dyn Rows) -> Result<Vec<u8>, RowsError> {
    let mut bytes = Vec::new();
    rows.visit(&mut |_, piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_rows_in_order() {
        let bytes: Vec<u8> = (0..3 * (2 * PIECE + 1)).map(|i| i as u8).collect();
        let rows = MemoryRows::new(&bytes, 3).unwrap();
        assert_eq!((rows.count(), rows.row_length()), (2 * PIECE as u64 + 1, 3));
        let mut next = 0;
        rows.visit(&mut |first, piece| {
            assert_eq!((first, piece.len() % 3), (next, 0));
            next += piece.len() as u64 / 3;
            Ok(())
        })
        .unwrap();
        assert_eq!(next, rows.count());
        assert_eq!(read_all(&rows).unwrap(), bytes);
        assert_eq!(rows.visit(&mut |_, _| Err(RowsError::Stopped)), Err(RowsError::Stopped));
    }

    #[test]
    fn broken_rows_are_refused() {
        assert!(MemoryRows::new(&[0; 10], 3).is_none());
        assert!(MemoryRows::new(&[0; 10], 0).is_none());
        assert_eq!(MemoryRows::new(&[], 3).unwrap().count(), 0);
    }
}
