//! A blob as records name it (spec/08-board.md §8.4).

use psephos_core::Digest;
use serde::{Deserialize, Serialize};

/// Bulk rows beside the log, named by the root of their tree hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Root of the tree hash; the file's name.
    #[serde(with = "serde_bytes")]
    pub root: Digest,
    /// Number of rows.
    pub rows: u64,
    /// Bytes in a row, 1 to [`Blob::ROW_LIMIT`].
    pub row_length: u64,
}

impl Blob {
    /// The longest row in bytes.
    pub const ROW_LIMIT: u64 = 1 << 20;
    /// The longest blob in bytes.
    pub const LENGTH_LIMIT: u64 = 1 << 44;

    /// Length in bytes, or `None` when the row length or the whole is beyond the limits
    /// (check `shape.length`).
    pub fn length(&self) -> Option<u64> {
        if self.row_length == 0 || self.row_length > Self::ROW_LIMIT {
            return None;
        }
        self.rows.checked_mul(self.row_length).filter(|length| *length <= Self::LENGTH_LIMIT)
    }
}
