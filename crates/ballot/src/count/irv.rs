//! Instant run-off (spec/10-counting.md §4).

use super::{Outcome, numbered};
use crate::contest::Contest;
use crate::result::{Round, Tally, Tie};
use crate::vote::Vote;
use std::collections::BTreeMap;

/// Equal ballots, with the preferences that have not been looked at yet.
struct Bundle<'a> {
    preferences: &'a [u16],
    count: u64,
}

/// The ballots that count for one continuing candidate.
#[derive(Default)]
struct Pile<'a> {
    bundles: Vec<Bundle<'a>>,
    votes: u64,
}

/// The state between two rounds.
struct Count<'a> {
    /// For each candidate, its pile; none once eliminated.
    piles: Vec<Option<Pile<'a>>>,
    exhausted: u64,
}

pub(super) fn count(contest: &Contest, ballots: &BTreeMap<Vote, u64>) -> Outcome {
    let piles = contest.candidates.iter().map(|_| Some(Pile::default())).collect();
    let mut state = Count { piles, exhausted: 0 };
    for (vote, &count) in ballots {
        state.deal(Bundle { preferences: vote.candidates(), count });
    }
    let (mut rounds, mut ties) = (Vec::new(), Vec::new());
    let elected = loop {
        let votes = state.votes();
        let exhausted = state.exhausted;
        let standing = state.standing(&votes);
        let elected: Vec<u16> = standing.winner.into_iter().collect();
        let eliminated: Vec<u16> = standing.loser().into_iter().collect();
        if let ([loser], true) = (eliminated.as_slice(), standing.lowest.len() > 1) {
            let round = rounds.len() as u64;
            ties.push(Tie { lost: vec![*loser], tied: standing.lowest.clone(), round });
        }
        for &loser in &eliminated {
            state.eliminate(loser);
        }
        let last = eliminated.is_empty();
        rounds.push(Round { votes, elected: elected.clone(), exhausted, eliminated });
        if last {
            break elected;
        }
    };
    Outcome { tally: Tally::Irv { rounds }, elected, ties }
}

/// What a round's numbers mean.
struct Standing {
    /// The candidate with more than half of the continuing votes.
    winner: Option<u16>,
    /// The continuing candidates with fewest votes, increasing; empty when there are no continuing votes.
    lowest: Vec<u16>,
}

impl Standing {
    /// Of tied candidates the last in the file is eliminated.
    fn loser(&self) -> Option<u16> {
        match self.winner {
            Some(_) => None,
            None => self.lowest.last().copied(),
        }
    }
}

impl<'a> Count<'a> {
    /// Gives the ballots to their first continuing preference.
    fn deal(&mut self, bundle: Bundle<'a>) {
        let Bundle { mut preferences, count } = bundle;
        while let [first, rest @ ..] = preferences {
            preferences = rest;
            if let Some(Some(pile)) = self.piles.get_mut(usize::from(*first)) {
                pile.votes += count;
                pile.bundles.push(Bundle { preferences, count });
                return;
            }
        }
        self.exhausted += count;
    }

    fn eliminate(&mut self, candidate: u16) {
        let pile = self.piles.get_mut(usize::from(candidate)).and_then(Option::take);
        for bundle in pile.into_iter().flat_map(|pile| pile.bundles) {
            self.deal(bundle);
        }
    }

    fn votes(&self) -> Vec<Option<u64>> {
        self.piles.iter().map(|pile| pile.as_ref().map(|pile| pile.votes)).collect()
    }

    fn standing(&self, votes: &[Option<u64>]) -> Standing {
        let continuing = || {
            numbered(votes).filter_map(|(candidate, votes)| votes.map(|votes| (votes, candidate)))
        };
        let total: u64 = continuing().map(|(votes, _)| votes).sum();
        if total == 0 {
            return Standing { winner: None, lowest: Vec::new() };
        }
        let least = continuing().map(|(votes, _)| votes).min();
        let lowest = continuing().filter(|&(votes, _)| Some(votes) == least);
        let winner = continuing().find(|&(votes, _)| votes > total / 2);
        Standing {
            winner: winner.map(|(_, candidate)| candidate),
            lowest: lowest.map(|(_, candidate)| candidate).collect(),
        }
    }
}
