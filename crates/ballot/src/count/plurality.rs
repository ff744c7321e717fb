//! Plurality (spec/10-counting.md §3).

use super::{Outcome, numbered};
use crate::contest::Contest;
use crate::result::{Tally, Tie};
use crate::vote::Vote;
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub(super) fn count(contest: &Contest, ballots: &BTreeMap<Vote, u64>) -> Outcome {
    let mut votes = vec![0_u64; contest.candidates.len()];
    for (vote, count) in ballots {
        for &candidate in vote.candidates() {
            if let Some(sum) = votes.get_mut(usize::from(candidate)) {
                *sum += count;
            }
        }
    }
    let mut order: Vec<(u64, u16)> =
        numbered(&votes).map(|(candidate, &votes)| (votes, candidate)).collect();
    order.retain(|&(votes, _)| votes > 0);
    order.sort_by_key(|&(votes, candidate)| (Reverse(votes), candidate));
    let seats = usize::from(contest.seats).min(order.len());
    let (winners, others) = order.split_at(seats);
    let ties = tie(winners, others).into_iter().collect();
    let elected = winners.iter().map(|&(_, candidate)| candidate).collect();
    Outcome { tally: Tally::Plurality { votes }, elected, ties }
}

/// The tie for the last seat, if there is one. Both lists hold (votes, candidate), most votes first.
fn tie(winners: &[(u64, u16)], others: &[(u64, u16)]) -> Option<Tie> {
    let (least, _) = *winners.last()?;
    let with_least = |list: &[(u64, u16)]| -> Vec<u16> {
        list.iter().filter(|(votes, _)| *votes == least).map(|&(_, candidate)| candidate).collect()
    };
    let lost = with_least(others);
    if lost.is_empty() {
        return None;
    }
    let mut tied = with_least(winners);
    tied.extend(&lost);
    Some(Tie { lost, tied, round: 0 })
}
