//! What witnesses sign: how far a board had come, as a checkpoint (c2sp.org/tlog-checkpoint) in a note
//! (c2sp.org/signed-note) under timed cosignatures (c2sp.org/tlog-cosignature, Ed25519); spec/witness.md.
//!
//! Parsing is strict and bounded: every value has one form, anything else is refused.

mod key;
mod note;

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use psephos_core::Digest;

pub use key::{Cosigned, KeyError, WitnessKey};
pub use note::{NOTES_LIMIT, Note, NoteError, NoteSignature, SIGNATURES};

/// What the origin of every board begins with; the digest of its first proposal's message follows, in hex.
pub const ORIGIN: &str = "psephos-board/";

/// The longest line of a note, in bytes: no signature that a witness makes today comes near it.
const LINE_LIMIT: usize = 8192;

/// How far a log had come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checkpoint {
    /// Which log; [`origin`] for a board.
    pub origin: String,
    /// How many records stood on it, at least one.
    pub records: u64,
    /// The digest of the last of them.
    pub head: Digest,
}

/// The origin of the board whose first proposal has this message digest.
#[must_use]
pub fn origin(proposal: &Digest) -> String {
    format!("{ORIGIN}{}", hex::encode(proposal))
}

impl Checkpoint {
    /// Reads the three lines of a checkpoint, without their ends.
    pub(crate) fn from_lines(lines: [&str; 3]) -> Result<Self, &'static str> {
        let [origin, records, head] = lines;
        if origin.is_empty() {
            return Err("the origin is empty");
        }
        let number: u64 = records.parse().map_err(|_| "the size is no number")?;
        if number.to_string() != records {
            return Err("the size is not in its one form");
        }
        if number == 0 {
            return Err("the log is empty");
        }
        let head = STANDARD.decode(head).map_err(|_| "the head is not in base64")?;
        let head = head.try_into().map_err(|_| "the head is not of 32 bytes")?;
        Ok(Self { origin: origin.to_owned(), records: number, head })
    }
}

/// The text that is signed: three lines.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.records, STANDARD.encode(self.head))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let lines: Vec<&str> = note::lines(text.as_bytes())?;
        let lines: [&str; 3] =
            lines.try_into().map_err(|_| NoteError::new(1, "it has not three lines"))?;
        Self::from_lines(lines).map_err(|reason| NoteError::new(1, reason))
    }
}

#[cfg(test)]
mod tests;
