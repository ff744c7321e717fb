//! Codes, one a voter.

use psephos_core::Encoding;
use psephos_participant::entropy;
use psephos_record::bodies::RollEntry;
use psephos_voter::code::Code;
use rayon::prelude::*;

use crate::voters::Voter;

/// A voter's code as it is handed out.
pub struct Card<'a> {
    /// The number on it, from 1; cards that replace others go on from there.
    pub number: u64,
    /// Whose it is.
    pub voter: &'a Voter,
    /// The code itself.
    pub code: Code,
    /// The public key that follows from it.
    pub credential: Encoding,
}

impl Card<'_> {
    /// The row of the roll.
    pub fn entry(&self) -> RollEntry {
        RollEntry { box_index: self.voter.box_index, credential: self.credential }
    }
}

/// A fresh code for each voter, on cards that are numbered from `first`.
pub fn make(voters: &[Voter], first: u64) -> Vec<Card<'_>> {
    voters
        .par_iter()
        .enumerate()
        .map(|(index, voter)| {
            let code = Code::random(&mut entropy());
            let credential = code.credential();
            Card { number: first.saturating_add(index as u64), voter, code, credential }
        })
        .collect()
}
