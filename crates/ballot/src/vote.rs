//! A vote: one voter's answer to one contest.

use crate::contest::{Contest, Form};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One voter's answer to one contest; candidates are indices from 0.
///
/// Made through [`Vote::marks`] and [`Vote::ranking`] it is in its only form: marks in increasing order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Vote {
    /// The candidates marked, in increasing order; none is a blank vote.
    Marks(Vec<u16>),
    /// The candidates ranked, the first preference first; none is a blank vote.
    Ranking(Vec<u16>),
}

/// Why a vote does not fit its contest. Candidates are indices from 0; the text counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// Marks where a ranking is asked, or the reverse.
    #[error("the contest takes {expected}")]
    Form {
        /// What the contest takes.
        expected: &'static str,
    },
    /// No such candidate.
    #[error("there is no candidate {}, the contest has {count}", u32::from(*.candidate) + 1)]
    OutOfRange {
        /// The index that is out of range.
        candidate: u16,
        /// How many candidates there are.
        count: usize,
    },
    /// A candidate stands there twice.
    #[error("candidate {} stands there twice", u32::from(*.candidate) + 1)]
    Duplicate {
        /// The repeated index.
        candidate: u16,
    },
    /// Marks that do not increase.
    #[error("the marks are not in increasing order")]
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
    /// The vote that names nobody.
    pub fn blank(&self) -> Vote {
        match self {
            Form::Marks { .. } => Vote::Marks(Vec::new()),
            Form::Ranking { .. } => Vote::Ranking(Vec::new()),
        }
    }

    /// Most candidates a vote of this form names.
    pub fn max(&self) -> u16 {
        match *self {
            Form::Marks { max } | Form::Ranking { max } => max,
        }
    }

    fn participle(&self) -> &'static str {
        match self {
            Form::Marks { .. } => "marked",
            Form::Ranking { .. } => "ranked",
        }
    }
}

impl Vote {
    /// Marks in any order.
    pub fn marks(mut candidates: Vec<u16>) -> Vote {
        candidates.sort_unstable();
        Vote::Marks(candidates)
    }

    /// A ranking, the first preference first.
    pub fn ranking(candidates: Vec<u16>) -> Vote {
        Vote::Ranking(candidates)
    }

    /// The candidates named.
    pub fn candidates(&self) -> &[u16] {
        match self {
            Vote::Marks(candidates) | Vote::Ranking(candidates) => candidates,
        }
    }

    /// Whether nobody is named.
    pub fn is_blank(&self) -> bool {
        self.candidates().is_empty()
    }

    /// Checks that this is a vote for `contest`, in its only form.
    ///
    /// # Errors
    /// The first fault: form, then candidate by candidate, then their number.
    pub fn check(&self, contest: &Contest) -> Result<(), VoteError> {
        let form = contest.form();
        match (self, form) {
            (Vote::Marks(_), Form::Marks { .. }) | (Vote::Ranking(_), Form::Ranking { .. }) => {}
            (_, Form::Marks { .. }) => return Err(VoteError::Form { expected: "marks" }),
            (_, Form::Ranking { .. }) => return Err(VoteError::Form { expected: "a ranking" }),
        }
        let count = contest.candidates.len();
        let mut seen = BTreeSet::new();
        for &candidate in self.candidates() {
            if usize::from(candidate) >= count {
                return Err(VoteError::OutOfRange { candidate, count });
            }
            if !seen.insert(candidate) {
                return Err(VoteError::Duplicate { candidate });
            }
        }
        if matches!(self, Vote::Marks(marks) if !marks.is_sorted()) {
            return Err(VoteError::Order);
        }
        let (named, max) = (self.candidates().len(), form.max());
        if named > usize::from(max) {
            return Err(VoteError::TooMany { count: named, max, form });
        }
        Ok(())
    }
}
