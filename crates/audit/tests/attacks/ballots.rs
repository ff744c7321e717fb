//! Lines 21 to 24, 27, 28 and 30: bad ballots are VALID when rejected, and the authority answers for
//! those it accepts.

use std::sync::Arc;

use psephos_audit::{CheckId, Culprit, Verdict};
use psephos_ballot::Vote;
use psephos_core::group;
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_record::bodies::{Body, Reason, Rejected};
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, CastBallot, Election};

use crate::{AUTHORITY, expect, voted};

fn votes() -> Vec<Vote> {
    vec![Vote::marks(vec![1]), Vote::ranking(vec![2])]
}

fn credential_of(ballot: &[u8]) -> Culprit {
    Culprit::Credential(ballot[40..72].try_into().unwrap())
}

/// The plan's ballots and then these: once rejected for this reason, and once accepted.
fn rejected_and_accepted(election: &Election, ballots: &[Vec<u8>], reason: Reason, check: CheckId) {
    let mut election = election.clone();
    let sequence = election.take_in(ballots);
    let rejected = election.rejected();
    let bad = Rejected { sequence, row: ballots.len() as u64 - 1, reason: reason.code() };
    assert_eq!(rejected, [bad]);

    let mut honest = election.clone();
    finish(&mut honest);
    let audit = honest.audit();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    assert!(audit.report.warnings.iter().any(|warning| warning.contains(reason.name())));

    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    let last = ballots.last().unwrap();
    let culprits = if reason == Reason::Shape {
        AUTHORITY.to_vec()
    } else {
        vec![Culprit::Authority, credential_of(last)]
    };
    let audit = expect_with_credentials(&election, check, &culprits, ballots);
    let failure = audit.report.failures.iter().find(|failure| failure.check == check).unwrap();
    assert_eq!((failure.record, failure.row), (Some(sequence), Some(bad.row)));
}

fn expect_with_credentials(
    election: &Election,
    check: CheckId,
    culprits: &[Culprit],
    ballots: &[Vec<u8>],
) -> psephos_audit::Audit {
    let mut all: Vec<Culprit> =
        ballots.iter().filter(|b| b.len() > 72).map(|b| credential_of(b)).collect();
    all.push(Culprit::Authority);
    if check == CheckId::BallotDuplicate {
        let both = [&[Culprit::Authority][..], &all[..2]].concat();
        return crate::expect_among(
            election,
            check,
            &[both[0].clone(), both[2].clone(), both[1].clone()],
            &all,
        );
    }
    crate::expect_among(election, check, culprits, &all)
}

fn finish(election: &mut Election) {
    election.close();
    election.mix_all();
    election.share_all();
    election.publish();
    election.seal();
}

