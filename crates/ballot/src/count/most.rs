//! The candidates that stand first (spec/10-counting.md §3).

use super::numbered;
use crate::result::Tie;
use std::cmp::Reverse;

/// Who fills the seats when one order decides.
pub(super) struct Most {
    pub(super) elected: Vec<u16>,
    /// The tie for the last seat, if there is one.
    pub(super) ties: Vec<Tie>,
}

/// The candidates with the `seats` highest numbers; equal ones in the order of the file.
/// Only those `named` by some ballot can be elected.
pub(super) fn most(seats: u16, numbers: &[u64], named: &[bool]) -> Most {
    let mut order: Vec<(Reverse<u64>, u16)> =
        numbered(numbers).map(|(candidate, &number)| (Reverse(number), candidate)).collect();
    order.sort_unstable();
    let tiers = order.chunk_by(|left, right| left.0 == right.0);
    let tiers: Vec<Vec<u16>> =
        tiers.map(|tier| tier.iter().map(|&(_, candidate)| candidate).collect()).collect();
    first(seats, &tiers, named)
}

/// The first `seats` candidates of a ranking; among those who share a place the order of the file decides.
/// Only those `named` by some ballot can be elected.
pub(super) fn first(seats: u16, ranking: &[Vec<u16>], named: &[bool]) -> Most {
    let mut most = Most { elected: Vec::new(), ties: Vec::new() };
    let is_named = |candidate: &u16| named.get(usize::from(*candidate)) == Some(&true);
    for tier in ranking {
        let tier: Vec<u16> = tier.iter().copied().filter(is_named).collect();
        let open = usize::from(seats) - most.elected.len();
        let (winners, lost) = tier.split_at_checked(open).unwrap_or((&tier, &[]));
        most.elected.extend(winners);
        if !winners.is_empty() && !lost.is_empty() {
            most.ties.push(Tie::by_file(0, tier.clone(), lost.to_vec()));
        }
    }
    most
}
