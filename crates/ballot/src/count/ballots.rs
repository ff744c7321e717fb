//! The votes of a contest as the methods read them (spec/10-counting.md §2): distinct votes with their numbers,
//! all write-ins as one candidate that follows the listed ones.

use super::numbered;
use crate::contest::Contest;
use crate::vote::{Choice, Vote};
use std::collections::BTreeMap;

/// Distinct valid votes, with how often each was cast.
pub(super) type Votes = BTreeMap<Vote, u64>;

/// Equal rankings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranked {
    /// Different candidates of the count, the first preference first.
    pub(super) ranks: Vec<u16>,
    /// How many ballots say this.
    pub(super) count: u64,
}

/// How many candidates a count knows: the listed ones, and one for all write-ins where there are slots.
pub(super) fn candidates(contest: &Contest) -> usize {
    contest.counted().into()
}

/// A vote's ranking as it is counted: of its write-ins the first stands for all, and the later ones are
/// stepped over.
pub(crate) fn ranking(contest: &Contest, vote: &Vote) -> Vec<u16> {
    let (listed, mut written) = (contest.listed(), false);
    let counts = |candidate: u16| {
        let again = candidate >= listed && std::mem::replace(&mut written, true);
        (!again).then_some(candidate.min(listed))
    };
    vote.candidates().iter().copied().filter_map(counts).collect()
}

/// The rankings with their numbers.
pub(super) fn rankings(contest: &Contest, votes: &Votes) -> Vec<Ranked> {
    let ranked = |(vote, &count): (&Vote, &u64)| Ranked { ranks: ranking(contest, vote), count };
    votes.iter().map(ranked).collect()
}

/// The marks that each candidate has; with `once`, all write-ins of a ballot are one mark.
pub(super) fn marks(contest: &Contest, votes: &Votes, once: bool) -> Vec<u64> {
    let (listed, mut sums) = (contest.listed(), vec![0; candidates(contest)]);
    for (vote, count) in votes {
        let mut marked: Vec<u16> = vote.candidates().iter().map(|&c| c.min(listed)).collect();
        if once {
            marked.dedup();
        }
        add(&mut sums, marked.into_iter(), *count);
    }
    sums
}

fn add(sums: &mut [u64], candidates: impl Iterator<Item = u16>, count: u64) {
    for candidate in candidates {
        if let Some(sum) = sums.get_mut(usize::from(candidate)) {
            *sum += count;
        }
    }
}

/// The sum of the scores that each candidate has.
pub(super) fn scores(contest: &Contest, votes: &Votes) -> Vec<u64> {
    let mut sums = vec![0; contest.candidates.len()];
    for (scores, count) in graded(votes) {
        for (candidate, &score) in numbered(scores) {
            add(&mut sums, std::iter::once(candidate), u64::from(score) * count);
        }
    }
    sums
}

/// The scores or grades of every vote, one for each candidate: a blank one gives everybody the worst.
pub(super) fn graded(votes: &Votes) -> impl Iterator<Item = (&[u16], u64)> {
    votes.iter().filter_map(|(vote, &count)| match &vote.choice {
        Choice::Scores(scores) => Some((scores.as_slice(), count)),
        _ => None,
    })
}

/// The rankings with equal ranks.
pub(super) fn tiers(votes: &Votes) -> impl Iterator<Item = (&[Vec<u16>], u64)> {
    votes.iter().filter_map(|(vote, &count)| match &vote.choice {
        Choice::Tiers(tiers) => Some((tiers.as_slice(), count)),
        _ => None,
    })
}
