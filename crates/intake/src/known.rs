//! What an intake remembers of every ballot: enough to tell whether another one would count.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use psephos_audit::{Rules, Standing, row_digests};
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::{BallotLayout, BallotRow, Challenge};
use psephos_record::bodies::Policy;

use crate::answer::Refusal;

/// 128 bits that stand for a digest. Somebody who makes two ballots of one name has made both, and keeps only the
/// second of them out.
pub(crate) fn name_of(digest: &Digest) -> u128 {
    digest.first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

/// A credential in a box.
type Voter = (Encoding, u64);

/// What a voter has handed in.
struct Handed {
    standing: Standing,
    ballots: u32,
}

/// Whether a ballot is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Now,
    Before,
}

/// Every ballot on the board and in the journal, by what must not repeat.
#[derive(Default)]
pub(crate) struct Known {
    trackers: HashSet<u128>,
    rows: HashMap<u128, Voter>,
    voters: HashMap<Voter, Handed>,
    /// Trackers that each credential has challenged here.
    challenged: HashMap<Encoding, HashSet<Digest>>,
}

impl Known {
    /// Remembers a ballot that would count, or says why it would not.
    pub fn take(
        &mut self,
        rules: &Rules,
        layout: &BallotLayout,
        ballot: &BallotRow<'_>,
        most: u32,
    ) -> Result<Seen, Refusal> {
        let tracker = ballot.tracker();
        if self.trackers.contains(&name_of(&tracker)) {
            return Ok(Seen::Before);
        }
        let voter = (*ballot.credential, ballot.box_index);
        let rows: Vec<u128> = row_digests(ballot, layout).map(|digest| name_of(&digest)).collect();
        if rows.iter().any(|row| self.rows.get(row).is_some_and(|other| *other != voter)) {
            return Err(Refusal::Duplicate);
        }
        let standing = Standing { counter: ballot.counter, tracker };
        if let Some(before) = self.voters.get(&voter) {
            if !standing.counts_before(&before.standing, rules.policy()) {
                return Err(Refusal::Superseded { first: rules.policy() == Policy::First });
            }
            if before.ballots >= most {
                return Err(Refusal::TooMany);
            }
        }
        self.remember(voter, standing, rows, rules.policy());
        Ok(Seen::Now)
    }

    /// Remembers a challenge that is signed. Whoever reads the board can send those on it again: they are not posted
    /// twice.
    pub fn challenge(
        &mut self,
        rules: &Rules,
        challenge: &Challenge,
        most: u32,
    ) -> Result<Seen, Refusal> {
        let trackers = self.challenged.entry(challenge.credential).or_default();
        if rules.holds(challenge) || trackers.contains(&challenge.tracker) {
            return Ok(Seen::Before);
        }
        if trackers.len() as u64 >= u64::from(most) {
            return Err(Refusal::TooMany);
        }
        trackers.insert(challenge.tracker);
        Ok(Seen::Now)
    }

    /// Remembers a ballot that was taken before, whether it counts or not.
    pub fn recall(&mut self, rules: &Rules, layout: &BallotLayout, ballot: &BallotRow<'_>) {
        let tracker = ballot.tracker();
        if self.trackers.contains(&name_of(&tracker)) {
            return;
        }
        let rows = row_digests(ballot, layout).map(|digest| name_of(&digest)).collect();
        let standing = Standing { counter: ballot.counter, tracker };
        let voter = (*ballot.credential, ballot.box_index);
        self.remember(voter, standing, rows, rules.policy());
    }

    fn remember(&mut self, voter: Voter, standing: Standing, rows: Vec<u128>, policy: Policy) {
        self.trackers.insert(name_of(&standing.tracker));
        for row in rows {
            self.rows.entry(row).or_insert(voter);
        }
        match self.voters.entry(voter) {
            Entry::Occupied(mut handed) => {
                let handed = handed.get_mut();
                handed.ballots = handed.ballots.saturating_add(1);
                if standing.counts_before(&handed.standing, policy) {
                    handed.standing = standing;
                }
            }
            Entry::Vacant(place) => {
                place.insert(Handed { standing, ballots: 1 });
            }
        }
    }
}
