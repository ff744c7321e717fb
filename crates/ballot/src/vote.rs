//! A vote: one voter's answer to one contest.

use crate::contest::{Contest, Form};
use crate::count::numbered;
use crate::written::{self, TextFault, WriteInFault};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One voter's answer to one contest, with the names it writes in itself.
///
/// A write-in is named in `choice` as the candidate that follows all listed ones and the slots used before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The answer.
    pub choice: Choice,
    /// The text of each write-in slot used; for marks strictly increasing, for a ranking in its order.
    pub write_ins: Vec<String>,
}

/// What a vote says; candidates are indices from 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The candidates marked, in increasing order; none is a blank vote.
    Marks(Vec<u16>),
    /// The candidates ranked, the first preference first; none is a blank vote.
    Ranking(Vec<u16>),
    /// The candidates ranked, the first rank first; within a rank in increasing order; none is a blank vote.
    Tiers(Vec<Vec<u16>>),
    /// A score or grade for each candidate; all 0 is a blank vote.
    Scores(Vec<u16>),
    /// A text; the empty one is a blank vote.
    Text(String),
}

/// Somebody named in a set of marks or in a ranking.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A candidate by its index.
    Listed(u16),
    /// A name that the voter writes.
    Written(String),
}

/// Why a vote does not fit its contest. Candidates are indices from 0; the text counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// Another form of vote than the contest asks for.
    #[error("the contest takes {expected}")]
    Form {
        /// What the contest takes.
        expected: &'static str,
    },
    /// Equal ranks where there are none.
    #[error("several candidates share a rank, and each rank of this contest holds one")]
    EqualRanks,
    /// No such candidate.
    #[error("there is no candidate {}, the contest has {count}", u32::from(*.candidate) + 1)]
    OutOfRange {
        /// The index that is out of range.
        candidate: u16,
        /// How many candidates there are, write-in slots included.
        count: usize,
    },
    /// A candidate stands there twice.
    #[error("candidate {} stands there twice", u32::from(*.candidate) + 1)]
    Duplicate {
        /// The repeated index.
        candidate: u16,
    },
    /// Marks, or candidates of one rank, that do not increase.
    #[error("the candidates are not in increasing order")]
    Order,
    /// More candidates than the contest allows.
    #[error("{count} candidates are {}, at most {max} may be", .form.participle())]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: u16,
        /// Whether they are marked or ranked.
        form: Form,
    },
    /// More ranks than the contest allows.
    #[error("{count} ranks are given, at most {max} may be")]
    TooManyRanks {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: u16,
    },
    /// A rank that nobody has.
    #[error("rank {} holds no candidate", .rank + 1)]
    EmptyRank {
        /// The rank, from 0.
        rank: usize,
    },
    /// Scores that are not one for each candidate.
    #[error("{found} scores for {expected} candidates")]
    Scores {
        /// How many candidates there are.
        expected: usize,
        /// How many scores were given.
        found: usize,
    },
    /// A score above the highest.
    #[error("candidate {} has {score}, the highest is {max}", u32::from(*.candidate) + 1)]
    TooHigh {
        /// The candidate's index.
        candidate: u16,
        /// Its score.
        score: u16,
        /// The highest score.
        max: u16,
    },
    /// A text contest's answer is none.
    #[error("the text {0}")]
    Text(TextFault),
    /// A write-in's text is none.
    #[error("write-in {} {fault}", .slot + 1)]
    WriteIn {
        /// Its slot, from 0.
        slot: usize,
        /// What is wrong.
        fault: TextFault,
    },
    /// More write-ins than the contest has slots.
    #[error("{count} names are written in, at most {slots} may be")]
    TooManyWriteIns {
        /// How many there are.
        count: usize,
        /// How many there may be.
        slots: u16,
    },
    /// Write-ins that do not go with the slots that are named.
    #[error(transparent)]
    WriteIns(#[from] WriteInFault),
    /// Votes that take more than a number holds.
    #[error("the votes take {length} bytes, a number holds 4")]
    NoNumber {
        /// Bytes of the votes.
        length: usize,
    },
    /// A list of votes that is not one vote for each contest.
    #[error("{found} votes for {expected} contests")]
    Count {
        /// How many contests there are.
        expected: usize,
        /// How many votes were given.
        found: usize,
    },
}

