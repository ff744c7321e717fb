//! Single transferable vote as in Scottish local elections, in hundred-thousandths: Scottish Local Government
//! Elections Order 2011 (SSI 2011/399), Schedule 1, rules 46 to 53 (spec/10-counting.md §6).
//!
//! The numbers of rules in this file are those of that schedule. A round is a stage of the count.

use super::ballots::Ranked;
use super::piles::{Piles, by_votes, lowest, scaled};
use super::stv::{Transfers, droop_quota, valid};
use crate::result::{Round, Tie};

/// Units of a vote: five decimals (rule 49(3)).
pub(super) const UNIT: u64 = 100_000;

/// A count between two stages.
struct Count<'a> {
    piles: Piles<'a>,
    /// Those elected whose surplus has not been transferred, with their votes.
    surpluses: Vec<(u16, u64)>,
    seats: u16,
    done: Transfers,
}

pub(super) fn count(candidates: usize, seats: u16, ballots: &[Ranked]) -> Transfers {
    let valid = valid(ballots);
    let mut count = Count {
        piles: Piles::new(candidates, ballots, UNIT),
        surpluses: Vec::new(),
        seats,
        done: Transfers {
            rounds: Vec::new(),
            elected: Vec::new(),
            ties: Vec::new(),
            threshold: droop_quota(valid, seats, UNIT),
        },
    };
    if valid == 0 {
        let round = count.begin();
        count.done.rounds.push(round);
        return count.done;
    }
    while count.stage() {}
    count.done
}

impl Count<'_> {
    fn begin(&self) -> Round {
        let (elected, eliminated) = (Vec::new(), Vec::new());
        let (votes, exhausted) = (self.piles.votes(), self.piles.exhausted());
        Round { votes, elected, exhausted, eliminated }
    }

    fn open(&self) -> usize {
        usize::from(self.seats) - self.done.elected.len()
    }

    /// One stage, with what ends it; whether there is another.
    fn stage(&mut self) -> bool {
        let mut round = self.begin();
        self.elect_quotas(&mut round);
        let mut goes_on = !self.fill_last(&mut round);
        if goes_on && !self.transfer_surplus() {
            self.exclude_lowest(&mut round);
            goes_on = !self.fill_last(&mut round);
        }
        if goes_on {
            for &loser in &round.eliminated {
                self.piles.eliminate(loser);
            }
        }
        self.done.rounds.push(round);
        goes_on
    }

    /// Rule 48: who has the quota is elected.
    fn elect_quotas(&mut self, round: &mut Round) {
        let mut reached = self.piles.continuing();
        reached.retain(|&(_, votes)| votes >= self.done.threshold);
        self.surpluses.extend(reached.iter().filter(|&&(_, votes)| votes > self.done.threshold));
        self.elect(by_votes(reached), round);
    }

    fn elect(&mut self, candidates: Vec<u16>, round: &mut Round) {
        for &candidate in &candidates {
            self.piles.elect(candidate);
        }
        self.done.elected.extend(&candidates);
        round.elected.extend(candidates);
    }

    /// Rule 53: when no more continue than seats are open they are elected, and nothing more is transferred.
    /// Whether the count is over.
    fn fill_last(&mut self, round: &mut Round) -> bool {
        let mut continuing = self.piles.continuing();
        continuing.retain(|(candidate, _)| !round.eliminated.contains(candidate));
        if continuing.len() <= self.open() {
            self.elect(by_votes(continuing), round);
            return true;
        }
        self.open() == 0
    }

    /// Rules 49 and 50: the largest surplus, if there is one, moves on; each paper at its value times the
    /// surplus over the candidate's votes, cut to five decimals.
    fn transfer_surplus(&mut self) -> bool {
        let most = self.surpluses.iter().map(|&(_, votes)| votes).max();
        let largest = self.surpluses.iter().filter(|&&(_, votes)| Some(votes) == most);
        let mut largest: Vec<u16> = largest.map(|&(candidate, _)| candidate).collect();
        largest.sort_unstable();
        let left = self.narrow(&largest, |votes| votes.iter().copied().max().flatten());
        let (Some(&first), Some(votes)) = (left.candidates.first(), most) else { return false };
        self.note_tie(&largest, &left, |candidate| candidate != first);
        let threshold = self.done.threshold;
        let surplus = votes.saturating_sub(threshold);
        self.surpluses.retain(|&(candidate, _)| candidate != first);
        self.piles.transfer(first, threshold, |value| scaled(value, surplus, votes));
        true
    }

    /// Rules 51 and 52: the lowest is excluded; its papers move on at the values they have.
    fn exclude_lowest(&mut self, round: &mut Round) {
        let lowest = lowest(&self.piles.continuing());
        let left = self.narrow(&lowest, |votes| votes.iter().copied().min().flatten());
        if let Some(&loser) = left.candidates.last() {
            self.note_tie(&lowest, &left, |candidate| candidate == loser);
            round.eliminated.push(loser);
        }
    }

    /// Of candidates with equal votes now, those who had the `extreme` number at the latest earlier stage
    /// at which they differed; and so on backwards among those (rules 50(2) and 52(2)).
    fn narrow(&self, tied: &[u16], extreme: fn(&[Option<u64>]) -> Option<u64>) -> Narrowed {
        let mut left = Narrowed { candidates: tied.to_vec(), stage: None };
        for (stage, round) in self.done.rounds.iter().enumerate().rev() {
            let votes = |candidate: u16| round.votes.get(usize::from(candidate)).copied().flatten();
            let then: Vec<Option<u64>> = left.candidates.iter().map(|&c| votes(c)).collect();
            let before = left.candidates.len();
            left.candidates.retain(|&candidate| votes(candidate) == extreme(&then));
            if left.candidates.len() < before {
                left.stage = Some(stage);
            }
        }
        left
    }

    fn note_tie(&mut self, tied: &[u16], left: &Narrowed, loses: impl Fn(u16) -> bool) {
        if tied.len() < 2 {
            return;
        }
        let lost = tied.iter().copied().filter(|&candidate| loses(candidate)).collect();
        let tie = Tie::by_file(self.done.rounds.len(), tied.to_vec(), lost);
        let earlier = if left.candidates.len() == 1 { left.stage } else { None };
        self.done.ties.push(Tie { earlier: earlier.map(|stage| stage as u64), ..tie });
    }
}

/// Who is left of a tie, and the earliest stage that left somebody out.
struct Narrowed {
    candidates: Vec<u16>,
    stage: Option<usize>,
}
