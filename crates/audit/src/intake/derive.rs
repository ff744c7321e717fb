//! Deriving which ballots are accepted, and why the others are not.

use std::collections::BTreeMap;

use psephos_core::Digest;
use psephos_core::rows::RowsError;
use psephos_record::bodies::{Reason, Rejected};

use super::judge;
use super::multiples::{self, Suspects};
use super::polling::Polling;
use crate::numbered::numbered;

/// Why no answer could be derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// There is no election key yet.
    #[error("the election is not open")]
    NotOpen,
    /// The manifest's widths make no ballot.
    #[error("the manifest's widths make no ballot")]
    Layout,
    /// The roll cannot be read, or is not well formed.
    #[error("{0}")]
    Roll(String),
    /// A list that a record names cannot be used.
    #[error("{0}")]
    Storage(String),
    /// The ballots of a record cannot be read, or are not those that its root names.
    #[error("the ballots of record {sequence}: {error}")]
    Rows {
        /// The record's place on the board.
        sequence: u64,
        /// What happened.
        error: RowsError,
    },
    /// A record names a box that the manifest does not have.
    #[error("record {sequence} names box {box_index}, which there is not")]
    Box {
        /// The record's place on the board.
        sequence: u64,
        /// The box it names.
        box_index: u64,
    },
}

/// One byte a ballot: the code of the reason it is rejected for, or this.
pub(super) const ACCEPTED: u8 = u8::MAX;

/// Which ballots count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    records: Vec<(u64, Vec<u8>)>,
}

/// Derives which of the ballots count (spec/09-audit.md §9.5).
///
/// Every source is read two or three times; a blob that two records of a box name is verified once.
/// Memory is one byte a ballot, and 8 bytes a ballot while multiples are looked for. `progress` is told
/// how many ballots were verified.
///
/// # Errors
/// [`IntakeError`]; nothing is known then.
pub fn derive_intake(polling: &Polling<'_>, progress: &dyn Fn(u64)) -> Result<Intake, IntakeError> {
    let mut intake = Intake { records: Vec::with_capacity(polling.sources.len()) };
    // Places of the blobs judged so far.
    let mut judged: BTreeMap<(Digest, u64, u64, u64), usize> = BTreeMap::new();
    let mut done = 0;
    for (index, source) in polling.sources.iter().enumerate() {
        let blob = &source.blob;
        let name = (blob.root, blob.rows, blob.row_length, source.box_index);
        let first = *judged.entry(name).or_insert(index);
        let mut codes = intake.codes(first).to_vec();
        if first == index {
            judge::judge(polling, source, &mut codes, &mut |more| {
                done += more;
                progress(done);
            })?;
        }
        intake.records.push((source.sequence, codes));
    }
    let suspects = Suspects::find(polling, &intake)?;
    multiples::reject(polling, &suspects, &mut intake)?;
    Ok(intake)
}

impl Intake {
    /// How many ballots there are.
    #[must_use]
    pub fn submitted(&self) -> u64 {
        self.records.iter().map(|(_, codes)| codes.len() as u64).sum()
    }

    /// How many ballots count.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.submitted() - self.rejected().count() as u64
    }

    /// The rows of the `rejected` blob: every ballot that does not count, in the order of the board.
    pub fn rejected(&self) -> impl Iterator<Item = Rejected> + '_ {
        self.records.iter().flat_map(|(sequence, codes)| {
            numbered(0, codes).filter(|(_, code)| **code != ACCEPTED).map(|(row, code)| Rejected {
                sequence: *sequence,
                row,
                reason: u64::from(*code),
            })
        })
    }

    /// Why a ballot does not count; `None` when it does, or is not on the board.
    #[must_use]
    pub fn reason(&self, sequence: u64, row: u64) -> Option<Reason> {
        let code = *self.codes(self.source_of(sequence)?).get(usize::try_from(row).ok()?)?;
        Reason::from_code(u64::from(code))
    }

    /// How many ballots of a box count.
    #[must_use]
    pub fn accepted_in(&self, polling: &Polling<'_>, box_index: u64) -> u64 {
        let accepted = |codes: &[u8]| codes.iter().filter(|code| **code == ACCEPTED).count() as u64;
        polling.of_box(box_index).map(|(index, _)| accepted(self.codes(index))).sum()
    }

    /// Calls `visit(sequence, row, the ballot's bytes)` on every accepted ballot of a box.
    ///
    /// # Errors
    /// As [`derive_intake`].
    pub fn visit_accepted(
        &self,
        polling: &Polling<'_>,
        box_index: u64,
        visit: &mut dyn FnMut(u64, u64, &[u8]),
    ) -> Result<(), IntakeError> {
        for (index, source) in polling.of_box(box_index) {
            let codes = self.codes(index);
            source.each(&mut |row, ballot| {
                if code_at(codes, row) == ACCEPTED {
                    visit(source.sequence, row, ballot);
                }
            })?;
        }
        Ok(())
    }

    /// The same ballots, all of them accepted.
    pub(super) fn all_accepted(&self) -> Self {
        let accepted = |codes: &Vec<u8>| vec![ACCEPTED; codes.len()];
        let records = self.records.iter();
        Self { records: records.map(|(sequence, codes)| (*sequence, accepted(codes))).collect() }
    }

    /// The place of a record among the sources.
    pub(super) fn source_of(&self, sequence: u64) -> Option<usize> {
        self.records.binary_search_by_key(&sequence, |(sequence, _)| *sequence).ok()
    }

    pub(super) fn codes(&self, source: usize) -> &[u8] {
        self.records.get(source).map_or(&[], |(_, codes)| codes)
    }

    /// Rejects a ballot; `false` when there is none there.
    pub(super) fn set(&mut self, source: usize, row: u64, reason: Reason) -> bool {
        let codes = self.records.get_mut(source).map(|(_, codes)| codes);
        let row = usize::try_from(row).ok();
        match codes.zip(row).and_then(|(codes, row)| codes.get_mut(row)) {
            Some(code) => {
                *code = code_of(reason);
                true
            }
            None => false,
        }
    }
}

pub(super) fn code_of(reason: Reason) -> u8 {
    reason as u8
}

/// The code of a row; rows that no code stands for are rejected by their shape.
pub(super) fn code_at(codes: &[u8], row: u64) -> u8 {
    let index = usize::try_from(row).ok();
    index.and_then(|index| codes.get(index)).copied().unwrap_or(code_of(Reason::Shape))
}

/// A ballot's place: the index of its source and its row.
pub(super) type Place = (usize, u64);

/// A name for a batch's row in the whole election.
pub(super) type RowDigest = Digest;
