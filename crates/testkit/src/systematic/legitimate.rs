//! The short list of alterations that a VALID board survives (spec/09-audit.md §9.14), each decided by what was
//! altered, not by the answer.

use std::collections::BTreeSet;

use psephos_audit::Culprit;
use psephos_core::Encoding;
use psephos_core::pairs::pairs;
use psephos_record::bodies::{Body, Exclusion, Rejected};
use psephos_record::kind::Kind;
use psephos_record::message::Message;

use super::case::{Case, Part, RecordFault};
use super::subject::Subject;

/// Why an altered board may be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Legitimate {
    /// Only what an author claims about itself differs: time, count of messages, last record it knew.
    Claim,
    /// Only an explanation for people differs.
    Words,
    /// Only what one recipient of a deal can open differs, and that recipient confirms.
    SealedShare,
    /// A record that an exclusion names, or of an attempt at the key ceremony that has failed, with its rows.
    WithoutEffect,
    /// Bytes of a ballot that is rejected for the same reason.
    RejectedBallot,
    /// Records of different authors that did not know each other's, or the ballots of one record, in another
    /// order.
    Order,
    /// Other shares than the honest ones are named by the result: any threshold of valid ones will do.
    Quorum,
    /// One record more, or one less, that says what stands already or what nothing needs.
    Surplus,
    /// Another roll, in proposal and manifest alike, of an election that has not begun.
    AnotherRoll,
    /// Rows that no record names.
    Unnamed,
}

impl Legitimate {
    /// What it is counted as.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Legitimate::Claim => "an author's claim",
            Legitimate::Words => "words for people",
            Legitimate::SealedShare => "what only a recipient can open",
            Legitimate::WithoutEffect => "a record without effect",
            Legitimate::RejectedBallot => "a rejected ballot",
            Legitimate::Order => "order of independent records",
            Legitimate::Quorum => "other valid shares named",
            Legitimate::Surplus => "a surplus record",
            Legitimate::AnotherRoll => "another roll before it is used",
            Legitimate::Unnamed => "rows that no record names",
        }
    }
}

/// Why this alteration may be accepted, if it may.
pub(super) fn legitimate(subject: &Subject, case: Case) -> Option<Legitimate> {
    if let Part::Blob(place, _) | Part::Missing(place) = case.part
        && subject.blobs[place as usize].named_by.is_none()
    {
        return Some(Legitimate::Unnamed);
    }
    let is_idle = |sequence| without_effect(subject).contains(&sequence);
    if is_idle(subject.sequence(case.part)) {
        return Some(Legitimate::WithoutEffect);
    }
    match case.part {
        Part::Message(..) | Part::Body(..) => of_message(subject, case.part),
        Part::Blob(..) => of_rows(subject, case.part),
        Part::Record(sequence, RecordFault::Swapped) => {
            is_order_free(subject, sequence).then_some(Legitimate::Order)
        }
        Part::Record(sequence, fault) => {
            is_surplus(subject, sequence, fault).then_some(Legitimate::Surplus)
        }
        Part::File(..) | Part::Missing(_) => None,
    }
}

/// Records that exclusions for cause name, and those of attempts that were given up.
fn without_effect(subject: &Subject) -> BTreeSet<u32> {
    let manifests: Vec<u32> = subject
        .records
        .iter()
        .enumerate()
        .filter(|(_, layers)| layers.kind == Kind::Manifest)
        .map(|(sequence, _)| sequence as u32)
        .collect();
    let given_up = match (manifests.first(), manifests.last()) {
        (Some(first), Some(last)) => first + 1..*last,
        _ => 0..0,
    };
    let excluded = subject.records.iter().filter_map(|layers| match layers.decoded.body() {
        Ok(Body::Exclusion(Exclusion::Cause { sequence, .. })) => Some(sequence as u32),
        _ => None,
    });
    given_up.chain(excluded).collect()
}

fn of_message(subject: &Subject, part: Part) -> Option<Legitimate> {
    let original = &subject.records[subject.sequence(part) as usize].decoded;
    let altered = Message::decode(&subject.message(part)?).ok()?;
    let claimed = Message {
        time: original.time,
        counter: original.counter,
        head: original.head,
        ..altered.clone()
    };
    if claimed == *original {
        return Some(Legitimate::Claim);
    }
    if (Message { body: original.body.clone(), ..altered.clone() }) != *original {
        return None;
    }
    match (original.body().ok()?, altered.body().ok()?) {
        (Body::RollAmend(one), Body::RollAmend(other)) => {
            (one.added == other.added && one.removed == other.removed).then_some(Legitimate::Words)
        }
        (Body::Waiver(one), Body::Waiver(other)) => {
            (one.box_index == other.box_index).then_some(Legitimate::Words)
        }
        (Body::Deal(one), Body::Deal(mut other)) if one.shares.len() == other.shares.len() => {
            for (share, original) in pairs(&mut other.shares, &one.shares) {
                share.ciphertext = original.ciphertext;
            }
            (one == other).then_some(Legitimate::SealedShare)
        }
        (Body::Result(one), Body::Result(mut other))
            if one.batches.len() == other.batches.len() =>
        {
            for (batch, original) in pairs(&mut other.batches, &one.batches) {
                batch.trustees.clone_from(&original.trustees);
            }
            (one == other).then_some(Legitimate::Quorum)
        }
        _ => None,
    }
}

