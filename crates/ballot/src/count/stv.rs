//! Single transferable vote by weighted inclusive Gregory, in ten-thousandths (spec/10-counting.md §5).

use super::ballots::Ranked;
use super::piles::{Piles, by_votes, lowest, scaled};
use crate::result::{Round, Tie};

/// Units of a vote: four decimals.
pub(super) const UNIT: u64 = 10_000;

/// A count by transferable vote.
pub(super) struct Transfers {
    pub(super) rounds: Vec<Round>,
    /// In order of election.
    pub(super) elected: Vec<u16>,
    pub(super) ties: Vec<Tie>,
    /// Votes that are enough to be elected, in units.
    pub(super) threshold: u64,
}

/// floor(valid / (seats + 1)) + 1 votes, in units; `valid` ballots name somebody.
pub(super) fn droop_quota(valid: u64, seats: u16, unit: u64) -> u64 {
    (valid / (u64::from(seats) + 1) + 1) * unit
}

/// Ballots that name somebody.
pub(super) fn valid(ballots: &[Ranked]) -> u64 {
    ballots.iter().filter(|ballot| !ballot.ranks.is_empty()).map(|ballot| ballot.count).sum()
}

pub(super) fn count(candidates: usize, seats: u16, ballots: &[Ranked]) -> Transfers {
    let valid = valid(ballots);
    let threshold = droop_quota(valid, seats, UNIT);
    let mut piles = Piles::new(candidates, ballots, UNIT);
    let mut count =
        Transfers { rounds: Vec::new(), elected: Vec::new(), ties: Vec::new(), threshold };
    loop {
        let open = usize::from(seats) - count.elected.len();
        let continuing = piles.continuing();
        let elected = if valid == 0 { Vec::new() } else { winners(&continuing, open, threshold) };
        count.elected.extend(&elected);
        let round = Round {
            votes: piles.votes(),
            elected,
            exhausted: piles.exhausted(),
            eliminated: Vec::new(),
        };
        let finished =
            valid == 0 || open == round.elected.len() || continuing.len() == round.elected.len();
        if finished {
            count.rounds.push(round);
            return count;
        }
        count.close(round, &mut piles, &continuing);
    }
}

/// All who reach the threshold; everybody when no more are left than seats are open.
fn winners(continuing: &[(u16, u64)], open: usize, threshold: u64) -> Vec<u16> {
    let all = continuing.len() <= open;
    let wins = |&&(_, votes): &&(u16, u64)| all || votes >= threshold;
    by_votes(continuing.iter().filter(wins).copied().collect())
}

impl Transfers {
    /// Moves the surpluses of those elected in this round; if nobody is, eliminates the lowest.
    fn close(&mut self, mut round: Round, piles: &mut Piles, continuing: &[(u16, u64)]) {
        let threshold = self.threshold;
        for &candidate in &round.elected {
            piles.elect(candidate);
        }
        for &(candidate, votes) in continuing {
            if round.elected.contains(&candidate) {
                let fraction = scaled(UNIT, votes.saturating_sub(threshold), votes);
                piles.transfer(candidate, threshold, |value| scaled(value, fraction, UNIT));
            }
        }
        let lowest = lowest(continuing);
        if let (Some(&loser), true) = (lowest.last(), round.elected.is_empty()) {
            piles.eliminate(loser);
            round.eliminated.push(loser);
            if lowest.len() > 1 {
                self.ties.push(Tie::by_file(self.rounds.len(), lowest, vec![loser]));
            }
        }
        self.rounds.push(round);
    }
}
