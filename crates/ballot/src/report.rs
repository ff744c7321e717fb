//! A result with names instead of indices: the entries of `contests` in JSON reports (spec/10-counting.md §6).

use crate::contest::Contest;
use crate::result::{ContestResult, Round, Tally, Tie};
use serde::{Serialize, Serializer};
use std::cmp::Reverse;

/// One contest of a JSON report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContestReport {
    /// The contest's id.
    pub id: String,
    /// The method's name.
    pub method: &'static str,
    /// Votes by name, most first; null for a method in rounds.
    pub votes: Option<NamedVotes>,
    /// The rounds; null for a method without.
    pub rounds: Option<Vec<RoundReport>>,
    /// The winners' names.
    pub elected: Vec<String>,
    /// Every tie that was broken.
    pub ties: Vec<TieReport>,
    /// Hexadecimal.
    pub cells_sorted_sha256: String,
}

/// One round of a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoundReport {
    /// Votes of the continuing candidates by name, most first.
    pub votes: NamedVotes,
    /// Ballots that name no continuing candidate.
    pub exhausted: u64,
    /// Names of those eliminated at the end of the round.
    pub eliminated: Vec<String>,
    /// Names of those elected in the round.
    pub elected: Vec<String>,
}

/// A tie that the order of the file decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TieReport {
    /// The round, from 1.
    pub round: u64,
    /// Names of those with the same number of votes.
    pub tied: Vec<String>,
    /// Those of them who lost by it.
    pub lost: Vec<String>,
}

/// Numbers by name; in JSON an object that keeps this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedVotes(pub Vec<(String, u64)>);

impl Serialize for NamedVotes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, votes)| (name, votes)))
    }
}

impl ContestReport {
    /// The report of a result as [`crate::ElectionTally::results`] gives it for this contest.
    /// Candidates for whom a list holds no number are left out of it.
    pub fn new(contest: &Contest, result: &ContestResult) -> ContestReport {
        let (votes, rounds) = match &result.tally {
            Tally::Plurality { votes } => {
                (Some(named(contest, |candidate| votes.get(candidate).copied())), None)
            }
            Tally::Irv { rounds } => {
                (None, Some(rounds.iter().map(|round| report_round(contest, round)).collect()))
            }
        };
        ContestReport {
            id: contest.id.clone(),
            method: contest.method.name(),
            votes,
            rounds,
            elected: names(contest, &result.elected),
            ties: result.ties.iter().map(|tie| report_tie(contest, tie)).collect(),
            cells_sorted_sha256: hexadecimal(&result.cells_sha256),
        }
    }
}

fn report_round(contest: &Contest, round: &Round) -> RoundReport {
    RoundReport {
        votes: named(contest, |candidate| round.votes.get(candidate).copied().flatten()),
        exhausted: round.exhausted,
        eliminated: names(contest, &round.eliminated),
        elected: names(contest, &round.elected),
    }
}

fn report_tie(contest: &Contest, tie: &Tie) -> TieReport {
    TieReport {
        round: tie.round.saturating_add(1),
        tied: names(contest, &tie.tied),
        lost: names(contest, &tie.lost),
    }
}

fn named(contest: &Contest, votes: impl Fn(usize) -> Option<u64>) -> NamedVotes {
    let candidates = contest.candidates.iter().enumerate();
    let mut named: Vec<(String, u64)> =
        candidates.filter_map(|(index, name)| Some((name.clone(), votes(index)?))).collect();
    named.sort_by_key(|&(_, votes)| Reverse(votes));
    NamedVotes(named)
}

fn names(contest: &Contest, candidates: &[u16]) -> Vec<String> {
    candidates.iter().map(|&candidate| contest.name(candidate).to_owned()).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
