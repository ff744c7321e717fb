//! Party lists by highest quotients: D'Hondt and Sainte-Laguë (spec/10-counting.md §10).

use super::numbered;
use crate::result::Tie;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The divisor of a list that has some seats already.
pub(super) type Divisor = fn(u64) -> u64;

/// D'Hondt: 1, 2, 3, …
pub(super) fn dhondt(seats: u64) -> u64 {
    seats + 1
}

/// Sainte-Laguë: 1, 3, 5, …
pub(super) fn sainte_lague(seats: u64) -> u64 {
    2 * seats + 1
}

/// Who got the seats.
pub(super) struct Award {
    /// Seats of each list.
    pub(super) seats: Vec<u64>,
    /// The list of each seat, in order of award.
    pub(super) elected: Vec<u16>,
    /// The tie for the last seat, if there is one.
    pub(super) ties: Vec<Tie>,
}

/// A list's claim to the next seat: its votes over its divisor.
#[derive(Clone, Copy)]
struct Claim {
    votes: u64,
    divisor: u64,
    list: u16,
}

impl Claim {
    /// Compares votes/divisor exactly, by cross multiplication.
    fn quotient(&self, other: &Claim) -> Ordering {
        let (left, right) = (u128::from(self.votes), u128::from(other.votes));
        (left * u128::from(other.divisor)).cmp(&(right * u128::from(self.divisor)))
    }
}

/// The higher claim is the greater one; of equal ones that of the list earlier in the file.
impl Ord for Claim {
    fn cmp(&self, other: &Claim) -> Ordering {
        self.quotient(other).then(Reverse(self.list).cmp(&Reverse(other.list)))
    }
}

impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Claim) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Claim {
    fn eq(&self, other: &Claim) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Claim {}

/// Awards the seats one by one to the highest claim; a list without votes has none.
pub(super) fn award(seats: u16, votes: &[u64], divisor: Divisor) -> Award {
    let claim = |(list, &votes)| Claim { votes, divisor: divisor(0), list };
    let mut claims: BinaryHeap<Claim> =
        numbered(votes).map(claim).filter(|claim| claim.votes > 0).collect();
    let mut award = Award { seats: vec![0; votes.len()], elected: Vec::new(), ties: Vec::new() };
    let mut awarded = Vec::new();
    while award.elected.len() < usize::from(seats) {
        let Some(highest) = claims.pop() else { break };
        let Some(held) = award.seats.get_mut(usize::from(highest.list)) else { break };
        *held += 1;
        claims.push(Claim { divisor: divisor(*held), ..highest });
        award.elected.push(highest.list);
        awarded.push(highest);
    }
    award.ties.extend(tie(&awarded, &claims));
    award
}

/// The lists whose next claim equals the one that got the last seat, with those that got a seat by that claim.
fn tie(awarded: &[Claim], claims: &BinaryHeap<Claim>) -> Option<Tie> {
    let last = awarded.last()?;
    let equal = |claim: &&Claim| claim.quotient(last).is_eq();
    let mut lost: Vec<u16> = claims.iter().filter(equal).map(|claim| claim.list).collect();
    if lost.is_empty() {
        return None;
    }
    lost.sort_unstable();
    let won = awarded.iter().filter(equal).map(|claim| claim.list);
    let mut tied: Vec<u16> = won.chain(lost.iter().copied()).collect();
    tied.sort_unstable();
    Some(Tie::by_file(0, tied, lost))
}
