//! A result with names instead of indices: the entries of `contests` in JSON reports (spec/10-counting.md §13).

use crate::amount::Amount;
use crate::contest::{Contest, Method};
use crate::count::numbered;
use crate::result::{ContestResult, Round, Tally, Texts, Tie};
use serde::{Serialize, Serializer};
use std::cmp::Reverse;

/// One contest of a JSON report. Fields that a method does not have are null or left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContestReport {
    /// The contest's id.
    pub id: String,
    /// The method's name.
    pub method: &'static str,
    /// Ballots counted, blank and invalid ones included.
    pub ballots: u64,
    /// Valid ballots that name nobody.
    pub blank: u64,
    /// Ballots that hold no vote.
    pub invalid: u64,
    /// Votes or points by name, most first; null for a method that says more than one number.
    pub votes: Option<Named<Amount>>,
    /// The rounds; null for a method without.
    pub rounds: Option<Vec<RoundReport>>,
    /// Votes that are enough to be elected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Amount>,
    /// Seats by list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<Named<u64>>,
    /// For each candidate, how many ballots rank it before each other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Named<Named<u64>>>,
    /// For each candidate, how many ballots give it each grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grades: Option<Named<Named<u64>>>,
    /// All names, the best first; those who share a place in one list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Vec<Vec<String>>>,
    /// What voters wrote, with the number of ballots, most first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Named<u64>>,
    /// How many different texts there are, those left out included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_texts: Option<u64>,
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
    /// Votes of the candidates not eliminated before by name, most first.
    pub votes: Named<Amount>,
    /// Ballots that name no continuing candidate, at their value.
    pub exhausted: Amount,
    /// Votes that are enough to be elected in this round, where that differs from round to round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Amount>,
    /// Names of those eliminated at the end of the round.
    pub eliminated: Vec<String>,
    /// Names of those elected in the round.
    pub elected: Vec<String>,
}

/// A tie that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TieReport {
    /// The round, from 1.
    pub round: u64,
    /// The earlier round that decided, from 1; left out when the order of the file did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier: Option<u64>,
    /// Names of those with the same number of votes.
    pub tied: Vec<String>,
    /// Those of them who lost by it.
    pub lost: Vec<String>,
}

/// Values by name; in JSON an object that keeps this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl ContestReport {
    /// The report of a result as [`crate::ElectionTally::results`] gives it for this contest.
    /// Candidates for whom a list holds no number are left out of it.
    pub fn new(contest: &Contest, result: &ContestResult) -> ContestReport {
        let tally = &result.tally;
        let decimals = tally.decimals();
        let amount = |units: u64| Amount::new(units, decimals);
        ContestReport {
            id: contest.id.clone(),
            method: contest.method.name(),
            ballots: result.ballots,
            blank: result.blank,
            invalid: result.invalid,
            votes: tally
                .numbers()
                .map(|numbers| most_first(contest, numbers, |&n| Some(amount(n)))),
            rounds: tally.rounds().map(|_| report_rounds(contest, tally)),
            threshold: tally.threshold().map(amount),
            seats: seats(tally).map(|seats| most_first(contest, seats, |&seats| Some(seats))),
            pairs: pairs(contest, tally),
            grades: grades(contest, tally),
            ranking: ranking(tally)
                .map(|tiers| tiers.iter().map(|tier| names(contest, tier)).collect()),
            texts: result.texts.as_ref().map(report_texts),
            distinct_texts: result.texts.as_ref().map(|texts| texts.distinct),
            elected: names(contest, &result.elected),
            ties: result.ties.iter().map(|tie| report_tie(contest, tie)).collect(),
            cells_sorted_sha256: hexadecimal(&result.cells_sha256),
        }
    }
}

fn report_rounds(contest: &Contest, tally: &Tally) -> Vec<RoundReport> {
    let amount = |units: u64| Amount::new(units, tally.decimals());
    let report = |(place, round): (usize, &Round)| RoundReport {
        votes: most_first(contest, &round.votes, |votes| votes.map(amount)),
        exhausted: amount(round.exhausted),
        threshold: match tally {
            Tally::Meek { quotas, .. } => quotas.get(place).copied().map(amount),
            _ => None,
        },
        eliminated: names(contest, &round.eliminated),
        elected: names(contest, &round.elected),
    };
    tally.rounds().unwrap_or_default().iter().enumerate().map(report).collect()
}

fn report_tie(contest: &Contest, tie: &Tie) -> TieReport {
    TieReport {
        round: tie.round.saturating_add(1),
        earlier: tie.earlier.map(|round| round.saturating_add(1)),
        tied: names(contest, &tie.tied),
        lost: names(contest, &tie.lost),
    }
}

fn report_texts(texts: &Texts) -> Named<u64> {
    Named(texts.most.iter().map(|text| (text.text.clone(), text.ballots)).collect())
}

pub(crate) fn seats(tally: &Tally) -> Option<&[u64]> {
    match tally {
        Tally::DHondt { seats, .. } | Tally::SainteLague { seats, .. } => Some(seats),
        _ => None,
    }
}

pub(crate) fn ranking(tally: &Tally) -> Option<&[Vec<u16>]> {
    match tally {
        Tally::Schulze { ranking, .. } | Tally::MajorityJudgment { ranking, .. } => Some(ranking),
        _ => None,
    }
}

fn pairs(contest: &Contest, tally: &Tally) -> Option<Named<Named<u64>>> {
    let Tally::Schulze { pairs, .. } = tally else { return None };
    let others = |(candidate, row): (u16, &Vec<u64>)| {
        let others = numbered(row).filter(|&(other, _)| other != candidate);
        let others = others.map(|(other, &number)| (contest.name(other).to_owned(), number));
        (contest.name(candidate).to_owned(), Named(others.collect()))
    };
    Some(Named(numbered(pairs).map(others).collect()))
}

fn grades(contest: &Contest, tally: &Tally) -> Option<Named<Named<u64>>> {
    let (Tally::MajorityJudgment { grades, .. }, Method::MajorityJudgment { grades: known }) =
        (tally, &contest.method)
    else {
        return None;
    };
    let given = |(candidate, row): (u16, &Vec<u64>)| {
        let name =
            |(grade, &number): (u16, &u64)| Some((known.get(usize::from(grade))?.clone(), number));
        (contest.name(candidate).to_owned(), Named(numbered(row).filter_map(name).collect()))
    };
    Some(Named(numbered(grades).map(given).collect()))
}

/// What `value` makes of a list over candidates, by name, the greatest first.
fn most_first<T, V: Ord + Copy>(
    contest: &Contest,
    list: &[T],
    value: impl Fn(&T) -> Option<V>,
) -> Named<V> {
    let named =
        |(candidate, item): (u16, &T)| Some((contest.name(candidate).to_owned(), value(item)?));
    let mut named: Vec<(String, V)> = numbered(list).filter_map(named).collect();
    named.sort_by_key(|&(_, value)| Reverse(value));
    Named(named)
}

fn names(contest: &Contest, candidates: &[u16]) -> Vec<String> {
    candidates.iter().map(|&candidate| contest.name(candidate).to_owned()).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
