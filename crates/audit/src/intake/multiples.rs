//! What ballots are judged by together: duplicates, and which of a credential's ballots counts.
//!
//! Ballots are first reduced to 64 bits of each name that must not repeat, sorted and compared;
//! only those whose 64 bits repeat are then looked at in full, in the order of the board. A chance
//! or a made repetition of the 64 bits costs time, and never changes the answer.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use psephos_core::hash::hash;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::{BallotLayout, BallotRow};
use psephos_record::bodies::{Policy, Reason};

use super::derive::{ACCEPTED, Intake, IntakeError, Place, RowDigest, code_at};
use super::polling::Polling;

/// The names of which the first 64 bits stand more than once among ballots valid so far.
pub(super) struct Suspects {
    credentials: BTreeSet<u64>,
    rows: BTreeSet<u64>,
}

impl Suspects {
    pub(super) fn find(polling: &Polling<'_>, intake: &Intake) -> Result<Self, IntakeError> {
        let credentials =
            repeated(polling, intake, &|ballot, _| tag(ballot.credential).into_iter().collect())?;
        let rows = repeated(polling, intake, &|ballot, layout| {
            batch_rows(ballot, layout).filter_map(tag).collect()
        })?;
        Ok(Self { credentials, rows })
    }

    fn is_empty(&self) -> bool {
        self.credentials.is_empty() && self.rows.is_empty()
    }

    fn concern(&self, ballot: &BallotRow<'_>, layout: &BallotLayout) -> bool {
        tag(ballot.credential).is_some_and(|tag| self.credentials.contains(&tag))
            || batch_rows(ballot, layout).filter_map(tag).any(|tag| self.rows.contains(&tag))
    }
}

/// The first 64 bits.
fn tag(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|first| u64::from_le_bytes(*first))
}

type TagOf<'a> = &'a dyn Fn(&BallotRow<'_>, &BallotLayout) -> Vec<u64>;

/// The tags that stand more than once; 8 bytes a tag.
fn repeated(
    polling: &Polling<'_>,
    intake: &Intake,
    tag_of: TagOf<'_>,
) -> Result<BTreeSet<u64>, IntakeError> {
    let mut tags = Vec::new();
    each_valid(polling, intake, &mut |_, ballot, layout| {
        tags.extend(tag_of(ballot, layout));
    })?;
    tags.sort_unstable();
    let same = tags.chunk_by(|left, right| left == right).filter(|same| same.len() > 1);
    Ok(same.filter_map(<[u64]>::first).copied().collect())
}

/// Calls `visit` on every ballot valid so far, in the order of the board.
fn each_valid(
    polling: &Polling<'_>,
    intake: &Intake,
    visit: &mut dyn FnMut(Place, &BallotRow<'_>, &BallotLayout),
) -> Result<(), IntakeError> {
    for (index, source) in polling.sources.iter().enumerate() {
        let layout = polling.layout_of(source)?;
        let codes = intake.codes(index);
        if !codes.contains(&ACCEPTED) {
            continue;
        }
        source.each(&mut |row, bytes| {
            if code_at(codes, row) == ACCEPTED
                && let Some(ballot) = layout.read(bytes)
            {
                visit((index, row), &ballot, layout);
            }
        })?;
    }
    Ok(())
}

/// What decides which ballot of a credential counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The voter's own counter.
    pub counter: u64,
    /// The ballot's tracker.
    pub tracker: Digest,
}

/// The ballot of a credential that counts so far.
struct Counting {
    standing: Standing,
    place: Place,
}

/// Rejects duplicates and all but one ballot of each credential and box.
pub(super) fn reject(
    polling: &Polling<'_>,
    suspects: &Suspects,
    intake: &mut Intake,
) -> Result<(), IntakeError> {
    if suspects.is_empty() {
        return Ok(());
    }
    let policy = polling.rules.policy;
    let mut rows: BTreeMap<RowDigest, (Encoding, u64)> = BTreeMap::new();
    let mut trackers: BTreeSet<Digest> = BTreeSet::new();
    let mut counting: BTreeMap<(Encoding, u64), Counting> = BTreeMap::new();
    let mut rejected: Vec<(Place, Reason)> = Vec::new();
    each_valid(polling, intake, &mut |place, ballot, layout| {
        if !suspects.concern(ballot, layout) {
            return;
        }
        let tracker = ballot.tracker();
        let digests: Vec<RowDigest> = row_digests(ballot, layout).collect();
        // Boxes may be merged: a credential's row stands in one of them only.
        let holder = (*ballot.credential, ballot.box_index);
        let taken = |digest| rows.get(digest).is_some_and(|other| *other != holder);
        if !trackers.insert(tracker) || digests.iter().any(taken) {
            rejected.push((place, Reason::Duplicate));
            return;
        }
        for digest in digests {
            rows.entry(digest).or_insert(holder);
        }
        let now = Counting { standing: Standing { counter: ballot.counter, tracker }, place };
        let key = (*ballot.credential, ballot.box_index);
        match counting.remove(&key) {
            Some(before) if now.standing.counts_before(&before.standing, policy) => {
                rejected.push((before.place, Reason::Counter));
                counting.insert(key, now);
            }
            Some(before) => {
                rejected.push((now.place, Reason::Counter));
                counting.insert(key, before);
            }
            None => {
                counting.insert(key, now);
            }
        }
    })?;
    for ((source, row), reason) in rejected {
        intake.set(source, row, reason);
    }
    Ok(())
}

impl Standing {
    /// The counter that the policy names, wherever the ballot stands; of equal ones the lower tracker.
    #[must_use]
    pub fn counts_before(&self, other: &Self, policy: Policy) -> bool {
        let order = match policy {
            Policy::First => other.counter.cmp(&self.counter),
            Policy::Last | Policy::Open => self.counter.cmp(&other.counter),
        };
        order.then_with(|| other.tracker.cmp(&self.tracker)) == Ordering::Greater
    }
}

/// A name in the whole election for the row of each batch of a ballot: under two credentials, or in two boxes,
/// the second ballot is a duplicate.
pub fn row_digests<'a>(
    ballot: &BallotRow<'a>,
    layout: &'a BallotLayout,
) -> impl Iterator<Item = Digest> {
    batch_rows(ballot, layout).map(|row| hash("psephos/v1/ballot-row", &[row]))
}

/// The row of each batch of a ballot.
pub(super) fn batch_rows<'a>(
    ballot: &BallotRow<'a>,
    layout: &'a BallotLayout,
) -> impl Iterator<Item = &'a [u8]> {
    let rows = ballot.rows;
    (0..layout.widths().len()).filter_map(move |batch| layout.batch(rows, batch))
}
