//! Instant run-off (spec/10-counting.md §4).

use super::ballots::Ranked;
use super::piles::{Piles, lowest};
use crate::result::{Round, Tie};

/// The rounds of an instant run-off, its winner, if there are votes, and its ties.
pub(super) fn count(candidates: usize, ballots: &[Ranked]) -> (Vec<Round>, Vec<u16>, Vec<Tie>) {
    let mut piles = Piles::new(candidates, ballots, 1);
    let (mut rounds, mut ties) = (Vec::new(), Vec::new());
    loop {
        let (votes, exhausted) = (piles.votes(), piles.exhausted());
        let continuing = piles.continuing();
        let total: u64 = continuing.iter().map(|&(_, votes)| votes).sum();
        let winner = continuing.iter().find(|&&(_, votes)| votes > total / 2);
        let elected: Vec<u16> = winner.map(|&(candidate, _)| candidate).into_iter().collect();
        let mut round = Round { votes, elected, exhausted, eliminated: Vec::new() };
        let lowest = lowest(&continuing);
        let loser = lowest.last().copied().filter(|_| total > 0 && round.elected.is_empty());
        let Some(loser) = loser else {
            let elected = round.elected.clone();
            rounds.push(round);
            return (rounds, elected, ties);
        };
        if lowest.len() > 1 {
            ties.push(Tie::by_file(rounds.len(), lowest, vec![loser]));
        }
        piles.eliminate(loser);
        round.eliminated.push(loser);
        rounds.push(round);
    }
}
