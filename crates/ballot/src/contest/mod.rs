//! Contests: what a voter is asked, and how the answers are counted (spec/election-toml.md §3).

mod rules;

pub use rules::{ContestError, check};
#[cfg(feature = "files")]
pub(crate) use rules::{check_text, is_id};

use crate::layout::MAX_WIDTH;
use psephos_core::embed::DATA_LENGTH;
use serde::{Deserialize, Serialize};

/// Most contests in one election.
pub const MAX_CONTESTS: usize = 1_000;
/// Most candidates in a contest, write-in slots included.
pub const MAX_CANDIDATES: usize = 65_535;
/// Most candidates in a contest counted in rounds or in pairs.
pub const MAX_CANDIDATES_IN_ROUNDS: usize = 1_000;
/// Most of the numbers, over all contests, that results hold beyond one for each candidate: they must fit into
/// one record and into memory together.
pub const MAX_NUMBERS: usize = 1_000_000;
/// What all write-ins of a contest are called together; no candidate's name where there are write-ins.
pub const WRITE_INS: &str = "write-ins together";
/// Longest contest id, in bytes.
pub const MAX_ID: usize = 64;
/// Longest title, in bytes of UTF-8.
pub const MAX_TITLE: usize = 1_000;
/// Longest candidate name and name of a grade, in bytes of UTF-8.
pub const MAX_NAME: usize = 250;
/// Highest score: a score takes one byte.
pub const MAX_SCORE: u16 = 255;
/// Most grades: a grade takes one byte.
pub const MAX_GRADES: usize = 256;

/// Longest text that a voter writes, in bytes of UTF-8, and most write-in slots: more never fits on a ballot.
pub const MAX_TEXT: usize = MAX_WIDTH * DATA_LENGTH;

/// One question of an election. Stands in the manifest, in this order of fields (canonical CBOR).
///
/// Candidates are known everywhere by their index in `candidates`, from 0. On a ballot, write-in slot s is
/// the candidate that follows all listed ones and s slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    /// Unique in the election; letters, digits, `.`, `_` and `-`.
    pub id: String,
    /// How many candidates are to be elected, at least 1.
    pub seats: u16,
    /// The question, for people; may repeat.
    pub title: String,
    /// What a vote may hold and how votes are counted.
    pub method: Method,
    /// Room for names that are not listed; none where only the listed ones may be voted for.
    pub write_ins: Option<WriteIns>,
    /// Names in the order of the file, which also breaks ties; unique in the contest.
    pub candidates: Vec<String>,
}

/// Room for names that are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteIns {
    /// How many names a vote may write, at least 1.
    pub slots: u16,
    /// Longest name, in bytes of UTF-8.
    pub max_bytes: u16,
}

