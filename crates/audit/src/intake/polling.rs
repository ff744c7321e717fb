//! Everything on a board that decides which ballots count.

use psephos_core::rows::Rows;
use psephos_proofs::ballot::BallotLayout;
use psephos_record::board::{BlobRows, Board, BoardError};
use psephos_record::bodies::Blob;

use super::derive::IntakeError;
use super::rules::Rules;
use crate::numbered::numbered;
use crate::roll::Roll;
use crate::view::View;

/// The ballots of one `ballots` record.
pub struct BallotSource<'a> {
    /// The record's place on the board.
    pub sequence: u64,
    /// The box they were taken in for.
    pub box_index: u64,
    /// What the record names.
    pub blob: Blob,
    /// One ballot a row.
    pub rows: BlobRows<'a>,
}

/// What decides which ballots count: the manifest, and the records between it and `close`.
pub struct Polling<'a> {
    pub(super) rules: Rules,
    pub(super) sources: Vec<BallotSource<'a>>,
}

impl<'a> Polling<'a> {
    /// Reads the roll and the challenges of a board; ballots are read when they are judged.
    ///
    /// # Errors
    /// [`IntakeError`].
    pub fn read(board: &'a dyn Board, view: &View) -> Result<Self, IntakeError> {
        Self::under(Rules::read(board, view)?, board, view)
    }

    /// As [`Polling::read`], with the roll that was read before; none in an open election.
    pub(crate) fn with_roll(
        board: &'a dyn Board,
        view: &View,
        roll: Option<Roll>,
    ) -> Result<Self, IntakeError> {
        Self::under(Rules::with_roll(board, view, roll)?, board, view)
    }

    fn under(rules: Rules, board: &'a dyn Board, view: &View) -> Result<Self, IntakeError> {
        let sources: Result<Vec<_>, BoardError> = view
            .ballots
            .iter()
            .map(|record| {
                Ok(BallotSource {
                    sequence: record.sequence,
                    box_index: record.box_index,
                    blob: record.ballots,
                    rows: BlobRows::new(board, &record.ballots)?,
                })
            })
            .collect();
        let sources = sources.map_err(|error| IntakeError::Storage(error.to_string()))?;
        Ok(Self { rules, sources })
    }

    /// How many ballots the records say there are.
    #[must_use]
    pub fn stated(&self) -> u64 {
        self.sources.iter().fold(0, |sum, source| sum.saturating_add(source.blob.rows))
    }

    /// The `ballots` records, in the order of the board.
    #[must_use]
    pub fn sources(&self) -> &[BallotSource<'a>] {
        &self.sources
    }

    /// The form of a box's ballots.
    #[must_use]
    pub fn layout(&self, box_index: u64) -> Option<&BallotLayout> {
        self.rules.layout(box_index)
    }

    pub(super) fn layout_of(
        &self,
        source: &BallotSource<'_>,
    ) -> Result<&BallotLayout, IntakeError> {
        self.layout(source.box_index)
            .ok_or(IntakeError::Box { sequence: source.sequence, box_index: source.box_index })
    }

    /// The sources of one box, each with its place among all.
    pub(super) fn of_box(
        &self,
        box_index: u64,
    ) -> impl Iterator<Item = (usize, &BallotSource<'a>)> {
        self.sources.iter().enumerate().filter(move |(_, source)| source.box_index == box_index)
    }
}

impl BallotSource<'_> {
    /// Calls `visit(row, bytes)` on every ballot.
    ///
    /// # Errors
    /// [`IntakeError::Rows`]: nothing that was visited counts.
    pub fn each(&self, visit: &mut dyn FnMut(u64, &[u8])) -> Result<(), IntakeError> {
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
