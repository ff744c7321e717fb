//! Bounded ballots whose range part is of something else; their own proof holds, so that the range has to
//! answer (spec/06-ballot.md §6.5).

use psephos_audit::Culprit;
use psephos_core::elgamal::PublicKey;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ballot::{absorb_ranges, ballot_challenge, ballot_transcript};
use psephos_prove::ballot::{BallotContent, BallotWitness, prove_bounded_ballot};
use psephos_record::bodies::Body;
use psephos_secrets::SecretScalar;

use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election, Plan, PlannedBox};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "ballot.range-out-of-range",
        altered: "A voter's number is 2^32 + 1, the range part that of another ballot; the authority accepts it.",
        make: || with_range_of_another((1 << 32) + 1),
    },
    Case {
        name: "ballot.range-other-randomness",
        altered: "A voter's number is in range, the range part that of another ballot with the same number; \
                  the authority accepts it.",
        make: || with_range_of_another(1),
    },
    Case {
        name: "ballot.range-other-batch",
        altered: "A voter exchanges the range parts of two batches; the authority accepts the ballot.",
        make: parts_exchanged,
    },
    Case {
        name: "ranges-rejected",
        altered: "A voter's number is 2^32 + 1, the range part that of another ballot; the authority rejects it.",
        make: rejected,
    },
];

/// Each contest as a number of 32 bits in a batch of its own.
fn opened(contests: usize) -> Election {
    let mut plan = Plan::new(2, 2, 0);
    plan.contests.truncate(contests);
    let batches: &[&[u64]] = &[&[0], &[1]];
    plan.boxes = vec![PlannedBox::new("all", &batches[..contests])];
    plan.bits = Some(32);
    Election::opened(plan)
}

/// What a voter knows of a ballot.
struct Sheet {
    credential: SecretScalar,
    randomness: Vec<SecretScalar>,
    elements: Vec<Encoding>,
    numbers: Vec<u64>,
}

fn sheet(election: &mut Election, numbers: &[u64]) -> Sheet {
    let key = group::decode_proper(&election.context().public_key).expect("the election's key");
    let key = PublicKey::new(key);
    let (mut randomness, mut elements) = (Vec::new(), Vec::new());
    for number in numbers {
        let random = SecretScalar::random(&mut election.rng);
        let message = group::mul_base(&Scalar::from(*number));
        elements.extend(key.encrypt(&message, random.expose()).encode());
        randomness.push(random);
    }
    let credential = SecretScalar::random(&mut election.rng);
    Sheet { credential, randomness, elements, numbers: numbers.to_vec() }
}

fn honest(election: &mut Election, sheet: &Sheet) -> Vec<u8> {
    let context = election.context();
    let content =
        BallotContent { election: &context, box_index: 0, counter: 0, elements: &sheet.elements };
    let witness = BallotWitness {
        credential: &sheet.credential,
        randomness: &sheet.randomness,
        numbers: &sheet.numbers,
    };
    let layout = election.ballot_layout();
    prove_bounded_ballot(&layout, &content, &witness, &mut election.rng).expect("an honest ballot")
}

fn ranges(election: &Election, ballot: &[u8]) -> Vec<u8> {
    election.ballot_layout().read(ballot).expect("a ballot").ranges.to_vec()
}

/// The sheet with any range parts, under a ballot proof that holds.
fn forged(election: &Election, sheet: &Sheet, ranges: &[u8]) -> Vec<u8> {
    let (context, counter) = (election.context(), 0u64);
    let credential = group::encode(&sheet.credential.public());
    let mut transcript = ballot_transcript(&context, 0, &credential, counter, &sheet.elements);
    absorb_ranges(&mut transcript, ranges);
    let nonce = Scalar::from(77u64);
    let commitment = group::encode(&group::mul_base(&nonce));
    let challenge = ballot_challenge(&mut transcript, &commitment);
    let horner = |sum: Scalar, random: &SecretScalar| (sum + random.expose()) * challenge;
    let inner = sheet.randomness.iter().rev().fold(Scalar::ZERO, horner);
    let response = nonce + (sheet.credential.expose() + inner) * challenge;
    let parts: [&[u8]; 8] = [
        &context.election,
        &0u64.to_le_bytes(),
        &credential,
        &counter.to_le_bytes(),
        sheet.elements.as_flattened(),
        ranges,
        &commitment,
        &response.to_bytes(),
    ];
    parts.concat()
}

/// A good ballot and a bad one, both accepted. A number out of range has no place in any count.
fn accepted(mut election: Election, good: Vec<u8>, bad: Vec<u8>, sheet: &Sheet) -> Fixture {
    let sequence = election.take_in(&[good, bad]);
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let voter = Culprit::Credential(group::encode(&sheet.credential.public()));
    Fixture::blaming(election.board, &[AUTHORITY, &[voter]].concat()).at_row(sequence, 1)
}

/// A good ballot, and one of this number under its range part.
fn borrowed(election: &mut Election, number: u64) -> (Vec<u8>, Vec<u8>, Sheet) {
    let good = sheet(election, &[1]);
    let good = honest(election, &good);
    let sheet = sheet(election, &[number]);
    let bad = forged(election, &sheet, &ranges(election, &good));
    (good, bad, sheet)
}

fn with_range_of_another(number: u64) -> Fixture {
    let mut election = opened(1);
    let (good, bad, sheet) = borrowed(&mut election, number);
    accepted(election, good, bad, &sheet)
}

fn rejected() -> Fixture {
    let mut election = opened(1);
    let (good, bad, _) = borrowed(&mut election, (1 << 32) + 1);
    election.take_in(&[good, bad]);
    election.close();
    election.finish();
    Fixture::valid(election.board)
}

fn parts_exchanged() -> Fixture {
    let mut election = opened(2);
    let good = sheet(&mut election, &[1, 2]);
    let good = honest(&mut election, &good);
    let sheet = sheet(&mut election, &[3, 3]);
    let own = honest(&mut election, &sheet);
    let mut parts = ranges(&election, &own);
    let half = parts.len() / 2;
    parts.rotate_left(half);
    let bad = forged(&election, &sheet, &parts);
    accepted(election, good, bad, &sheet)
}
