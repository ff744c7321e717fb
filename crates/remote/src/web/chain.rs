//! What comes of a log, judged as it comes: whoever sends anything under the names of records is found out before much
//! of it lies on a disk.
//!
//! A log may hold broken files, which an audit names one by one and reads past (spec/09-audit.md), so that a board has
//! the same report at a URL as in a folder. It is only that they do not go on for ever.

use std::io::{self, Read};

use psephos_core::Digest;
use psephos_record::message::{DIGESTED, Record, file_digest};

/// So many bytes of broken records are fetched of one board.
const BROKEN: u64 = 1 << 30;
/// What a file takes on a disk, however short it is.
const BLOCK: u64 = 4096;

/// How far a log was fetched, without a gap.
#[derive(Debug)]
pub(super) struct Chain {
    records: u64,
    /// Digest of the last file.
    head: Digest,
    /// What the broken files take.
    broken: u64,
    /// The most that they may take.
    pub most: u64,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { records: 0, head: [0; 32], broken: 0, most: BROKEN }
    }
}

impl Chain {
    /// How many records were judged.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Whether broken records have taken what they may.
    pub fn is_refused(&self) -> bool {
        self.broken > self.most
    }

    /// Judges the file of the next record.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn take(&mut self, file: impl Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        file.take(DIGESTED as u64).read_to_end(&mut bytes)?;
        if !self.continues(&bytes) {
            let taken = (bytes.len() as u64).max(BLOCK);
            self.broken = self.broken.saturating_add(taken);
        }
        self.head = file_digest(&bytes);
        self.records += 1;
        Ok(())
    }

    /// Whether this is a record of this place, signed by whoever it names.
    fn continues(&self, file: &[u8]) -> bool {
        let Ok(record) = Record::decode(file) else { return false };
        let is_linked = (record.sequence, record.previous) == (self.records, self.head);
        is_linked && record.message().is_ok_and(|message| record.verify(&message).is_ok())
    }
}
