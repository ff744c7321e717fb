//! Meek's method by the reference rule of the Proportional Representation Foundation, in billionths
//! (spec/10-counting.md §7).

use super::ballots::Ranked;
use super::piles::{by_votes, lowest};
use super::stv::valid;
use crate::result::{Round, Tie};
use std::collections::BTreeMap;

/// Units of a vote: nine decimals.
pub(super) const UNIT: u64 = 1_000_000_000;
/// The surplus below which a round's iteration has converged: a millionth of a vote.
const OMEGA: u64 = 1_000;
/// Most iterations in a round.
const MAX_ITERATIONS: usize = 1_000;

/// A count by Meek's method.
pub(super) struct Meek {
    pub(super) rounds: Vec<Round>,
    /// The quota at the end of each round, in units.
    pub(super) quotas: Vec<u64>,
    /// In order of election.
    pub(super) elected: Vec<u16>,
    pub(super) ties: Vec<Tie>,
}

/// What became of a candidate, with the part of every vote it keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Keeps all.
    Hopeful,
    /// Keeps this many units of each.
    Elected(u64),
    /// Keeps nothing.
    Defeated,
}

/// The numbers of one iteration, in units.
struct Step {
    votes: Vec<u64>,
    quota: u64,
    surplus: u64,
}

struct Count<'a> {
    ballots: &'a [Ranked],
    states: Vec<State>,
    seats: u16,
    done: Meek,
}

pub(super) fn count(candidates: usize, seats: u16, ballots: &[Ranked]) -> Meek {
    let done =
        Meek { rounds: Vec::new(), quotas: Vec::new(), elected: Vec::new(), ties: Vec::new() };
    let mut count = Count { ballots, states: vec![State::Hopeful; candidates], seats, done };
    let gathered = count.gather();
    if valid(ballots) == 0 {
        let step = count.distribute(&gathered);
        count.push(step, Vec::new(), Vec::new());
    } else if count.fits(candidates) {
        let step = count.distribute(&gathered);
        count.elect_rest(step, Vec::new(), Vec::new());
    } else {
        while count.round() {}
    }
    count.done
}

