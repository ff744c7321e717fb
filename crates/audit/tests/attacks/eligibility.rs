//! Lines 3, 25, 29 and 31 and their honest counterparts: rolls, challenges, receipts, boxes.

use std::sync::Arc;

use psephos_audit::{Audit, CheckId, Culprit, Options, Status, Verdict};
use psephos_ballot::Vote;
use psephos_core::Encoding;
use psephos_record::bodies::{Body, Description, Policy, Reason, Rejected, RollEntry, Waiver};
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, CastBallot, Election, Plan, credential_of};

use crate::{AUTHORITY, expect, expect_among};

fn votes() -> Vec<Vote> {
    vec![Vote::marks(vec![1]), Vote::ranking(vec![2])]
}

/// A roll, two boxes, the plan's ballots taken in.
fn rolled(policy: Policy) -> Election {
    Election::voted(Plan::new(2, 1, 4).with_two_boxes().with_roll(policy))
}

fn finish(election: &mut Election) {
    election.close();
    election.mix_all();
    election.share_all();
    election.publish();
    election.seal();
}

fn valid(election: &Election) -> Audit {
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    audit
}

fn warned(audit: &Audit, words: &[&str]) {
    let found = |text: &&String| words.iter().all(|word| text.contains(word));
    assert!(audit.report.warnings.iter().any(|text| found(&text)), "{:?}", audit.report.warnings);
}

/// VALID when the last ballot is rejected for this reason; when it is accepted, the authority answers.
fn judged(
    election: &Election,
    sequence: u64,
    row: u64,
    reason: Reason,
    check: CheckId,
    named: &[Culprit],
) {
    let bad = Rejected { sequence, row, reason: reason.code() };
    assert_eq!(election.rejected(), [bad]);
    let mut honest = election.clone();
    finish(&mut honest);
    warned(&valid(&honest), &[reason.name()]);
    let mut election = election.clone();
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    let mut culprits = vec![Culprit::Authority];
    culprits.extend(named.to_vec());
    let audit = expect_among(&election, check, &culprits, &culprits);
    let failure = audit.report.failures.iter().find(|failure| failure.check == check).unwrap();
    assert_eq!((failure.record, failure.row), (Some(sequence), Some(row)));
}

#[test]
fn a_roll_and_two_boxes_are_valid() {
    for policy in [Policy::Last, Policy::First] {
        let mut election = rolled(policy);
        finish(&mut election);
        let audit = valid(&election);
        let status = |id| audit.report.check(id).unwrap().status;
        assert_eq!(status(CheckId::SetupRoll), Status::Pass);
        assert_eq!(status(CheckId::IntakeIneligible), Status::Pass);
        assert_eq!(audit.report.check(CheckId::SetupRoll).unwrap().items, 4);
        assert_eq!(audit.turnout.unwrap().accepted, 4);
    }
}

#[test]
fn boxes_with_none_one_and_two_ballots() {
    for ballots in 0..6 {
        let plan = Plan::new(2, 1, ballots).with_two_boxes();
        valid(&Election::complete(plan.clone()));
        if ballots > 0 {
            valid(&Election::complete(plan.with_roll(Policy::Last)));
        }
    }
}

#[test]
fn credential_that_is_not_on_the_roll() {
    let mut election = rolled(Policy::Last);
    let stranger = Arc::new(SecretScalar::random(&mut election.rng));
    let ballot = election.cast_in(1, &votes(), &stranger, 0);
    let named = [Culprit::Credential(ballot.bytes[40..72].try_into().unwrap())];
    let sequence = election.take_in_box(1, &[ballot.bytes]);
    judged(&election, sequence, 0, Reason::Eligibility, CheckId::IntakeIneligible, &named);
}

#[test]
fn credential_of_another_box() {
    let mut election = rolled(Policy::Last);
    let voter = election.voters[0].clone();
    assert_eq!(voter.0, 0);
    let ballot = election.cast_in(1, &votes(), &voter.1, 9);
    let named = [Culprit::Credential(credential_of(&voter))];
    let sequence = election.take_in_box(1, &[ballot.bytes]);
    judged(&election, sequence, 0, Reason::Eligibility, CheckId::IntakeIneligible, &named);
}

#[test]
fn ballot_in_the_records_of_another_box() {
    let mut plan = Plan::new(2, 1, 4).with_two_boxes();
    plan.boxes[1].batches = plan.boxes[0].batches.clone();
    let mut election = Election::voted(plan.with_roll(Policy::Last));
    let voter = election.voters[0].clone();
    let ballot = election.cast_in(0, &votes(), &voter.1, 9);
    let named = [Culprit::Credential(credential_of(&voter))];
    let sequence = election.take_in_box(1, &[ballot.bytes]);
    judged(&election, sequence, 0, Reason::Context, CheckId::BallotContext, &named);
}

