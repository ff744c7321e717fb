//! The counted result of a contest, as it stands in the `result` record (spec/10-counting.md §5).
//!
//! Fields are in canonical CBOR order; lists over candidates are in candidate order.

use serde::{Deserialize, Serialize};

/// A contest's result. All numbers are counts of ballots or votes; candidates are indices from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContestResult {
    /// The contest's id.
    pub id: String,
    /// Every tie that was broken, in the order of the count.
    pub ties: Vec<Tie>,
    /// Valid ballots that name nobody in this contest.
    pub blank: u64,
    /// The count itself.
    pub tally: Tally,
    /// All ballots of the batches that carry this contest, valid or not.
    pub ballots: u64,
    /// The winners, in order of election; more votes first, then the order of the file.
    pub elected: Vec<u16>,
    /// Ballots whose plaintext is no vote.
    pub invalid: u64,
    /// SHA-256 over the valid votes' cells, sorted (spec/ballots-csv.md §4).
    #[serde(with = "serde_bytes")]
    pub cells_sha256: [u8; 32],
}

/// The numbers behind a result, by method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Tally {
    /// spec/10-counting.md §3.
    Plurality {
        /// Votes for each candidate.
        votes: Vec<u64>,
    },
    /// spec/10-counting.md §4.
    Irv {
        /// The rounds in order; there is always a first.
        rounds: Vec<Round>,
    },
}

/// One round of a count in rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Votes for each candidate; null for one eliminated in an earlier round.
    pub votes: Vec<Option<u64>>,
    /// Elected in this round.
    pub elected: Vec<u16>,
    /// Valid ballots that name no continuing candidate, blank ones included.
    pub exhausted: u64,
    /// Eliminated at the end of this round.
    pub eliminated: Vec<u16>,
}

/// A tie that the order of the file decided: the last lose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tie {
    /// Those of `tied` who lost by it, increasing.
    pub lost: Vec<u16>,
    /// All candidates with the same number of votes among whom the order decided, increasing.
    pub tied: Vec<u16>,
    /// The round, from 0; always 0 when the method has no rounds.
    pub round: u64,
}
