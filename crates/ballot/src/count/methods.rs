//! Each method with the votes it reads and the tally it makes.

use super::ballots::{self, Votes};
use super::most::{Most, first};
use super::stv::Transfers;
use super::{irv, majority, meek, numbers, party_lists, schulze, scottish, stv};
use crate::contest::{Contest, Method};
use crate::result::{Round, Tally, Tie};

/// What a method makes of the votes.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) elected: Vec<u16>,
    pub(super) ties: Vec<Tie>,
}

/// Counts a contest's votes by its method.
pub(super) fn count(contest: &Contest, votes: &Votes) -> Outcome {
    match &contest.method {
        Method::Plurality { .. } => numbers::plurality(contest, votes),
        Method::Approval {} => numbers::approval(contest, votes),
        Method::Score { .. } => numbers::score(contest, votes),
        Method::Borda { .. } => numbers::borda(contest, votes),
        Method::Irv { .. } => irv(contest, votes),
        Method::Stv { .. } => transfers(stv::count, contest, votes, |rounds, threshold| {
            Tally::Stv { rounds, threshold }
        }),
        Method::ScottishStv { .. } => {
            transfers(scottish::count, contest, votes, |rounds, threshold| Tally::ScottishStv {
                rounds,
                threshold,
            })
        }
        Method::Meek { .. } => meek(contest, votes),
        Method::Schulze { .. } => schulze(contest, votes),
        Method::MajorityJudgment { grades } => majority_judgment(contest, votes, grades.len()),
        Method::DHondt { .. } => {
            party_lists(contest, votes, party_lists::dhondt, |seats, votes| Tally::DHondt {
                seats,
                votes,
            })
        }
        Method::SainteLague { .. } => {
            party_lists(contest, votes, party_lists::sainte_lague, |seats, votes| {
                Tally::SainteLague { seats, votes }
            })
        }
        Method::Text { .. } => {
            Outcome { tally: Tally::Text {}, elected: Vec::new(), ties: Vec::new() }
        }
    }
}

fn irv(contest: &Contest, votes: &Votes) -> Outcome {
    let ballots = ballots::rankings(contest, votes);
    let (rounds, elected, ties) = irv::count(ballots::candidates(contest), &ballots);
    Outcome { tally: Tally::Irv { rounds }, elected, ties }
}

fn transfers(
    count: fn(usize, u16, &[ballots::Ranked]) -> Transfers,
    contest: &Contest,
    votes: &Votes,
    tally: fn(Vec<Round>, u64) -> Tally,
) -> Outcome {
    let ballots = ballots::rankings(contest, votes);
    let count = count(ballots::candidates(contest), contest.seats, &ballots);
    let tally = tally(count.rounds, count.threshold);
    Outcome { tally, elected: count.elected, ties: count.ties }
}

fn meek(contest: &Contest, votes: &Votes) -> Outcome {
    let ballots = ballots::rankings(contest, votes);
    let count = meek::count(ballots::candidates(contest), contest.seats, &ballots);
    let tally = Tally::Meek { quotas: count.quotas, rounds: count.rounds };
    Outcome { tally, elected: count.elected, ties: count.ties }
}

fn schulze(contest: &Contest, votes: &Votes) -> Outcome {
    let count = schulze::count(ballots::candidates(contest), ballots::tiers(votes));
    let Most { elected, ties } = first(contest.seats, &count.ranking, &count.ranked);
    let tally = Tally::Schulze { pairs: count.pairs, ranking: count.ranking };
    Outcome { tally, elected, ties }
}

fn majority_judgment(contest: &Contest, votes: &Votes, grades: usize) -> Outcome {
    let candidates = ballots::candidates(contest);
    let count = majority::count(candidates, grades, ballots::graded(votes));
    let above_worst = |grades: &Vec<u64>| grades.iter().skip(1).any(|&number| number > 0);
    let graded: Vec<bool> = count.grades.iter().map(above_worst).collect();
    let Most { elected, ties } = first(contest.seats, &count.ranking, &graded);
    let tally = Tally::MajorityJudgment { grades: count.grades, ranking: count.ranking };
    Outcome { tally, elected, ties }
}

fn party_lists(
    contest: &Contest,
    votes: &Votes,
    divisor: party_lists::Divisor,
    tally: fn(Vec<u64>, Vec<u64>) -> Tally,
) -> Outcome {
    let votes = ballots::marks(contest, votes, false);
    let award = party_lists::award(contest.seats, &votes, divisor);
    let tally = tally(award.seats, votes);
    Outcome { tally, elected: award.elected, ties: award.ties }
}
