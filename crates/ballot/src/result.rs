//! The counted result of a contest, as it stands in the `result` record (spec/10-counting.md §12).
//!
//! Fields are in canonical CBOR order; lists over candidates are in candidate order.

use serde::{Deserialize, Serialize};

/// A contest's result. All numbers are counts of ballots or votes, in the units of the method; candidates are
/// indices from 0, and all write-ins together are the candidate that follows the listed ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContestResult {
    /// The contest's id.
    pub id: String,
    /// Every tie that was broken, in the order of the count.
    pub ties: Vec<Tie>,
    /// Valid ballots that say nothing in this contest.
    pub blank: u64,
    /// The count itself.
    pub tally: Tally,
    /// What voters wrote; none where the contest has no room for that.
    pub texts: Option<Texts>,
    /// All ballots of the batches that carry this contest, valid or not.
    pub ballots: u64,
    /// The winners, in order of election; a list once for each of its seats.
    pub elected: Vec<u16>,
    /// Ballots whose plaintext is no vote.
    pub invalid: u64,
    /// SHA-256 over the valid votes' cells, sorted (spec/ballots-csv.md §4).
    #[serde(with = "serde_bytes")]
    pub cells_sha256: [u8; 32],
}

/// The numbers behind a result, by method. Lists over candidates have one entry for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Tally {
    /// spec/10-counting.md §3.
    Plurality {
        /// Votes for each candidate.
        votes: Vec<u64>,
    },
    /// spec/10-counting.md §3.
    Approval {
        /// Ballots that mark each candidate.
        votes: Vec<u64>,
    },
    /// spec/10-counting.md §3.
    Score {
        /// The sum of each candidate's scores.
        points: Vec<u64>,
    },
    /// spec/10-counting.md §3.
    Borda {
        /// Each candidate's points.
        points: Vec<u64>,
    },
    /// spec/10-counting.md §4.
    Irv {
        /// The rounds in order; there is always a first.
        rounds: Vec<Round>,
    },
    /// spec/10-counting.md §5; values in ten-thousandths.
    Stv {
        /// The rounds in order; there is always a first.
        rounds: Vec<Round>,
        /// What is enough to be elected.
        threshold: u64,
    },
    /// spec/10-counting.md §6; values in hundred-thousandths.
    ScottishStv {
        /// The stages in order; there is always a first.
        rounds: Vec<Round>,
        /// The quota.
        threshold: u64,
    },
    /// spec/10-counting.md §7; values in billionths.
    Meek {
        /// The quota at the end of each round.
        quotas: Vec<u64>,
        /// The rounds in order; there is always a first.
        rounds: Vec<Round>,
    },
    /// spec/10-counting.md §8.
    Schulze {
        /// For each candidate, how many ballots rank it before each other.
        pairs: Vec<Vec<u64>>,
        /// All candidates, the best first; those who share a place in the order of the file.
        ranking: Vec<Vec<u16>>,
    },
    /// spec/10-counting.md §9.
    MajorityJudgment {
        /// For each candidate, how many ballots give it each grade, the worst first.
        grades: Vec<Vec<u64>>,
        /// All candidates, the best first; those who share a place in the order of the file.
        ranking: Vec<Vec<u16>>,
    },
    /// spec/10-counting.md §10.
    #[serde(rename = "dhondt")]
    DHondt {
        /// Seats of each list.
        seats: Vec<u64>,
        /// Votes for each list.
        votes: Vec<u64>,
    },
    /// spec/10-counting.md §10.
    SainteLague {
        /// Seats of each list.
        seats: Vec<u64>,
        /// Votes for each list.
        votes: Vec<u64>,
    },
    /// Not counted: the texts are the result.
    Text {},
}

/// One round of a count in rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Votes for each candidate; null for one eliminated in an earlier round.
    pub votes: Vec<Option<u64>>,
    /// Elected in this round, in order of election.
    pub elected: Vec<u16>,
    /// Valid ballots that name no continuing candidate, blank ones included, at their value.
    pub exhausted: u64,
    /// Eliminated at the end of this round.
    pub eliminated: Vec<u16>,
}

/// A tie that was broken: by the order of the file, in which the last lose, if not by an earlier round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tie {
    /// Those of `tied` who lost by it, increasing.
    pub lost: Vec<u16>,
    /// All candidates with the same number of votes who were tied, increasing.
    pub tied: Vec<u16>,
    /// The round, from 0; always 0 when the method has no rounds.
    pub round: u64,
    /// The earlier round whose votes decided; none where the order of the file did.
    pub earlier: Option<u64>,
}

/// What voters wrote in a contest: names that are not listed, or answers in their own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The most frequent ones, as many as there is room for: most ballots first, then bytewise.
    pub most: Vec<WrittenText>,
    /// How many different texts there are in all.
    pub distinct: u64,
}

/// A text with the number of ballots that hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenText {
    /// As the voters wrote it.
    pub text: String,
    /// On how many ballots it stands.
    pub ballots: u64,
}

impl Tie {
    /// A tie that the order of the file decides.
    pub(crate) fn by_file(round: usize, tied: Vec<u16>, lost: Vec<u16>) -> Tie {
        Tie { lost, tied, round: round as u64, earlier: None }
    }
}

impl Tally {
    /// One number for each candidate; none for a method that says more than that.
    pub fn numbers(&self) -> Option<&[u64]> {
        match self {
            Tally::Plurality { votes }
            | Tally::Approval { votes }
            | Tally::Score { points: votes }
            | Tally::Borda { points: votes }
            | Tally::DHondt { votes, .. }
            | Tally::SainteLague { votes, .. } => Some(votes),
            _ => None,
        }
    }

    /// The rounds of a method that counts in rounds.
    pub fn rounds(&self) -> Option<&[Round]> {
        match self {
            Tally::Irv { rounds }
            | Tally::Stv { rounds, .. }
            | Tally::ScottishStv { rounds, .. }
            | Tally::Meek { rounds, .. } => Some(rounds),
            _ => None,
        }
    }

    /// The votes that are enough to be elected, where they are the same in every round.
    pub fn threshold(&self) -> Option<u64> {
        match self {
            Tally::Stv { threshold, .. } | Tally::ScottishStv { threshold, .. } => Some(*threshold),
            _ => None,
        }
    }

    /// Decimals of a vote: a number of the result is that many powers of ten too large.
    pub fn decimals(&self) -> u32 {
        match self {
            Tally::Stv { .. } => 4,
            Tally::ScottishStv { .. } => 5,
            Tally::Meek { .. } => 9,
            _ => 0,
        }
    }
}
