//! Condorcet pairs resolved by Schulze's strongest paths, by winning votes (spec/10-counting.md §8).

use psephos_core::pairs::pairs;
use std::cmp::Reverse;

/// Pairwise numbers and the ranking that follows.
pub(super) struct Schulze {
    /// For each candidate, by how many ballots it is ranked before each other; 0 for itself.
    pub(super) pairs: Vec<Vec<u64>>,
    /// Candidates whom nobody left beats, then those whom nobody else beats, and so on.
    pub(super) ranking: Vec<Vec<u16>>,
    /// Whether any ballot ranks the candidate.
    pub(super) ranked: Vec<bool>,
}

/// A link: its winning votes, and of equal ones the one with fewer votes against is stronger;
/// none where it wins nothing.
type Strength = Option<(u64, Reverse<u64>)>;

pub(super) fn count<'a>(
    candidates: usize,
    ballots: impl Iterator<Item = (&'a [Vec<u16>], u64)>,
) -> Schulze {
    let compared = compare(candidates, ballots);
    let ranking = rank(&paths(&compared.before));
    let ranked = compared.ranked.iter().map(|&number| number > 0).collect();
    Schulze { pairs: compared.before, ranking, ranked }
}

/// What the ballots say of each candidate, and of each two.
struct Compared {
    /// How many ballots rank the one before the other.
    before: Vec<Vec<u64>>,
    /// How many ballots rank both, and one with itself.
    both: Vec<Vec<u64>>,
    /// How many ballots rank the candidate.
    ranked: Vec<u64>,
}

/// Ranked candidates stand before all those not ranked; those of one rank do not stand before each other.
fn compare<'a>(
    candidates: usize,
    ballots: impl Iterator<Item = (&'a [Vec<u16>], u64)>,
) -> Compared {
    let zeros = || vec![vec![0_u64; candidates]; candidates];
    let mut compared = Compared { before: zeros(), both: zeros(), ranked: vec![0; candidates] };
    for (tiers, count) in ballots {
        compared.add(&named(tiers), count);
    }
    add_unranked(&mut compared.before, &compared.both, &compared.ranked);
    compared
}

impl Compared {
    /// Adds ballots that name these, each with its rank.
    fn add(&mut self, named: &[(usize, usize)], count: u64) {
        for &(rank, candidate) in named {
            let rows = (self.before.get_mut(candidate), self.both.get_mut(candidate));
            let (Some(before), Some(both)) = rows else { continue };
            for &(other_rank, other) in named {
                if let (Some(before), Some(both)) = (before.get_mut(other), both.get_mut(other)) {
                    *before += if rank < other_rank { count } else { 0 };
                    *both += count;
                }
            }
            if let Some(ranked) = self.ranked.get_mut(candidate) {
                *ranked += count;
            }
        }
    }
}

/// Each candidate with its rank.
fn named(tiers: &[Vec<u16>]) -> Vec<(usize, usize)> {
    let ranks = tiers.iter().enumerate();
    ranks.flat_map(|(rank, tier)| tier.iter().map(move |&c| (rank, usize::from(c)))).collect()
}

/// Adds the ballots that rank one and not the other.
fn add_unranked(before: &mut [Vec<u64>], both: &[Vec<u64>], ranked: &[u64]) {
    for ((row, both), ranked) in pairs(pairs(before, both), ranked) {
        for (number, both) in pairs(row, both) {
            *number += ranked - both;
        }
    }
}

/// The strength of the strongest path between any two: of a path, that of its weakest link.
fn paths(before: &[Vec<u64>]) -> Vec<Vec<Strength>> {
    let number =
        |a: usize, b: usize| before.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0);
    let link = |a: usize, b: usize| {
        let (wins, losses) = (number(a, b), number(b, a));
        (wins > losses).then_some((wins, Reverse(losses)))
    };
    let n = before.len();
    let mut paths: Vec<Vec<Strength>> =
        (0..n).map(|a| (0..n).map(|b| link(a, b)).collect()).collect();
    for middle in 0..n {
        let Some(onward) = paths.get(middle).cloned() else { break };
        for row in &mut paths {
            let Some(first) = row.get(middle).copied().flatten() else { continue };
            for (path, second) in pairs(row, &onward) {
                *path = (*path).max(second.map(|second| second.min(first)));
            }
        }
    }
    paths
}

/// A beats B when its strongest path to B is stronger than the one back. That is transitive, so somebody is
/// always unbeaten.
fn rank(paths: &[Vec<Strength>]) -> Vec<Vec<u16>> {
    let path = |a: u16, b: u16| paths.get(usize::from(a))?.get(usize::from(b)).copied().flatten();
    let mut left: Vec<u16> = super::numbered(paths).map(|(candidate, _)| candidate).collect();
    let mut ranking = Vec::new();
    while !left.is_empty() {
        let beaten = |&b: &u16| left.iter().any(|&a| path(a, b) > path(b, a));
        let (rest, unbeaten): (Vec<u16>, Vec<u16>) = left.iter().partition(|b| beaten(b));
        if unbeaten.is_empty() {
            break;
        }
        ranking.push(unbeaten);
        left = rest;
    }
    ranking
}
