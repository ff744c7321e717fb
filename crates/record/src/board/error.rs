//! What can go wrong with a board: each error names the place and, where there is one, the fix.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a board could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The folder is no board.
    #[error("{}: not a board: {reason}", path.display())]
    NotABoard {
        /// The folder.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The storage failed.
    #[error("{}: cannot {action}: {source}{}", path.display(), fix(source))]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// A place on a network does not answer, or not as a board would.
    #[error("{place}: cannot {action}: {reason}")]
    Unreachable {
        /// The board's URL.
        place: String,
        /// What was tried.
        action: &'static str,
        /// What came instead, and what to do where that is known.
        reason: String,
    },
    /// A record is not there, or no longer.
    #[error("{place}: record {sequence} is missing")]
    RecordMissing {
        /// Where the board lies.
        place: String,
        /// Its sequence.
        sequence: u64,
    },
    /// A record file is longer than any record may be.
    #[error("{place}: record {sequence} is longer than {limit} bytes; it was not read")]
    RecordTooLarge {
        /// Where the board lies.
        place: String,
        /// Its sequence.
        sequence: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Records stand behind a missing one.
    #[error(
        "{place}: record {missing} is missing, but record {found} is there; get a complete copy of the board"
    )]
    Gap {
        /// Where the board lies.
        place: String,
        /// The first sequence that is not there.
        missing: u64,
        /// A sequence that is.
        found: u64,
    },
    /// The log has no more sequences.
    #[error("{place}: the board is full: no record can follow {sequence}")]
    Full {
        /// Where the board lies.
        place: String,
        /// The sequence that has no name.
        sequence: u64,
    },
    /// A blob is not there.
    #[error("{place}: blob {root} is missing; get a complete copy of the board")]
    BlobMissing {
        /// Where the board lies.
        place: String,
        /// Its root in hex.
        root: String,
    },
    /// A record states an impossible shape for a blob.
    #[error("blob {root}: {rows} rows of {row_length} bytes are not possible")]
    BlobShape {
        /// Its root in hex.
        root: String,
        /// Rows stated.
        rows: u64,
        /// Bytes in a row stated.
        row_length: u64,
    },
    /// Bytes for a blob are not whole rows.
    #[error("{length} bytes are not whole rows of {row_length}")]
    BrokenRows {
        /// Bytes offered.
        length: u64,
        /// Bytes in a row.
        row_length: u64,
    },
    /// The message to append is on the board.
    #[error("this message already stands on the board, as record {sequence}")]
    AlreadyStands {
        /// Where.
        sequence: u64,
    },
    /// The message to append was made for another board or a fork of this one.
    #[error("{place}: the message builds on head {head}, which is no record of this board")]
    ForeignHead {
        /// Where the board lies.
        place: String,
        /// The message's head in hex.
        head: String,
    },
    /// The message to append is not one.
    #[error("not appended: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}

impl BoardError {
    pub(super) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), action, source }
    }
}

/// What to do about a failure of the system, where that is known.
fn fix(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "; the board is as it was: free some space and run the command again"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; nothing was changed: this user lacks the right to do that there"
        }
        ErrorKind::Unsupported | ErrorKind::TooManyLinks => {
            "; the folder of a board must lie on a file system with hard links"
        }
        _ => "",
    }
}
