//! Whether the storage can be used: by a small write and a small read, now and then.

use std::io::Read;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_record::board::{Board, BoardError};
use psephos_remote::{Files, FilesError};

/// Where it is tried whether a file can be written; readers of the board take no notice of it.
const FOLDER: &str = "health";

/// Why the storage cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A record that stood there is gone.
    #[error("the board's first record is gone")]
    Gone,
    /// A record cannot be read.
    #[error("{0}")]
    Board(#[from] BoardError),
    /// A file cannot be written.
    #[error("{0}")]
    Files(#[from] FilesError),
}

/// Reads the first record, if there is one, and writes a file, which is removed again.
///
/// # Errors
/// [`ProbeError`].
pub fn probe(store: &dyn Board, files: &dyn Files, has_records: bool) -> Result<(), ProbeError> {
    if has_records {
        let mut byte = [0];
        let read = store.open_record(0).and_then(|mut record| {
            let failed = |source| BoardError::Io {
                path: store.place().into(),
                action: "read a record",
                source,
            };
            record.read_exact(&mut byte).map_err(failed)
        });
        match read {
            Err(BoardError::RecordMissing { .. }) => return Err(ProbeError::Gone),
            read => read?,
        }
    } else {
        // A folder that is gone is not made again by the writing below.
        store.extent()?;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("{FOLDER}/{}-{}", since.as_nanos(), process::id());
    files.create(&name, b"probe")?;
    Ok(files.remove(&name)?)
}

/// Removes what servers have left that were killed while they tried.
///
/// # Errors
/// The files'.
pub fn clear(files: &dyn Files) -> Result<(), FilesError> {
    files.list(FOLDER)?.iter().try_for_each(|name| files.remove(name))
}
