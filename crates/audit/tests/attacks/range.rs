//! Line 26: bounded ballots whose range part is of another number or of other randomness. The ballot's own
//! proof holds, so that the range has to answer.

use psephos_audit::{CheckId, Culprit};
use psephos_core::elgamal::PublicKey;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ballot::{absorb_ranges, ballot_challenge, ballot_transcript};
use psephos_prove::ballot::{BallotContent, BallotWitness, prove_bounded_ballot};
use psephos_record::bodies::{Body, Reason, Rejected};
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, Election, Plan, PlannedBox};

use crate::{AUTHORITY, expect_among};

/// One contest, as a number of 32 bits.
fn opened() -> Election {
    let mut plan = Plan::new(2, 1, 0);
    plan.contests.truncate(1);
    plan.boxes = vec![PlannedBox::new("all", &[&[0]])];
    plan.bits = Some(32);
    Election::opened(plan)
}

struct Sheet {
    credential: SecretScalar,
    randomness: [SecretScalar; 1],
    elements: Vec<Encoding>,
}

fn sheet(election: &mut Election, number: u64) -> Sheet {
    let key = group::decode_proper(&election.context().public_key).unwrap();
    let random = SecretScalar::random(&mut election.rng);
    let message = group::mul_base(&Scalar::from(number));
    let elements = PublicKey::new(key).encrypt(&message, random.expose()).encode().to_vec();
    let credential = SecretScalar::random(&mut election.rng);
    Sheet { credential, randomness: [random], elements }
}

fn honest(election: &mut Election, sheet: &Sheet, number: u64) -> Vec<u8> {
    let context = election.context();
    let content =
        BallotContent { election: &context, box_index: 0, counter: 0, elements: &sheet.elements };
    let witness = BallotWitness {
        credential: &sheet.credential,
        randomness: &sheet.randomness,
        numbers: &[number],
    };
    let layout = election.ballot_layout();
    prove_bounded_ballot(&layout, &content, &witness, &mut election.rng).unwrap()
}

/// The sheet with range parts from elsewhere, under a ballot proof that holds.
fn forged(election: &Election, sheet: &Sheet, ranges: &[u8]) -> Vec<u8> {
    let (context, counter) = (election.context(), 0u64);
    let credential = group::encode(&sheet.credential.public());
    let mut transcript = ballot_transcript(&context, 0, &credential, counter, &sheet.elements);
    absorb_ranges(&mut transcript, ranges);
    let nonce = Scalar::from(77u64);
    let commitment = group::encode(&group::mul_base(&nonce));
    let challenge = ballot_challenge(&mut transcript, &commitment);
    let [random] = &sheet.randomness;
    let response = nonce + (sheet.credential.expose() + random.expose() * challenge) * challenge;
    [
        &context.election[..],
        &0u64.to_le_bytes(),
        &credential,
        &counter.to_le_bytes(),
        sheet.elements.as_flattened(),
        ranges,
        &commitment,
        &response.to_bytes(),
    ]
    .concat()
}

#[test]
fn range_of_another_number_or_other_randomness() {
    let start = opened();
    // 2^32 + 1 is out of range; 1 is in it, with other randomness than the range part's.
    for number in [(1 << 32) + 1, 1] {
        let mut election = start.clone();
        let good = sheet(&mut election, 1);
        let good = honest(&mut election, &good, 1);
        let layout = election.ballot_layout();
        let ranges = layout.read(&good).unwrap().ranges.to_vec();
        let other = sheet(&mut election, number);
        let bad = forged(&election, &other, &ranges);
        let named = Culprit::Credential(group::encode(&other.credential.public()));
        let sequence = election.take_in(&[good, bad]);
        let rejected = Rejected { sequence, row: 1, reason: Reason::Range.code() };
        assert_eq!(election.rejected(), [rejected]);

        let mut right = election.clone();
        right.close();
        assert_eq!(right.audit().report.failures, []);

        let body = election.close_body(&[]);
        election.post(Author::Authority, Body::Close(body));
        let culprits = [AUTHORITY[0].clone(), named];
        expect_among(&election, CheckId::BallotRange, &culprits, &culprits);
    }
}