fn of_rows(subject: &Subject, part: Part) -> Option<Legitimate> {
    let Part::Blob(place, change) = part else { return None };
    let rows = &subject.blobs[place as usize];
    let named = rows.named_by?;
    match named.kind {
        Kind::Proposal => Some(Legitimate::AnotherRoll),
        // A challenge says no more when it stands twice.
        Kind::Challenged => {
            let altered = rows.altered(change);
            let set = |bytes: &[u8]| -> BTreeSet<Vec<u8>> {
                bytes.chunks(named.row_length).map(<[u8]>::to_vec).collect()
            };
            (set(&rows.bytes) == set(&altered)).then_some(Legitimate::Surplus)
        }
        Kind::Ballots => {
            let altered = rows.altered(change);
            let ballots = |bytes: &[u8]| -> Vec<Vec<u8>> {
                bytes.chunks(named.row_length).map(<[u8]>::to_vec).collect()
            };
            let (before, after) = (ballots(&rows.bytes), ballots(&altered));
            let rejected = rejected(subject);
            let is_rejected =
                |row: usize| rejected.contains(&(u64::from(named.sequence), row as u64));
            let differ = |(row, (before, after)): (usize, (&Vec<u8>, &Vec<u8>))| {
                before == after || is_rejected(row)
            };
            let sorted = |ballots: &[Vec<u8>]| {
                let mut ballots = ballots.to_vec();
                ballots.sort();
                ballots
            };
            let has_rejected =
                rejected.iter().any(|(sequence, _)| *sequence == u64::from(named.sequence));
            if !has_rejected && sorted(&before) == sorted(&after) {
                return Some(Legitimate::Order);
            }
            (altered.len() == rows.bytes.len() && pairs(&before, &after).enumerate().all(differ))
                .then_some(Legitimate::RejectedBallot)
        }
        _ => None,
    }
}

/// Record and row of every rejected ballot.
fn rejected(subject: &Subject) -> BTreeSet<(u64, u64)> {
    let close = subject.records.iter().find_map(|layers| match layers.decoded.body() {
        Ok(Body::Close(close)) => Some(close.rejected.root),
        _ => None,
    });
    let rows = subject.blobs.iter().find(|rows| Some(rows.root) == close);
    let rows = rows.map_or(&[][..], |rows| rows.bytes.as_chunks::<{ Rejected::LENGTH }>().0);
    rows.iter().map(Rejected::from_bytes).map(|row| (row.sequence, row.row)).collect()
}

/// What trustees do at the same time, each for itself, and what the authority takes in from several sides.
fn is_order_free(subject: &Subject, sequence: u32) -> bool {
    let pair = [sequence, sequence + 1].map(|place| &subject.records[place as usize]);
    let both = |kinds: &[Kind]| pair.iter().all(|layers| kinds.contains(&layers.kind));
    let either = |kind| pair.iter().any(|layers| layers.kind == kind);
    let [one, other] = pair;
    if both(&[Kind::RollAmend, Kind::Ballots, Kind::Challenged, Kind::Waiver])
        || both(&[Kind::RollAmend, Kind::Open])
        || either(Kind::Exclusion)
    {
        return true;
    }
    if one.decoded.author == other.decoded.author {
        return false;
    }
    let at_once =
        [Kind::Enrol, Kind::Accept, Kind::DealCommitment, Kind::Deal, Kind::Confirm, Kind::Share];
    (one.kind == other.kind && at_once.contains(&one.kind))
        || either(Kind::SignOff)
        || (either(Kind::Result) && either(Kind::Share))
}

/// What says once more what stands already, and what nothing needs.
fn is_surplus(subject: &Subject, sequence: u32, fault: RecordFault) -> bool {
    let record = &subject.records[sequence as usize];
    let is_empty =
        matches!(record.decoded.body(), Ok(Body::Ballots(body)) if body.ballots.rows == 0);
    match (fault, record.kind) {
        (RecordFault::Repeated | RecordFault::Removed, Kind::Ballots) => is_empty,
        (RecordFault::Repeated, Kind::Waiver | Kind::Challenged | Kind::Exclusion) => true,
        (RecordFault::Repeated | RecordFault::Removed, Kind::SignOff) => true,
        (RecordFault::Removed, Kind::Share) => !is_counted(subject, record.decoded.author),
        _ => false,
    }
}

/// Whether the result names the shares of the trustee with this key.
fn is_counted(subject: &Subject, author: Encoding) -> bool {
    let names = subject.names_of(author);
    subject.records.iter().any(|layers| match layers.decoded.body() {
        Ok(Body::Result(result)) => result.batches.iter().any(|batch| {
            batch.trustees.iter().any(|trustee| names.contains(&Culprit::Trustee(*trustee)))
        }),
        _ => false,
    })
}
