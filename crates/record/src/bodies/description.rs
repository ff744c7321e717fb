//! What an election is (spec/08-board.md §8.8).

use psephos_ballot::Contest;
use psephos_core::Encoding;
use serde::{Deserialize, Serialize};

use super::Blob;

/// The groups and hashes an election uses; only one set exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// `sha3-256`.
    pub hash: String,
    /// `ristretto255`.
    pub group: String,
    /// 1.
    pub version: u64,
    /// Domain of the commitment generators, `psephos/v1/generator`.
    pub generators: String,
}

impl Default for Suite {
    fn default() -> Self {
        Self {
            hash: "sha3-256".into(),
            group: "ristretto255".into(),
            version: 1,
            generators: "psephos/v1/generator".into(),
        }
    }
}

/// Who may vote, and which of several ballots of one credential counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Whoever, under a throwaway key; the highest counter counts.
    Open,
    /// The credentials of the roll; the lowest counter counts.
    First,
    /// The credentials of the roll; the highest counter counts.
    Last,
}

impl Policy {
    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Policy::Open => "open",
            Policy::First => "first",
            Policy::Last => "last",
        }
    }
}

/// The contests of a box that are shuffled together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Unique in its box.
    pub id: String,
    /// The votes are one number of so many bits, 8, 16 or 32, with a proof of its range
    /// (spec/06-ballot.md); none: they are bytes embedded in elements.
    pub bits: Option<u64>,
    /// ω: ciphertexts in a row, 1 to 32.
    pub width: u64,
    /// Indices into the description's contests.
    pub contests: Vec<u64>,
}

/// The ballots of one district or style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotBox {
    /// Unique in the election.
    pub id: String,
    /// Index of the box into which these ballots go when they are too few to hide each other; it has
    /// the same batches.
    pub merge: Option<u64>,
    /// What is shuffled together.
    pub batches: Vec<Batch>,
}

/// Everything about an election but its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Who may vote: rows of 40, a credential and LE64 of its box, strictly increasing by credential.
    /// None exactly under [`Policy::Open`].
    pub roll: Option<Blob>,
    /// The boxes.
    pub boxes: Vec<BallotBox>,
    /// μ: valid mixes that every batch needs.
    pub mixes: u64,
    /// When voting begins, seconds since 1970-01-01 UTC; for people, who compare it with what they see.
    pub opens: Option<u64>,
    /// Group, hash and generators.
    pub suite: Suite,
    /// Title for people.
    pub title: String,
    /// When voting ends; an audit tells of a `close` record that claims an earlier time.
    pub closes: Option<u64>,
    /// Ed25519 key that signs `ballots` and `challenged` records and receipts. The authority answers
    /// for it, and may use its own.
    #[serde(with = "serde_bytes")]
    pub intake: Encoding,
    /// Who may vote, and which of a credential's ballots counts.
    pub policy: Policy,
    /// Fewest accepted ballots of a box that has any.
    pub minimum: u64,
    /// The contests.
    pub contests: Vec<Contest>,
    /// The trustees' names; trustee j has index j.
    pub trustees: Vec<String>,
    /// t: trustees needed to decrypt.
    pub threshold: u64,
}
