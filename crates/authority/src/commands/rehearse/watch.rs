//! Counting the records of a board while it grows.

use std::collections::BTreeMap;

use psephos_console::Failure;
use psephos_participant::board_failure;
use psephos_record::board::{Board, FolderBoard};
use psephos_record::kind::Kind;
use psephos_record::message::Record;

/// How many records of each kind stand on a board. Nothing is verified: this only moves a bar.
#[derive(Default)]
pub struct Watch {
    seen: u64,
    kinds: BTreeMap<Kind, u64>,
}

impl Watch {
    /// Looks at the records that are new.
    pub fn look(&mut self, board: &FolderBoard) -> Result<(), Failure> {
        let records = board.extent().map_err(board_failure)?.records;
        while self.seen < records {
            let file = board.record(self.seen).map_err(board_failure)?;
            let kind = Record::decode(&file)
                .and_then(|record| record.message())
                .ok()
                .and_then(|message| message.kind().ok());
            if let Some(kind) = kind {
                *self.kinds.entry(kind).or_default() += 1;
            }
            self.seen += 1;
        }
        Ok(())
    }

    /// How many records of a kind there are.
    pub fn count(&self, kind: Kind) -> u64 {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }
}