/// A proof by the owner of the ballot's randomness, under any credential, of any content.
fn reprove(
    election: &mut Election,
    ballot: &CastBallot,
    credential: &SecretScalar,
    alter: impl Fn(&mut psephos_proofs::ElectionContext, &mut BallotContent<'_>),
) -> Vec<u8> {
    let mut context = election.context();
    let original = context;
    let mut content =
        BallotContent { election: &original, box_index: 0, counter: 0, elements: &ballot.elements };
    alter(&mut context, &mut content);
    let content = BallotContent { election: &context, ..content };
    let layout = election.ballot_layout();
    prove_ballot(&layout, &content, credential, &ballot.randomness, &mut election.rng).unwrap()
}

#[test]
fn re_randomised_copy() {
    let mut election = voted();
    let mut bytes = election.cast(&votes()).bytes;
    let key = group::decode(&election.context().public_key).unwrap();
    // A + G and B + Y: the same vote in other bytes.
    let a = group::decode(&bytes[80..112].try_into().unwrap()).unwrap() + group::base();
    let b = group::decode(&bytes[112..144].try_into().unwrap()).unwrap() + key;
    bytes[80..112].copy_from_slice(&group::encode(&a));
    bytes[112..144].copy_from_slice(&group::encode(&b));
    rejected_and_accepted(&election, &[bytes], Reason::Proof, CheckId::BallotProof);
}

#[test]
fn borrowed_proof_and_other_credential() {
    let mut election = voted();
    let (first, second) = (election.cast(&votes()).bytes, election.cast(&votes()).bytes);
    let mut borrowed = second.clone();
    let proof = first.len() - 64;
    borrowed[proof..].copy_from_slice(&first[proof..]);
    rejected_and_accepted(&election, &[borrowed], Reason::Proof, CheckId::BallotProof);
    let mut other = second.clone();
    other[40..72].copy_from_slice(&first[40..72]);
    rejected_and_accepted(&election, &[other], Reason::Proof, CheckId::BallotProof);
    let mut counter = second;
    counter[72] += 1;
    rejected_and_accepted(&election, &[counter], Reason::Proof, CheckId::BallotProof);
}

#[test]
fn ballot_of_another_election_or_box() {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let credential = ballot.credential.clone();
    let other = reprove(&mut election, &ballot, &credential, |context, _| context.election[0] ^= 1);
    rejected_and_accepted(
        &election,
        std::slice::from_ref(&other),
        Reason::Context,
        CheckId::BallotContext,
    );
    // The proof stays another election's when the field is put right.
    let mut patched = other;
    patched[..32].copy_from_slice(&election.context().election);
    rejected_and_accepted(&election, &[patched], Reason::Proof, CheckId::BallotProof);
    let other = reprove(&mut election, &ballot, &credential, |_, content| content.box_index = 1);
    rejected_and_accepted(&election, &[other], Reason::Context, CheckId::BallotContext);
}

#[test]
fn identical_rows_under_two_credentials() {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let credential = SecretScalar::random(&mut election.rng);
    let copy = reprove(&mut election, &ballot, &credential, |_, _| {});
    let ballots = [ballot.bytes, copy];
    rejected_and_accepted(&election, &ballots, Reason::Duplicate, CheckId::BallotDuplicate);
}

#[test]
fn elements_that_are_none() {
    let mut election = voted();
    let good = election.cast(&votes()).bytes;
    for (place, value) in [(40, 0), (80, 0), (112, 0), (80, 0xff), (good.len() - 32, 0xff)] {
        let mut bad = good.clone();
        bad[place..place + 32].fill(value);
        rejected_and_accepted(&election, &[bad], Reason::Shape, CheckId::BallotShape);
    }
}

#[test]
fn another_width() {
    let mut election = voted();
    let mut wide = election.cast(&votes()).bytes;
    wide.extend_from_slice(&[0; 64]);
    rejected_and_accepted(&election, &[wide], Reason::Shape, CheckId::BallotShape);
}

#[test]
fn valid_ballot_listed_as_rejected() {
    let mut election = voted();
    let sequence = election.view().ballots[0].sequence;
    let rejected = [Rejected { sequence, row: 2, reason: Reason::Proof.code() }];
    let body = election.close_body(&rejected);
    election.post(Author::Authority, Body::Close(body));
    let audit = expect(&election, CheckId::IntakeRejected, &AUTHORITY);
    assert_eq!(audit.report.failures[0].row, Some(2));
    assert_eq!(audit.report.failures.len(), 1);
}

#[test]
fn rejected_list_of_ballots_there_are_not() {
    let sequence = voted().view().ballots[0].sequence;
    let claims = [(sequence, 5, 3), (0, 0, 3), (sequence, 1, 8), (u64::MAX, u64::MAX, u64::MAX)];
    for (sequence, row, reason) in claims {
        let mut election = voted();
        let body = election.close_body(&[Rejected { sequence, row, reason }]);
        election.post(Author::Authority, Body::Close(body));
        expect(&election, CheckId::IntakeRejected, &AUTHORITY);
    }
}

#[test]
fn accepted_ballot_missing_or_added() {
    let mut election = voted();
    let honest = election.close_body(&[]);
    let bytes = election.read(&honest.batches[0].list);
    let rows: Vec<Vec<u8>> =
        bytes.chunks(honest.batches[0].list.row_length as usize).map(<[u8]>::to_vec).collect();
    let extra = election.cast(&votes()).elements.concat();

    let mut fewer = election.clone();
    let body = fewer.close_with(&rows[1..], &[], 5);
    fewer.post(Author::Authority, Body::Close(body));
    expect(&fewer, CheckId::IntakeMissing, &AUTHORITY);

    let mut more = rows.clone();
    more.push(extra.clone());
    more.sort();
    let place = more.iter().position(|row| *row == extra).unwrap();
    let body = election.close_with(&more, &[], 5);
    let mut added = election.clone();
    added.post(Author::Authority, Body::Close(body));
    let audit = expect(&added, CheckId::IntakeAdded, &AUTHORITY);
    assert_eq!(audit.report.failures[0].row, Some(place as u64));

    let mut replaced = rows.clone();
    replaced[0] = extra;
    replaced.sort();
    let body = election.close_with(&replaced, &[], 5);
    let mut swapped = election.clone();
    swapped.post(Author::Authority, Body::Close(body));
    expect(&swapped, CheckId::IntakeMissing, &AUTHORITY);
    expect(&swapped, CheckId::IntakeAdded, &AUTHORITY);

    let mut doubled = rows.clone();
    doubled.insert(0, rows[0].clone());
    let body = election.close_with(&doubled, &[], 5);
    let mut twice = election.clone();
    twice.post(Author::Authority, Body::Close(body));
    expect(&twice, CheckId::IntakeAdded, &AUTHORITY);

    let mut unsorted = rows;
    unsorted.swap(0, 1);
    let body = election.close_with(&unsorted, &[], 5);
    election.post(Author::Authority, Body::Close(body));
    expect(&election, CheckId::EncodingCanonical, &AUTHORITY);
}

#[test]
fn another_ballot_of_the_credential_counted() {
    let mut election = voted();
    let credential = Arc::new(SecretScalar::random(&mut election.rng));
    let first = election.cast_again(&votes(), &credential, 5).bytes;
    let later = election.cast_again(&votes(), &credential, 3).bytes;
    let same = election.cast_again(&votes(), &credential, 5).bytes;
    let sequence = election.take_in(&[later, first, same]);
    let honest = election.rejected();
    assert_eq!(honest.len(), 2);
    assert!(honest.iter().any(|rejected| rejected.row == 0));
    let mut valid = election.clone();
    finish(&mut valid);
    assert_eq!(valid.audit().report.verdict, Verdict::Valid);

    let counter = |row| Rejected { sequence, row, reason: Reason::Counter.code() };
    let body = election.close_body(&[counter(1), counter(2)]);
    election.post(Author::Authority, Body::Close(body));
    let key = Culprit::Credential(group::encode(&credential.public()));
    let culprits = [Culprit::Authority, key];
    expect(&election, CheckId::IntakeRevote, &culprits);
}

#[test]
fn wrong_number_of_ballots() {
    let mut election = voted();
    let mut body = election.close_body(&[]);
    body.submitted += 1;
    election.post(Author::Authority, Body::Close(body));
    expect(&election, CheckId::IntakeRejected, &AUTHORITY);
}
