//! Ballots that their voters opened instead of casting them (spec/06-ballot.md §6.6).

use psephos_core::hash::hash;
use psephos_core::rows::Rows;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{CHALLENGE_LENGTH, Challenge};
use psephos_record::board::{BlobRows, Board};
use rayon::prelude::*;

use super::derive::IntakeError;
use crate::view::View;

/// Every challenge on a board whose signature holds. 16 bytes each.
#[derive(Default)]
pub(super) struct Challenges {
    /// Sorted.
    names: Vec<u128>,
    /// Rows whose signature does not hold: they have no effect.
    refused: u64,
}

/// 128 bits that stand for a challenge. Somebody who finds two of one name has made both under one
/// credential, and takes only the own ballots back.
fn name_of(tracker: &Digest, credential: &Encoding) -> u128 {
    let digest = hash("psephos/v1/challenge", &[tracker, credential]);
    digest.first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

impl Challenges {
    /// Reads and verifies every challenge on the board.
    pub(super) fn read(
        board: &dyn Board,
        view: &View,
        election: &ElectionContext,
    ) -> Result<Self, IntakeError> {
        let mut challenges = Self::default();
        for record in &view.challenged {
            let rows = BlobRows::new(board, &record.challenged)
                .map_err(|error| IntakeError::Storage(error.to_string()))?;
            rows.visit(&mut |_, piece| {
                challenges.take(election, piece);
                Ok(())
            })
            .map_err(|error| IntakeError::Rows { sequence: record.sequence, error })?;
        }
        challenges.names.sort_unstable();
        challenges.names.dedup();
        Ok(challenges)
    }

    fn take(&mut self, election: &ElectionContext, piece: &[u8]) {
        let (rows, _) = piece.as_chunks::<CHALLENGE_LENGTH>();
        let good: Vec<u128> = rows
            .par_iter()
            .map(Challenge::from_bytes)
            .filter(|challenge| challenge.verify(election).is_ok())
            .map(|challenge| name_of(&challenge.tracker, &challenge.credential))
            .collect();
        let refused = rows.len().saturating_sub(good.len()) as u64;
        self.refused = self.refused.saturating_add(refused);
        self.names.extend(good);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Rows without effect.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Whether the ballot with this tracker was challenged under this credential.
    pub(super) fn hold(&self, tracker: &Digest, credential: &Encoding) -> bool {
        self.names.binary_search(&name_of(tracker, credential)).is_ok()
    }
}