#[test]
fn rows_swapped_between_batches() {
    let mut election = rolled(Policy::Last);
    let voter = election.voters[0].clone();
    let mut ballot = election.cast_in(0, &votes(), &voter.1, 9).bytes;
    let row = |batch: usize| 80 + 64 * batch..144 + 64 * batch;
    let (first, second) = (ballot[row(0)].to_vec(), ballot[row(1)].to_vec());
    ballot[row(0)].copy_from_slice(&second);
    ballot[row(1)].copy_from_slice(&first);
    let named = [Culprit::Credential(credential_of(&voter))];
    let sequence = election.take_in_box(0, &[ballot]);
    judged(&election, sequence, 0, Reason::Proof, CheckId::BallotProof, &named);
}

#[test]
fn ineligible_before_a_bad_proof() {
    let mut election = rolled(Policy::Last);
    let stranger = Arc::new(SecretScalar::random(&mut election.rng));
    let mut ballot = election.cast_in(0, &votes(), &stranger, 0).bytes;
    let last = ballot.len() - 32;
    ballot[last] ^= 1;
    let sequence = election.take_in_box(0, &[ballot]);
    let bad = Rejected { sequence, row: 0, reason: Reason::Eligibility.code() };
    assert_eq!(election.rejected(), [bad]);
}

#[test]
fn first_and_last_wherever_the_ballots_stand() {
    for (policy, kept) in [(Policy::Last, 7), (Policy::First, 3)] {
        for counters in [[3, 7], [7, 3]] {
            let mut election = Election::opened(Plan::new(2, 1, 1).with_roll(policy));
            let voter = election.voters[0].clone();
            let cast = |election: &mut Election, counter| {
                election.cast_in(0, &votes(), &voter.1, counter).bytes
            };
            let ballots = counters.map(|counter| cast(&mut election, counter));
            let sequence = election.take_in(&ballots);
            let row = counters.iter().position(|counter| *counter != kept).unwrap() as u64;
            let bad = Rejected { sequence, row, reason: Reason::Counter.code() };
            assert_eq!(election.rejected(), [bad]);
            let mut honest = election.clone();
            finish(&mut honest);
            valid(&honest);
            // The other one counted.
            let other = Rejected { row: 1 - row, ..bad };
            let body = election.close_body(&[other]);
            election.post(Author::Authority, Body::Close(body));
            let culprits = [Culprit::Authority, Culprit::Credential(credential_of(&voter))];
            expect(&election, CheckId::IntakeRevote, &culprits);
        }
    }
}

/// Proposal with another roll than the plan's, up to the voting.
fn with_roll(rows: &[[u8; RollEntry::LENGTH]]) -> Election {
    let mut election = Election::new(Plan::new(2, 1, 3).with_roll(Policy::Last));
    let roll = Some(election.put(RollEntry::LENGTH as u64, rows.as_flattened()));
    let intake = election.public_key(Author::Intake);
    let description = Description { roll, ..election.plan.description(intake) };
    election.propose_description(description);
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.issue_manifest();
    election
}

#[test]
fn roll_that_is_none() {
    let good = Election::new(Plan::new(2, 1, 3).with_roll(Policy::Last)).roll_rows();
    let altered = |alter: &dyn Fn(&mut Vec<[u8; 40]>)| {
        let mut rows = good.clone();
        alter(&mut rows);
        rows
    };
    let cases: [(u64, Vec<[u8; 40]>); 5] = [
        (1, altered(&|rows| rows.insert(1, rows[0]))),
        (1, altered(&|rows| rows.swap(0, 1))),
        (2, altered(&|rows| rows[2][32] = 1)),
        (2, altered(&|rows| rows[2][..32].fill(0xff))),
        (0, altered(&|rows| rows[0][..32].fill(0))),
    ];
    for (row, rows) in cases {
        let audit = expect(&with_roll(&rows), CheckId::SetupRoll, &AUTHORITY);
        assert_eq!(audit.report.failures.len(), 1);
        assert_eq!(
            (audit.report.failures[0].record, audit.report.failures[0].row),
            (Some(0), Some(row))
        );
    }
    let report = with_roll(&good).audit().report;
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_text());
}

#[test]
fn amended_roll() {
    let mut election = Election::opened(Plan::new(2, 1, 3).with_roll(Policy::Last));
    let lost = election.voters[0].clone();
    let new = (0, Arc::new(SecretScalar::random(&mut election.rng)));
    let entry = election.entry(&new);
    election.amend_roll(&[credential_of(&lost)], &[entry]);
    election.take_in_plan();
    let ballot = election.cast_in(0, &votes(), &new.1, 1).bytes;
    election.take_in(&[ballot]);
    let reasons: Vec<u64> = election.rejected().iter().map(|bad| bad.reason).collect();
    assert_eq!(reasons, [Reason::Eligibility.code()]);
    finish(&mut election);
    let audit = valid(&election);
    warned(&audit, &["amended the roll", "removed 1, added 1", "code lost"]);
    assert_eq!(audit.turnout.unwrap().accepted, 3);
}