impl Form {
    fn expected(&self) -> &'static str {
        match self {
            Form::Marks { .. } => "marks",
            Form::Ranking { .. } => "a ranking",
            Form::Tiers { .. } => "a ranking with equal ranks",
            Form::Scores { .. } => "a score for each candidate",
            Form::Text { .. } => "a text",
        }
    }

    fn participle(&self) -> &'static str {
        match self {
            Form::Marks { .. } => "marked",
            _ => "ranked",
        }
    }
}

impl Contest {
    /// The vote that says nothing.
    pub fn blank(&self) -> Vote {
        match self.form() {
            Form::Marks { .. } => Vote::marks(Vec::new()),
            Form::Ranking { .. } => Vote::ranking(Vec::new()),
            Form::Tiers { .. } => Vote::tiers(Vec::new()),
            Form::Scores { .. } => Vote::scores(vec![0; self.candidates.len()]),
            Form::Text { .. } => Vote::text(String::new()),
        }
    }
}

impl From<Choice> for Vote {
    fn from(choice: Choice) -> Vote {
        Vote { choice, write_ins: Vec::new() }
    }
}

impl Vote {
    /// Marks in any order.
    pub fn marks(mut candidates: Vec<u16>) -> Vote {
        candidates.sort_unstable();
        Choice::Marks(candidates).into()
    }

    /// A ranking, the first preference first.
    pub fn ranking(candidates: Vec<u16>) -> Vote {
        Choice::Ranking(candidates).into()
    }

    /// A ranking with equal ranks, the first rank first; within a rank in any order.
    pub fn tiers(mut tiers: Vec<Vec<u16>>) -> Vote {
        tiers.iter_mut().for_each(|tier| tier.sort_unstable());
        Choice::Tiers(tiers).into()
    }

    /// A score or grade for each candidate, in their order.
    pub fn scores(scores: Vec<u16>) -> Vote {
        Choice::Scores(scores).into()
    }

    /// An answer in the voter's own words.
    pub fn text(text: String) -> Vote {
        Choice::Text(text).into()
    }

    /// Marks in any order, or a ranking in its order, with names that are not listed.
    /// Whether `contest` takes that is for [`Vote::check`] to say.
    pub fn naming(contest: &Contest, named: Vec<Named>) -> Vote {
        let ranked = !matches!(contest.form(), Form::Marks { .. });
        let mut write_ins: Vec<String> = named
            .iter()
            .filter_map(|name| match name {
                Named::Listed(_) => None,
                Named::Written(text) => Some(text.clone()),
            })
            .collect();
        if !ranked {
            write_ins.sort_unstable();
        }
        let mut slot = contest.listed();
        let candidates = named.into_iter().map(|name| match name {
            Named::Listed(candidate) => candidate,
            Named::Written(_) => {
                let candidate = slot;
                slot = slot.saturating_add(1);
                candidate
            }
        });
        let candidates = candidates.collect();
        let vote = if ranked { Vote::ranking(candidates) } else { Vote::marks(candidates) };
        Vote { write_ins, ..vote }
    }

    /// The candidates marked or ranked, write-in slots included; none for other forms of vote.
    pub fn candidates(&self) -> &[u16] {
        match &self.choice {
            Choice::Marks(candidates) | Choice::Ranking(candidates) => candidates,
            Choice::Tiers(_) | Choice::Scores(_) | Choice::Text(_) => &[],
        }
    }

    /// Whether the vote says nothing.
    pub fn is_blank(&self) -> bool {
        match &self.choice {
            Choice::Marks(candidates) | Choice::Ranking(candidates) => candidates.is_empty(),
            Choice::Tiers(tiers) => tiers.is_empty(),
            Choice::Scores(scores) => scores.iter().all(|&score| score == 0),
            Choice::Text(text) => text.is_empty(),
        }
    }

