//! An honest board that is altered in every way.

use psephos_audit::{Culprit, Options, Report, audit};
use psephos_core::Encoding;
use psephos_record::board::{Board, MemoryBoard};
use psephos_record::kind::Kind;

use super::boards::Board as Named;
use super::case::{Case, Layers, Part, RecordFault, Rows, Sealed, rows_of};
use crate::{Author, Election, Reseal};

/// An honest board, taken apart.
pub struct Subject {
    /// Its name.
    pub name: &'static str,
    pub(super) board: MemoryBoard,
    pub(super) reseal: Reseal,
    pub(super) records: Vec<Layers>,
    pub(super) blobs: Vec<Rows>,
    /// The last record of each stage.
    stages: Vec<u32>,
    /// Who has done wrong at some time, though an exclusion or a later attempt has put it right.
    pub(super) guilty: Vec<Culprit>,
    /// Who holds which key.
    keys: Vec<(Encoding, Culprit)>,
    /// What the board up to there looks like and is answered, by stage, and at last the whole one.
    pub(super) honest: Vec<(MemoryBoard, Report)>,
}

impl Subject {
    /// Makes an election and takes it apart.
    #[must_use]
    pub fn new((name, make): Named) -> Self {
        Self::of(name, &make())
    }

    /// Takes an election apart.
    #[must_use]
    pub fn of(name: &'static str, election: &Election) -> Self {
        let board = election.board.clone();
        let records: Vec<Layers> = board.records().into_iter().map(Layers::of).collect();
        let first = |kind| records.iter().position(|layers| layers.kind == kind);
        let stages = [Kind::Manifest, Kind::Open, Kind::Close].map(first);
        let stages: Vec<u32> = stages.into_iter().flatten().map(|place| place as u32).collect();
        let ends = stages.iter().copied().chain([records.len() as u32 - 1]);
        let honest = ends.map(|end| {
            let part = first_records(&board, end as usize + 1);
            let report = report_of(&part);
            (part, report)
        });
        let honest = honest.collect();
        let blobs = rows_of(&board, &records);
        let offices = [Author::Authority, Author::Intake];
        let offices = offices.map(|author| (election.public_key(author), Culprit::Authority));
        let trustee =
            |index| (election.public_key(Author::Trustee(index)), Culprit::Trustee(index));
        let keys = offices.into_iter().chain(election.everybody().map(trustee)).collect();
        let guilty = (1..records.len()).flat_map(|end| {
            let failures = report_of(&first_records(&board, end)).failures;
            failures.into_iter().flat_map(|failure| failure.culprits)
        });
        let guilty = guilty.collect();
        Self {
            name,
            guilty,
            keys,
            reseal: Reseal::of(election),
            records,
            blobs,
            stages,
            honest,
            board,
        }
    }

    /// The audit of the honest board.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.honest[self.honest.len() - 1].1
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let files = self.records.iter().map(|layers| layers.file.bytes.len());
        files.chain(self.blobs.iter().map(|rows| rows.bytes.len())).sum()
    }

    /// Every name that an audit may give to a key.
    pub(super) fn names_of(&self, key: Encoding) -> Vec<Culprit> {
        match self.keys.iter().position(|(own, _)| *own == key) {
            Some(place) => vec![self.keys[place].1.clone(), Culprit::Author(key)],
            None => vec![Culprit::Author(key)],
        }
    }

    /// The record at which the proofs begin that bind this one.
    pub(super) fn stage_end(&self, sequence: u32) -> u32 {
        let end = self.stages.iter().find(|end| sequence <= **end);
        end.copied().unwrap_or(self.records.len() as u32 - 1)
    }

    /// How many records are kept.
    pub(super) fn kept(&self, part: Part, sealed: Sealed) -> usize {
        match sealed {
            Sealed::AsIs | Sealed::Whole => self.records.len(),
            Sealed::Stage => self.stage_end(self.sequence(part)) as usize + 1,
            Sealed::Alone => match part {
                Part::Record(sequence, RecordFault::Swapped) => sequence as usize + 2,
                _ => self.sequence(part) as usize + 1,
            },
        }
    }

    /// The record that is altered, or the first that names the blob.
    pub(super) fn sequence(&self, part: Part) -> u32 {
        match part {
            Part::Record(sequence, RecordFault::Swapped) => {
                (sequence + 1).min(self.records.len() as u32 - 1)
            }
            Part::Record(sequence, _)
            | Part::File(sequence, _)
            | Part::Message(sequence, _)
            | Part::Body(sequence, _) => sequence,
            Part::Blob(place, _) | Part::Missing(place) => {
                self.blobs[place as usize].named_by.map_or(0, |named| named.sequence)
            }
        }
    }

    /// What the same records are when nothing is altered.
    pub(super) fn honest(&self, case: Case) -> MemoryBoard {
        first_records(&self.board, self.kept(case.part, case.sealed))
    }

    /// What the honest board is answered where this case ends.
    pub(super) fn answer(&self, case: Case) -> Option<&Report> {
        let records = self.kept(case.part, case.sealed);
        let ends = |(board, _): &&(MemoryBoard, Report)| {
            board.extent().is_ok_and(|extent| extent.records == records as u64)
        };
        self.honest.iter().find(ends).map(|(_, report)| report)
    }
}

/// The same board with its first records only.
fn first_records(board: &MemoryBoard, records: usize) -> MemoryBoard {
    let part = board.clone();
    let mut files = board.records();
    files.truncate(records);
    part.set_records(files);
    part
}

/// Audits a board in memory.
pub(super) fn report_of(board: &MemoryBoard) -> Report {
    audit(board, &Options::default(), &|_| {}).expect("a board in memory can be read").report
}