#[test]
fn amendments_that_do_not_fit() {
    let opened = Election::opened(Plan::new(2, 1, 3).with_roll(Policy::Last));
    let mut rng = opened.clone();
    let fresh = |rng: &mut Election, box_index| {
        let credential = Arc::new(SecretScalar::random(&mut rng.rng));
        rng.entry(&(box_index, credential))
    };
    let known: Vec<RollEntry> = opened.voters.iter().map(|voter| opened.entry(voter)).collect();
    let identity = RollEntry { box_index: 0, credential: [0; 32] };
    let none = RollEntry { box_index: 0, credential: [0xff; 32] };
    let (strange, elsewhere) = (fresh(&mut rng, 0), fresh(&mut rng, 1));
    let first = known[0].credential;
    let cases: [(&[Encoding], &[RollEntry]); 8] = [
        (&[strange.credential], &[]),
        (&[first, first], &[]),
        (&[], &[known[1]]),
        (&[], &[strange, strange]),
        (&[first], &[known[0]]),
        (&[], &[identity]),
        (&[], &[none]),
        (&[], &[elsewhere]),
    ];
    for (removed, added) in cases {
        let mut election = opened.clone();
        let sequence = election.amend_roll(removed, added);
        let audit = expect(&election, CheckId::SetupRoll, &AUTHORITY);
        assert_eq!(audit.report.failures[0].record, Some(sequence));
        assert_eq!(audit.report.failures.len(), 1);
    }
    // Removed once is removed for ever.
    let mut election = opened.clone();
    election.amend_roll(&[first], &[]);
    election.amend_roll(&[], &[known[0]]);
    expect(&election, CheckId::SetupRoll, &AUTHORITY);
    let mut open = Election::opened(Plan::new(2, 1, 1));
    open.amend_roll(&[first], &[]);
    expect(&open, CheckId::SetupRoll, &AUTHORITY);
    let mut late = rolled(Policy::Last);
    late.close();
    late.amend_roll(&[credential_of(&late.voters[0].clone())], &[]);
    expect(&late, CheckId::BoardPhase, &AUTHORITY);
}

#[test]
fn records_under_the_other_key_of_the_authority() {
    let mut election = Election::opened(Plan::new(2, 1, 1));
    let ballots = psephos_record::bodies::Ballots { box_index: 0, ballots: election.put(208, &[]) };
    election.post(Author::Authority, Body::Ballots(ballots));
    expect(&election, CheckId::BoardSignature, &AUTHORITY);
    let mut election = Election::voted(Plan::new(2, 1, 1));
    let body = election.close_body(&[]);
    election.post(Author::Intake, Body::Close(body));
    expect(&election, CheckId::BoardSignature, &AUTHORITY);
}

/// An election with one more ballot than the plan's, challenged; before or after it is taken in.
fn challenged(first: bool) -> (Election, CastBallot, u64) {
    let mut election = Election::voted(Plan::new(2, 1, 3));
    let ballot = election.cast(&votes());
    let row = election.challenge(&ballot);
    if first {
        election.post_challenges(&[row]);
    }
    let sequence = election.take_in(std::slice::from_ref(&ballot.bytes));
    if !first {
        election.post_challenges(&[row]);
    }
    (election, ballot, sequence)
}

#[test]
fn challenged_ballot_accepted() {
    for first in [true, false] {
        let (election, ballot, sequence) = challenged(first);
        let named = [Culprit::Credential(ballot.bytes[40..72].try_into().unwrap())];
        judged(&election, sequence, 0, Reason::Challenged, CheckId::BallotChallenged, &named);
    }
}

#[test]
fn challenge_of_somebody_else_has_no_effect() {
    let mut election = Election::voted(Plan::new(2, 1, 3));
    let (mine, other) = (election.cast(&votes()), election.cast(&votes()));
    election.take_in(&[mine.bytes.clone(), other.bytes.clone()]);
    // Signed by another credential, which it names; signed by another, which it does not name.
    let row =
        election.challenge(&CastBallot { credential: other.credential.clone(), ..mine.clone() });
    let mut forged = row;
    forged[32..64].copy_from_slice(&mine.bytes[40..72]);
    election.post_challenges(&[row, forged]);
    assert_eq!(election.rejected(), []);
    finish(&mut election);
    warned(&valid(&election), &["1 challenges are not signed"]);
}