impl Count<'_> {
    fn open(&self) -> usize {
        usize::from(self.seats) - self.done.elected.len()
    }

    /// Whether that many hopeful candidates are no more than the open seats.
    fn fits(&self, hopeful: usize) -> bool {
        hopeful <= self.open()
    }

    fn hopeful(&self, votes: &[u64]) -> Vec<(u16, u64)> {
        let numbered = super::numbered(votes).map(|(candidate, &votes)| (candidate, votes));
        let hopeful = |&(candidate, _): &(u16, u64)| self.state(candidate) == State::Hopeful;
        numbered.filter(hopeful).collect()
    }

    fn state(&self, candidate: u16) -> State {
        self.states.get(usize::from(candidate)).copied().unwrap_or(State::Defeated)
    }

    fn set(&mut self, candidate: u16, to: State) {
        if let Some(state) = self.states.get_mut(usize::from(candidate)) {
            *state = to;
        }
    }

    /// Iterates until somebody is elected, or else the surplus has gone and the lowest is defeated.
    /// Whether there is another round.
    fn round(&mut self) -> bool {
        let gathered = self.gather();
        let mut last = None;
        for iteration in 1..=MAX_ITERATIONS {
            let step = self.distribute(&gathered);
            let mut reached = self.hopeful(&step.votes);
            reached.retain(|&(_, votes)| votes >= step.quota);
            if !reached.is_empty() {
                return self.end_with_election(step, by_votes(reached));
            }
            let stuck = last.is_some_and(|last| step.surplus >= last);
            if step.surplus < OMEGA || stuck || iteration == MAX_ITERATIONS {
                return self.end_with_defeat(step);
            }
            last = Some(step.surplus);
            self.update_keeps(&step);
        }
        false
    }

    fn end_with_election(&mut self, step: Step, elected: Vec<u16>) -> bool {
        for &candidate in &elected {
            self.set(candidate, State::Elected(UNIT));
        }
        self.done.elected.extend(&elected);
        self.end(step, elected, Vec::new())
    }

    /// Defeats the lowest; whoever has at most the total surplus more counts as tied with it.
    fn end_with_defeat(&mut self, step: Step) -> bool {
        let hopeful = self.hopeful(&step.votes);
        let least = lowest(&hopeful).first().copied();
        let least = least.and_then(|candidate| step.votes.get(usize::from(candidate))).copied();
        let near = |votes| least.is_some_and(|least| votes - least <= step.surplus);
        let tied = hopeful.iter().filter(|&&(_, votes)| near(votes));
        let tied: Vec<u16> = tied.map(|&(candidate, _)| candidate).collect();
        let Some(&loser) = tied.last() else { return false };
        if tied.len() > 1 {
            self.done.ties.push(Tie::by_file(self.done.rounds.len(), tied, vec![loser]));
        }
        self.end(step, Vec::new(), vec![loser])
    }

    fn end(&mut self, step: Step, elected: Vec<u16>, eliminated: Vec<u16>) -> bool {
        let hopeful = self.hopeful(&step.votes).len() - eliminated.len();
        if hopeful > 0 && self.fits(hopeful) {
            self.elect_rest(step, elected, eliminated);
            return false;
        }
        let losers = eliminated.clone();
        self.push(step, elected, eliminated);
        for loser in losers {
            self.set(loser, State::Defeated);
        }
        self.open() > 0 && hopeful > 0
    }

    /// Elects the hopeful candidates that are left, in the round that leaves them.
    fn elect_rest(&mut self, step: Step, mut elected: Vec<u16>, eliminated: Vec<u16>) {
        let mut rest = self.hopeful(&step.votes);
        rest.retain(|(candidate, _)| !eliminated.contains(candidate));
        let rest = by_votes(rest);
        self.done.elected.extend(&rest);
        elected.extend(rest);
        self.push(step, elected, eliminated);
    }

    fn push(&mut self, step: Step, elected: Vec<u16>, eliminated: Vec<u16>) {
        let all: u64 = self.ballots.iter().map(|ballot| ballot.count).sum::<u64>() * UNIT;
        let exhausted = all.saturating_sub(step.votes.iter().sum());
        let shown = super::numbered(&step.votes)
            .map(|(candidate, &votes)| (self.state(candidate) != State::Defeated).then_some(votes));
        let votes = shown.collect();
        self.done.rounds.push(Round { votes, elected, exhausted, eliminated });
        self.done.quotas.push(step.quota);
    }

    /// What each ballot says while nobody's state changes: its elected candidates down to the first hopeful one,
    /// who keeps all that is left. Ballots that say the same are one.
    fn gather(&self) -> BTreeMap<Vec<u16>, u64> {
        let mut gathered = BTreeMap::new();
        for ballot in self.ballots {
            let mut heard = Vec::new();
            for &candidate in &ballot.ranks {
                match self.state(candidate) {
                    State::Defeated => continue,
                    State::Elected(_) => heard.push(candidate),
                    State::Hopeful => {
                        heard.push(candidate);
                        break;
                    }
                }
            }
            *gathered.entry(heard).or_default() += ballot.count;
        }
        gathered
    }

    /// Each candidate keeps its part, rounded up, of what the ones before have left of a ballot.
    fn distribute(&self, gathered: &BTreeMap<Vec<u16>, u64>) -> Step {
        let mut votes = vec![0_u64; self.states.len()];
        for (ranks, &count) in gathered {
            let mut weight = UNIT;
            for &candidate in ranks {
                let kept = match self.state(candidate) {
                    State::Hopeful => weight,
                    State::Elected(keep) => product(weight, keep).min(weight),
                    State::Defeated => 0,
                };
                if let Some(sum) = votes.get_mut(usize::from(candidate)) {
                    *sum += kept * count;
                }
                weight -= kept;
            }
        }
        let quota = votes.iter().sum::<u64>() / (u64::from(self.seats) + 1) + 1;
        let elected = super::numbered(&votes)
            .filter(|&(candidate, _)| matches!(self.state(candidate), State::Elected(_)));
        let (over, under) = elected.fold((0_u64, 0_u64), |(over, under), (_, &votes)| {
            (over + votes.saturating_sub(quota), under + quota.saturating_sub(votes))
        });
        Step { votes, quota, surplus: over.saturating_sub(under) }
    }

    /// Each elected candidate's part, times the quota over its votes.
    fn update_keeps(&mut self, step: &Step) {
        for (state, &votes) in psephos_core::pairs::pairs(&mut self.states, &step.votes) {
            if let State::Elected(keep) = state {
                *keep = quotient(product(*keep, step.quota), votes).min(UNIT);
            }
        }
    }
}

/// a · b, rounded up to a unit.
fn product(a: u64, b: u64) -> u64 {
    rounded_up(u128::from(a) * u128::from(b), UNIT)
}

/// a / b, rounded up to a unit.
fn quotient(a: u64, b: u64) -> u64 {
    rounded_up(u128::from(a) * u128::from(UNIT), b)
}

fn rounded_up(number: u128, divisor: u64) -> u64 {
    u64::try_from(number.div_ceil(u128::from(divisor.max(1)))).unwrap_or(u64::MAX)
}
