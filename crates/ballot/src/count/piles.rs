//! Ballots in piles, one for each candidate: what the methods that count in rounds share.

use super::ballots::Ranked;

/// Equal ballots of one value, with the preferences that have not been looked at yet.
struct Bundle<'a> {
    preferences: &'a [u16],
    count: u64,
    /// Of one ballot, in the method's units.
    value: u64,
}

/// The ballots that count for one candidate.
#[derive(Default)]
struct Pile<'a> {
    bundles: Vec<Bundle<'a>>,
    votes: u64,
}

/// What became of a candidate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Continuing,
    Elected,
    Eliminated,
}

/// The state of a count between two rounds. Values are in units: a ballot is worth some of them at first.
pub(super) struct Piles<'a> {
    places: Vec<(State, Pile<'a>)>,
    exhausted: u64,
}

impl<'a> Piles<'a> {
    /// Every ballot with its first preference, worth `unit`.
    pub(super) fn new(candidates: usize, ballots: &'a [Ranked], unit: u64) -> Piles<'a> {
        let empty = || (State::Continuing, Pile::default());
        let places = std::iter::repeat_with(empty).take(candidates).collect();
        let mut piles = Piles { places, exhausted: 0 };
        for ballot in ballots {
            piles.deal(Bundle { preferences: &ballot.ranks, count: ballot.count, value: unit });
        }
        piles
    }

    /// Each candidate's votes in units; none for one that was eliminated.
    pub(super) fn votes(&self) -> Vec<Option<u64>> {
        let votes = |(state, pile): &(State, Pile)| match state {
            State::Eliminated => None,
            State::Continuing | State::Elected => Some(pile.votes),
        };
        self.places.iter().map(votes).collect()
    }

    /// The value of the ballots that name no continuing candidate.
    pub(super) fn exhausted(&self) -> u64 {
        self.exhausted
    }

    /// The continuing candidates with their votes, in the order of the file.
    pub(super) fn continuing(&self) -> Vec<(u16, u64)> {
        let places = super::numbered(&self.places);
        places
            .filter(|(_, (state, _))| *state == State::Continuing)
            .map(|(candidate, (_, pile))| (candidate, pile.votes))
            .collect()
    }

    /// Gives the ballots to their first continuing preference.
    fn deal(&mut self, bundle: Bundle<'a>) {
        let Bundle { mut preferences, count, value } = bundle;
        while let [first, rest @ ..] = preferences {
            preferences = rest;
            if let Some((State::Continuing, pile)) = self.places.get_mut(usize::from(*first)) {
                pile.votes += count * value;
                pile.bundles.push(Bundle { preferences, count, value });
                return;
            }
        }
        self.exhausted += count * value;
    }

    /// Takes no more votes from now on; the pile stays where it is.
    pub(super) fn elect(&mut self, candidate: u16) {
        if let Some((state, _)) = self.places.get_mut(usize::from(candidate)) {
            *state = State::Elected;
        }
    }

    /// Gives the pile on at its value.
    pub(super) fn eliminate(&mut self, candidate: u16) {
        let Some((state, pile)) = self.places.get_mut(usize::from(candidate)) else { return };
        *state = State::Eliminated;
        for bundle in std::mem::take(pile).bundles {
            self.deal(bundle);
        }
    }

    /// Gives the pile of an elected candidate on, each ballot at the value that `revalue` makes of its own;
    /// the candidate keeps `kept` votes.
    pub(super) fn transfer(&mut self, candidate: u16, kept: u64, revalue: impl Fn(u64) -> u64) {
        let Some((_, pile)) = self.places.get_mut(usize::from(candidate)) else { return };
        for bundle in std::mem::replace(pile, Pile { bundles: Vec::new(), votes: kept }).bundles {
            self.deal(Bundle { value: revalue(bundle.value), ..bundle });
        }
    }
}

/// `value` · `numerator` / `denominator`, cut to a whole number; 0 when the denominator is.
pub(super) fn scaled(value: u64, numerator: u64, denominator: u64) -> u64 {
    let product = u128::from(value) * u128::from(numerator);
    let quotient = product.checked_div(u128::from(denominator)).unwrap_or(0);
    u64::try_from(quotient).unwrap_or(u64::MAX)
}

/// The candidates with fewest votes, in the order of the file.
pub(super) fn lowest(continuing: &[(u16, u64)]) -> Vec<u16> {
    let least = continuing.iter().map(|&(_, votes)| votes).min();
    let lowest = continuing.iter().filter(|&&(_, votes)| Some(votes) == least);
    lowest.map(|&(candidate, _)| candidate).collect()
}

/// The candidates by votes, most first, and then in the order of the file.
pub(super) fn by_votes(mut candidates: Vec<(u16, u64)>) -> Vec<u16> {
    candidates.sort_by_key(|&(candidate, votes)| (std::cmp::Reverse(votes), candidate));
    candidates.into_iter().map(|(candidate, _)| candidate).collect()
}
