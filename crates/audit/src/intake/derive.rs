//! Deriving which ballots are accepted, and why the others are not.

use crate::numbered::numbered;
use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_record::bodies::{Reason, Rejected};

use super::judge;
use super::multiples::{self, Suspects};

/// The ballots of one `ballots` record.
pub struct BallotSource<'a> {
    /// The record's place on the board.
    pub sequence: u64,
    /// The box they were taken in for.
    pub box_index: u64,
    /// One ballot a row.
    pub rows: &'a dyn Rows,
}

/// Why no answer could be derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
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
    /// The records are not in the order of the board.
    #[error("the records of ballots are not in the order of the board")]
    Order,
}

/// One byte a ballot: the code of the reason it is rejected for, or this.
pub(super) const ACCEPTED: u8 = u8::MAX;

/// Which ballots count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    records: Vec<(u64, Vec<u8>)>,
}

/// Derives which of the ballots count, in the order of DESIGN §3: shape, context, proof, duplicate,
/// counter (eligibility, range and challenge have nothing to say in this version's elections).
///
/// `layouts` has one entry per box; `sources` stand in the order of the board. Every source is read
/// two or three times; memory is one byte a ballot, and 8 bytes a ballot while multiples are looked
/// for. `progress` is told how many ballots were verified.
///
/// # Errors
/// [`IntakeError`]; nothing is known then.
pub fn derive_intake(
    election: &ElectionContext,
    layouts: &[BallotLayout],
    sources: &[BallotSource<'_>],
    progress: &dyn Fn(u64),
) -> Result<Intake, IntakeError> {
    if !sources.is_sorted_by(|left, right| left.sequence < right.sequence) {
        return Err(IntakeError::Order);
    }
    let mut intake = Intake { records: Vec::with_capacity(sources.len()) };
    let mut done = 0;
    for source in sources {
        let layout = layout_of(layouts, source)?;
        let mut codes = Vec::new();
        judge::judge(election, layout, source, &mut codes, &mut |more| {
            done += more;
            progress(done);
        })?;
        intake.records.push((source.sequence, codes));
    }
    let suspects = Suspects::find(layouts, sources, &intake)?;
    multiples::reject(layouts, sources, &suspects, &mut intake)?;
    Ok(intake)
}

pub(super) fn layout_of<'a>(
    layouts: &'a [BallotLayout],
    source: &BallotSource<'_>,
) -> Result<&'a BallotLayout, IntakeError> {
    let index = usize::try_from(source.box_index).ok();
    index
        .and_then(|index| layouts.get(index))
        .ok_or(IntakeError::Box { sequence: source.sequence, box_index: source.box_index })
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
        let place = self.records.binary_search_by_key(&sequence, |(sequence, _)| *sequence).ok()?;
        let code = *self.records.get(place)?.1.get(usize::try_from(row).ok()?)?;
        Reason::from_code(u64::from(code))
    }

    /// Calls `visit(sequence, row, the ballot's bytes)` on every accepted ballot of a box.
    ///
    /// # Errors
    /// As [`derive_intake`]; `Order` when these are not the sources it was derived from.
    pub fn visit_accepted(
        &self,
        sources: &[BallotSource<'_>],
        box_index: u64,
        visit: &mut dyn FnMut(u64, u64, &[u8]),
    ) -> Result<(), IntakeError> {
        let known = self.records.iter().map(|(sequence, _)| *sequence);
        if !sources.iter().map(|source| source.sequence).eq(known) {
            return Err(IntakeError::Order);
        }
        let places = pairs(sources, &self.records);
        for (source, (_, codes)) in places.filter(|(source, _)| source.box_index == box_index) {
            source.each(&mut |row, ballot| {
                if code_at(codes, row) == ACCEPTED {
                    visit(source.sequence, row, ballot);
                }
            })?;
        }
        Ok(())
    }

    pub(super) fn records(&self) -> &[(u64, Vec<u8>)] {
        &self.records
    }

    pub(super) fn codes(&self, source: usize) -> &[u8] {
        self.records.get(source).map_or(&[], |(_, codes)| codes)
    }

    pub(super) fn set(&mut self, source: usize, row: u64, reason: Reason) {
        let codes = self.records.get_mut(source).map(|(_, codes)| codes);
        let row = usize::try_from(row).ok();
        if let Some(code) = codes.zip(row).and_then(|(codes, row)| codes.get_mut(row)) {
            *code = code_of(reason);
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

impl BallotSource<'_> {
    /// Calls `visit(row, bytes)` on every ballot.
    pub(super) fn each(&self, visit: &mut dyn FnMut(u64, &[u8])) -> Result<(), IntakeError> {
        let length = self.rows.row_length();
        self.pieces(&mut |first, piece| {
            for (row, ballot) in numbered(first, piece.chunks_exact(length)) {
                visit(row, ballot);
            }
        })
    }

    /// Calls `visit(first row, bytes)` on pieces of whole rows.
    pub(super) fn pieces(&self, visit: &mut dyn FnMut(u64, &[u8])) -> Result<(), IntakeError> {
        let read = self.rows.visit(&mut |first, piece| {
            visit(first, piece);
            Ok(())
        });
        read.map_err(|error| IntakeError::Rows { sequence: self.sequence, error })
    }
}

/// A ballot's place: the index of its source and its row.
pub(super) type Place = (usize, u64);

/// A name for a batch's row in the whole election.
pub(super) type RowDigest = Digest;