/// A counting method with what it allows on a ballot (spec/10-counting.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// Every mark is one vote; the candidates with most votes win the seats.
    Plurality {
        /// Most candidates a voter may mark.
        max_marks: u16,
    },
    /// Any number of marks, each one vote.
    Approval {},
    /// A score for every candidate; the scores are added.
    Score {
        /// Highest score; the lowest is 0.
        max_score: u16,
    },
    /// A ranking; each place gives points.
    Borda {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
    /// Instant run-off: one seat, the lowest is eliminated round by round.
    Irv {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
    /// Single transferable vote, weighted inclusive Gregory.
    Stv {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
    /// Single transferable vote as in Scottish local elections.
    ScottishStv {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
    /// Single transferable vote, Meek's rule.
    Meek {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
    /// Condorcet pairs, resolved by Schulze's beat paths; equal ranks are allowed.
    Schulze {
        /// Most different ranks a voter may give.
        max_ranks: u16,
    },
    /// A grade for every candidate; medians decide.
    MajorityJudgment {
        /// The grades' names, the worst first; a candidate not graded has the worst.
        grades: Vec<String>,
    },
    /// Party lists, seats by D'Hondt's divisors.
    #[serde(rename = "dhondt")]
    DHondt {
        /// Most lists a voter may mark.
        max_marks: u16,
    },
    /// Party lists, seats by Sainte-Laguë's divisors.
    SainteLague {
        /// Most lists a voter may mark.
        max_marks: u16,
    },
    /// A text in the voter's own words, which is shown and not counted.
    Text {
        /// Longest text, in bytes of UTF-8.
        max_bytes: u16,
    },
}

/// What a vote looks like on the ballot, whatever the method that counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A set of candidates.
    Marks {
        /// Most candidates in the set.
        max: u16,
    },
    /// A strict order of some candidates.
    Ranking {
        /// Most candidates in the order.
        max: u16,
    },
    /// An order of some candidates in which several may share a rank.
    Tiers {
        /// Most different ranks.
        max: u16,
    },
    /// A number for every candidate.
    Scores {
        /// The highest number; the lowest is 0.
        max: u16,
    },
    /// A text.
    Text {
        /// Longest, in bytes of UTF-8.
        max_bytes: u16,
    },
}

impl Method {
    /// The name in files and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Plurality { .. } => "plurality",
            Method::Approval {} => "approval",
            Method::Score { .. } => "score",
            Method::Borda { .. } => "borda",
            Method::Irv { .. } => "irv",
            Method::Stv { .. } => "stv",
            Method::ScottishStv { .. } => "scottish-stv",
            Method::Meek { .. } => "meek",
            Method::Schulze { .. } => "schulze",
            Method::MajorityJudgment { .. } => "majority-judgment",
            Method::DHondt { .. } => "dhondt",
            Method::SainteLague { .. } => "sainte-lague",
            Method::Text { .. } => "text",
        }
    }

    /// Whether it counts in rounds or in pairs.
    fn is_in_rounds(&self) -> bool {
        matches!(
            self,
            Method::Irv { .. }
                | Method::Stv { .. }
                | Method::ScottishStv { .. }
                | Method::Meek { .. }
                | Method::Schulze { .. }
        )
    }

    /// Whether a vote may name somebody who is not listed, if the contest has slots for that.
    fn takes_write_ins(&self) -> bool {
        matches!(
            self,
            Method::Plurality { .. }
                | Method::Approval {}
                | Method::Borda { .. }
                | Method::Irv { .. }
                | Method::Stv { .. }
                | Method::ScottishStv { .. }
                | Method::Meek { .. }
        )
    }
}

impl Contest {
    /// The form of this contest's votes.
    pub fn form(&self) -> Form {
        match self.method {
            Method::Plurality { max_marks }
            | Method::DHondt { max_marks }
            | Method::SainteLague { max_marks } => Form::Marks { max: max_marks },
            Method::Approval {} => Form::Marks { max: self.names() },
            Method::Borda { max_ranks }
            | Method::Irv { max_ranks }
            | Method::Stv { max_ranks }
            | Method::ScottishStv { max_ranks }
            | Method::Meek { max_ranks } => Form::Ranking { max: max_ranks },
            Method::Schulze { max_ranks } => Form::Tiers { max: max_ranks },
            Method::Score { max_score } => Form::Scores { max: max_score },
            Method::MajorityJudgment { ref grades } => {
                let highest = grades.len().saturating_sub(1);
                Form::Scores { max: u16::try_from(highest).unwrap_or(u16::MAX) }
            }
            Method::Text { max_bytes } => Form::Text { max_bytes },
        }
    }

    /// How many candidates are listed.
    pub fn listed(&self) -> u16 {
        u16::try_from(self.candidates.len()).unwrap_or(u16::MAX)
    }

    /// How many names a vote may write that are not listed.
    pub fn slots(&self) -> u16 {
        self.write_ins.map_or(0, |write_ins| write_ins.slots)
    }

    /// How many candidates a ballot distinguishes: those listed and the write-in slots.
    pub fn names(&self) -> u16 {
        self.listed().saturating_add(self.slots())
    }

    /// How many candidates a count knows: those listed, and one for all write-ins together where there are slots.
    pub fn counted(&self) -> u16 {
        self.listed().saturating_add(u16::from(self.write_ins.is_some()))
    }

    /// The name of a candidate of the count; empty when there is no such candidate.
    pub fn name(&self, candidate: u16) -> &str {
        match self.candidates.get(usize::from(candidate)) {
            Some(name) => name,
            None if candidate < self.counted() => WRITE_INS,
            None => "",
        }
    }
}