#[test]
fn challenges_of_another_row_length() {
    let mut election = Election::opened(Plan::new(2, 1, 1));
    let challenged = election.put(64, &[0; 128]);
    let body = psephos_record::bodies::Challenged { challenged };
    election.post(Author::Intake, Body::Challenged(body));
    expect(&election, CheckId::ShapeLength, &AUTHORITY);
}

#[test]
fn withheld_ballot_with_a_receipt() {
    let mut election = Election::voted(Plan::new(2, 1, 3));
    let kept = election.cast(&votes()).bytes;
    let withheld = election.cast(&votes()).bytes;
    election.take_in(std::slice::from_ref(&kept));
    let receipts =
        |ballots: &[&Vec<u8>]| ballots.iter().map(|bytes| election.receipt(0, bytes)).collect();
    let both = Options { receipts: receipts(&[&kept, &withheld]), ..Options::default() };
    let good = Options { receipts: receipts(&[&kept]), ..Options::default() };
    let open = election.audit_with(&both).report;
    assert_eq!(open.verdict, Verdict::Incomplete);
    assert_eq!(open.check(CheckId::IntakeWithheld).unwrap().status, Status::NotRun);
    finish(&mut election);
    assert!(election.audit().report.check(CheckId::IntakeWithheld).is_none());
    let found = election.audit_with(&good).report;
    assert_eq!(found.verdict, Verdict::Valid, "{}", found.to_text());
    assert_eq!(found.check(CheckId::IntakeWithheld).unwrap().status, Status::Pass);
    let report = election.audit_with(&both).report;
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].check, CheckId::IntakeWithheld);
    assert_eq!(report.failures[0].culprits, AUTHORITY);
    // A receipt that the intake has not signed proves nothing, and is not passed over.
    let mut forged = election.receipt(0, &withheld);
    forged.signature.0[0] ^= 1;
    let options = Options { receipts: vec![forged], ..Options::default() };
    assert_eq!(election.audit_with(&options).report.verdict, Verdict::Incomplete);
}

/// Two boxes of one form, the second with few ballots; `merge`: into the first.
fn small(minimum: u64, merge: Option<u64>, ballots: u64) -> Election {
    let mut plan = Plan::new(2, 1, ballots).with_two_boxes();
    plan.boxes[1].batches = plan.boxes[0].batches.clone();
    plan.boxes[1].merge = merge;
    plan.minimum = minimum;
    Election::voted(plan)
}

#[test]
fn small_boxes() {
    // Five ballots: three in town, two in the north.
    let mut few = small(3, None, 5);
    few.close();
    let audit = expect(&few, CheckId::IntakeMinimum, &AUTHORITY);
    assert_eq!(audit.report.failures.len(), 1);

    let mut waived = small(3, None, 5);
    let waiver = Waiver { box_index: 1, reason: "nobody objected".into() };
    waived.post(Author::Authority, Body::Waiver(waiver));
    finish(&mut waived);
    warned(&valid(&waived), &["\"north\"", "nobody objected"]);

    let mut merged = small(3, Some(0), 5);
    finish(&mut merged);
    warned(&valid(&merged), &["\"north\"", "merged into box \"town\""]);
    let rows: Vec<u64> = merged.view().batches.iter().map(|batch| batch.first.rows).collect();
    assert_eq!(rows, [5, 5, 0, 0]);

    // Enough, and none at all: nothing to merge or to waive.
    for (minimum, ballots) in [(2, 5), (1, 1)] {
        let mut enough = small(minimum, Some(0), ballots);
        finish(&mut enough);
        valid(&enough);
    }
    // Merged, and still too few.
    let mut still = small(9, Some(0), 5);
    still.close();
    expect(&still, CheckId::IntakeMinimum, &AUTHORITY);
}

#[test]
fn small_box_not_merged() {
    let mut election = small(3, Some(0), 5);
    let mut lists: Vec<Vec<Vec<u8>>> = Vec::new();
    for taken in &election.view().ballots {
        let layout = election.layout_of(taken.box_index);
        let bytes = election.read(&taken.ballots);
        for batch in 0..2 {
            let ballots = bytes.chunks(layout.row_length()).filter_map(|bytes| layout.read(bytes));
            let rows = ballots.filter_map(|ballot| layout.batch(ballot.rows, batch));
            let mut rows: Vec<Vec<u8>> = rows.map(<[u8]>::to_vec).collect();
            rows.sort();
            lists.push(rows);
        }
    }
    let body = election.close_lists(&lists, &[], 5);
    election.post(Author::Authority, Body::Close(body));
    expect(&election, CheckId::IntakeMissing, &AUTHORITY);
    expect(&election, CheckId::IntakeAdded, &AUTHORITY);
}