    /// Checks that this is a vote for `contest`, in its only form.
    ///
    /// # Errors
    /// The first fault: form, then candidate by candidate, then their number, then the write-ins.
    pub fn check(&self, contest: &Contest) -> Result<(), VoteError> {
        let form = contest.form();
        match (&self.choice, form) {
            (Choice::Marks(marks), Form::Marks { max }) => {
                check_candidates(contest, marks)?;
                if !marks.is_sorted() {
                    return Err(VoteError::Order);
                }
                check_count(marks, max, form)?;
            }
            (Choice::Ranking(ranking), Form::Ranking { max }) => {
                check_candidates(contest, ranking)?;
                check_count(ranking, max, form)?;
            }
            (Choice::Tiers(tiers), Form::Tiers { max }) => check_tiers(contest, tiers, max)?,
            (Choice::Scores(scores), Form::Scores { max }) => check_scores(contest, scores, max)?,
            (Choice::Text(text), Form::Text { max_bytes }) => {
                written::check(text, max_bytes).map_err(VoteError::Text)?;
            }
            (Choice::Tiers(tiers), Form::Ranking { .. })
                if tiers.iter().any(|tier| tier.len() > 1) =>
            {
                return Err(VoteError::EqualRanks);
            }
            _ => return Err(VoteError::Form { expected: form.expected() }),
        }
        self.check_write_ins(contest)
    }

    fn check_write_ins(&self, contest: &Contest) -> Result<(), VoteError> {
        let (count, slots) = (self.write_ins.len(), contest.slots());
        if count > usize::from(slots) {
            return Err(VoteError::TooManyWriteIns { count, slots });
        }
        let max_bytes = contest.write_ins.map_or(0, |write_ins| write_ins.max_bytes);
        for (slot, text) in self.write_ins.iter().enumerate() {
            let named = if text.is_empty() { Err(TextFault::Empty) } else { Ok(()) };
            let checked = named.and_then(|()| written::check(text, max_bytes));
            checked.map_err(|fault| VoteError::WriteIn { slot, fault })?;
        }
        Ok(written::check_slots(contest.listed(), self)?)
    }
}

fn check_candidates(contest: &Contest, candidates: &[u16]) -> Result<(), VoteError> {
    let mut seen = BTreeSet::new();
    candidates.iter().try_for_each(|&candidate| check_candidate(contest, candidate, &mut seen))
}

fn check_candidate(
    contest: &Contest,
    candidate: u16,
    seen: &mut BTreeSet<u16>,
) -> Result<(), VoteError> {
    let count = contest.names();
    if candidate >= count {
        return Err(VoteError::OutOfRange { candidate, count: count.into() });
    }
    if !seen.insert(candidate) {
        return Err(VoteError::Duplicate { candidate });
    }
    Ok(())
}

fn check_count(candidates: &[u16], max: u16, form: Form) -> Result<(), VoteError> {
    let count = candidates.len();
    if count > usize::from(max) {
        return Err(VoteError::TooMany { count, max, form });
    }
    Ok(())
}

fn check_tiers(contest: &Contest, tiers: &[Vec<u16>], max: u16) -> Result<(), VoteError> {
    let mut seen = BTreeSet::new();
    for (rank, tier) in tiers.iter().enumerate() {
        if tier.is_empty() {
            return Err(VoteError::EmptyRank { rank });
        }
        for &candidate in tier {
            check_candidate(contest, candidate, &mut seen)?;
        }
        if !tier.is_sorted() {
            return Err(VoteError::Order);
        }
    }
    if tiers.len() > usize::from(max) {
        return Err(VoteError::TooManyRanks { count: tiers.len(), max });
    }
    Ok(())
}

fn check_scores(contest: &Contest, scores: &[u16], max: u16) -> Result<(), VoteError> {
    let (expected, found) = (contest.candidates.len(), scores.len());
    if expected != found {
        return Err(VoteError::Scores { expected, found });
    }
    match numbered(scores).find(|&(_, &score)| score > max) {
        Some((candidate, &score)) => Err(VoteError::TooHigh { candidate, score, max }),
        None => Ok(()),
    }
}
