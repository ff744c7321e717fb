//! Plurality, approval, score and Borda: one number for each candidate (spec/10-counting.md §3).

use super::ballots::{self, Votes};
use super::methods::Outcome;
use super::most::most;
use crate::contest::Contest;
use crate::result::Tally;

pub(super) fn plurality(contest: &Contest, votes: &Votes) -> Outcome {
    let votes = ballots::marks(contest, votes, false);
    by_number(contest, votes, |votes| Tally::Plurality { votes })
}

pub(super) fn approval(contest: &Contest, votes: &Votes) -> Outcome {
    let votes = ballots::marks(contest, votes, true);
    by_number(contest, votes, |votes| Tally::Approval { votes })
}

pub(super) fn score(contest: &Contest, votes: &Votes) -> Outcome {
    let points = ballots::scores(contest, votes);
    by_number(contest, points, |points| Tally::Score { points })
}

/// Who has nothing is not elected.
fn by_number(contest: &Contest, numbers: Vec<u64>, tally: fn(Vec<u64>) -> Tally) -> Outcome {
    let named: Vec<bool> = numbers.iter().map(|&number| number > 0).collect();
    let most = most(contest.seats, &numbers, &named);
    Outcome { tally: tally(numbers), elected: most.elected, ties: most.ties }
}

/// With n candidates, rank i (from 1) gives n − i points. The last rank may give none, so that being
/// ranked at all is what makes a candidate one that can be elected.
pub(super) fn borda(contest: &Contest, votes: &Votes) -> Outcome {
    let candidates = ballots::candidates(contest);
    let (mut points, mut named) = (vec![0_u64; candidates], vec![false; candidates]);
    for ballot in ballots::rankings(contest, votes) {
        for (place, &candidate) in ballot.ranks.iter().enumerate() {
            let worth = (candidates - 1).saturating_sub(place) as u64;
            let index = usize::from(candidate);
            if let (Some(points), Some(named)) = (points.get_mut(index), named.get_mut(index)) {
                *points += worth * ballot.count;
                *named = true;
            }
        }
    }
    let most = most(contest.seats, &points, &named);
    Outcome { tally: Tally::Borda { points }, elected: most.elected, ties: most.ties }
}
