//! The ballot proof: what it binds, and what a batch finds.

mod election;

use chacha20::ChaCha20Rng;
use election::{Ceremony, ciphertexts, election as context, rng};
use proptest::prelude::*;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ballot::{
    BallotFault, BallotLayout, BallotRow, Challenge, tracker, verify_ballot, verify_rows,
};
use psephos_proofs::{ElectionContext, Fault};
use psephos_prove::ProveError;
use psephos_prove::ballot::{BallotContent, prove_ballot, prove_challenge};
use psephos_secrets::SecretScalar;

const BOX: u64 = 3;

fn election(seed: u64) -> (ElectionContext, ChaCha20Rng) {
    let mut rng = rng(seed);
    let (keys, _) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    (context(&keys), rng)
}

/// A ballot of any rows whose randomness is known.
fn ballot(election: &ElectionContext, widths: &[usize], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let layout = BallotLayout::new(widths).unwrap();
    let credential = SecretScalar::random(rng);
    let (elements, randomness) = rows(layout.ciphertexts(), rng);
    let content = BallotContent { election, box_index: BOX, counter: 9, elements: &elements };
    prove_ballot(&layout, &content, &credential, &randomness, rng).unwrap()
}

fn rows(width: usize, rng: &mut ChaCha20Rng) -> (Vec<Encoding>, Vec<SecretScalar>) {
    let mut elements = Vec::new();
    let mut randomness = Vec::new();
    for _ in 0..width {
        let random = SecretScalar::random(rng);
        elements.push(group::encode(&random.public()));
        elements.push(group::encode(&SecretScalar::random(rng).public()));
        randomness.push(random);
    }
    (elements, randomness)
}

fn check(election: &ElectionContext, widths: &[usize], bytes: &[u8]) -> Result<(), BallotFault> {
    let layout = BallotLayout::new(widths).unwrap();
    let alone = verify_ballot(election, BOX, &layout.read(bytes).unwrap());
    assert_eq!(verify_rows(election, BOX, &layout, bytes), [alone], "batch and single agree");
    alone
}

const PROOF: Result<(), BallotFault> = Err(BallotFault::Proof);

#[test]
fn honest_ballots_of_many_widths_verify() {
    let (election, mut rng) = election(1);
    for widths in [&[1][..], &[2], &[1, 3, 2], &[32]] {
        let bytes = ballot(&election, widths, &mut rng);
        let layout = BallotLayout::new(widths).unwrap();
        assert_eq!(bytes.len(), 144 + 64 * widths.iter().sum::<usize>());
        assert_eq!(check(&election, widths, &bytes), Ok(()));
        let row = layout.read(&bytes).unwrap();
        assert_eq!((row.box_index, row.counter), (BOX, 9));
        assert_eq!(row.tracker(), tracker(&bytes));
        let parts: Vec<u8> = (0..widths.len())
            .flat_map(|batch| layout.batch(row.rows, batch).unwrap().to_vec())
            .collect();
        assert_eq!(parts, row.rows);
        assert_eq!(layout.batch(row.rows, widths.len()), None);
    }
}

#[test]
fn every_field_of_a_ballot_is_bound() {
    let (election, mut rng) = election(2);
    let widths = [2, 1];
    let bytes = ballot(&election, &widths, &mut rng);
    let other = ballot(&election, &widths, &mut rng);
    let replaced = |range: std::ops::Range<usize>| {
        let mut bytes = bytes.clone();
        bytes[range.clone()].copy_from_slice(&other[range]);
        check(&election, &widths, &bytes)
    };
    // Credential, each element, the commitment, the response, the whole proof.
    assert_eq!(replaced(40..72), PROOF);
    for element in 0..6 {
        assert_eq!(replaced(80 + 32 * element..80 + 32 * (element + 1)), PROOF);
    }
    assert_eq!(replaced(272..304), PROOF);
    assert_eq!(replaced(304..336), PROOF);
    assert_eq!(replaced(272..336), PROOF);
    let mut counter = bytes.clone();
    counter[72] ^= 1;
    assert_eq!(check(&election, &widths, &counter), PROOF);
    // Rows of two ciphertexts, or of two batches, swapped.
    for (a, b) in [(80, 144), (144, 208)] {
        let mut swapped = bytes.clone();
        swapped.copy_within(a..a + 64, b);
        swapped[a..a + 64].copy_from_slice(&bytes[b..b + 64]);
        assert_eq!(check(&election, &widths, &swapped), PROOF);
    }
    // The verifier's own context.
    let key = ElectionContext { public_key: group::encode(&group::base()), ..election };
    assert_eq!(check(&key, &widths, &bytes), PROOF);
    let elsewhere = ElectionContext { election: [1; 32], ..election };
    assert_eq!(check(&elsewhere, &widths, &bytes), Err(BallotFault::Context));
    for position in [0, 32] {
        let mut moved = bytes.clone();
        moved[position] ^= 1;
        assert_eq!(check(&election, &widths, &moved), Err(BallotFault::Context));
        // Relabelled for an election or box that the verifier believes in.
        let layout = BallotLayout::new(&widths).unwrap();
        let row = layout.read(&moved).unwrap();
        let believed = ElectionContext { election: *row.election, ..election };
        assert_eq!(verify_ballot(&believed, row.box_index, &row), PROOF);
    }
}

#[test]
fn a_rerandomised_copy_needs_the_randomness() {
    let (election, mut rng) = election(3);
    let bytes = ballot(&election, &[1], &mut rng);
    // (A, B) + Enc(0; r): the copier knows r, but not the logarithm of A + rG.
    let key = group::decode(&election.public_key).unwrap();
    let r = SecretScalar::random(&mut rng);
    let part = |at: usize| group::decode(&bytes[at..at + 32].try_into().unwrap()).unwrap();
    let elements =
        [group::encode(&(part(80) + r.public())), group::encode(&(part(112) + key * r.expose()))];
    let layout = BallotLayout::new(&[1]).unwrap();
    let content =
        BallotContent { election: &election, box_index: BOX, counter: 9, elements: &elements };
    let credential = SecretScalar::random(&mut rng);
    let copied = prove_ballot(&layout, &content, &credential, &[r], &mut rng);
    assert_eq!(copied, Err(ProveError::SelfCheck(Fault::Equation)));
    // With the original's proof.
    let mut borrowed = bytes.clone();
    borrowed[80..144].copy_from_slice(elements.as_flattened());
    assert_eq!(check(&election, &[1], &borrowed), PROOF);
}

#[test]
fn a_forgery_against_a_challenge_that_binds_less_fails() {
    // Were T outside the challenge, T = z·G − e·K − e²·A would pass for any K and A.
    let (election, mut rng) = election(4);
    let mut bytes = ballot(&election, &[1], &mut rng);
    let list = ciphertexts(&election.public_key, 1, 1, &mut rng);
    bytes[80..144].copy_from_slice(&list.bytes);
    let layout = BallotLayout::new(&[1]).unwrap();
    let row = layout.read(&bytes).unwrap();
    let mut transcript = psephos_proofs::ballot::ballot_transcript(
        &election,
        BOX,
        row.credential,
        row.counter,
        row.elements,
    );
    let e = transcript.challenge("challenge");
    let z = SecretScalar::random(&mut rng);
    let (k, a) = (group::decode(row.credential).unwrap(), group::decode(&row.elements[0]).unwrap());
    let t = z.public() - k * e - a * (e * e);
    let mut forged = bytes.clone();
    forged[144..176].copy_from_slice(&group::encode(&t));
    forged[176..208].copy_from_slice(&*z.to_bytes());
    assert_eq!(check(&election, &[1], &forged), PROOF);
}

#[test]
fn forms_come_first_and_name_their_place() {
    let (election, mut rng) = election(5);
    let bytes = ballot(&election, &[2], &mut rng);
    let with = |at: usize, value: [u8; 32]| {
        let mut bytes = bytes.clone();
        bytes[at..at + 32].copy_from_slice(&value);
        check(&election, &[2], &bytes)
    };
    let form = |fault| Err(BallotFault::Form(fault));
    let membership = |field, index| form(Fault::Membership { field, index });
    let canonical = |field, index| form(Fault::NonCanonical { field, index });
    assert_eq!(with(40, [0; 32]), membership("credential", 0));
    for index in 0..4 {
        let at = 80 + 32 * index as usize;
        assert_eq!(with(at, [0; 32]), membership("rows", index));
        assert_eq!(with(at, [0xff; 32]), canonical("rows", index));
    }
    // The identity is allowed as T, where it only breaks the equation.
    assert_eq!(with(208, [0; 32]), PROOF);
    assert_eq!(with(208, [0xff; 32]), canonical("commitment", 0));
    assert_eq!(with(240, [0xff; 32]), canonical("response", 0));
    let layout = BallotLayout::new(&[2]).unwrap();
    assert!(layout.read(&bytes[1..]).is_none());
    assert!(BallotLayout::new(&[1]).unwrap().read(&bytes).is_none());
    let most = usize::MAX / 64 - 3;
    for widths in [&[usize::MAX, 2][..], &[most + 4], &[most + 2]] {
        assert!(BallotLayout::new(widths).is_none(), "{widths:?}");
    }
    assert!(BallotLayout::new(&[most]).is_some());
    assert!(BallotLayout::of(&[(most, None), (1, Some(8))]).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_batch_names_exactly_the_bad_ones(
        bad in proptest::collection::btree_map(0usize..40, 0usize..4, 0..6),
        seed in any::<u64>(),
    ) {
        let (election, mut rng) = election(seed);
        let layout = BallotLayout::new(&[1]).unwrap();
        let mut bytes = Vec::new();
        for _ in 0..40 {
            bytes.extend(ballot(&election, &[1], &mut rng));
        }
        let length = layout.row_length();
        for (index, kind) in &bad {
            let row = &mut bytes[index * length..(index + 1) * length];
            match kind {
                0 => row[176] ^= 1,
                1 => row[80..112].fill(0),
                2 => row[0] ^= 1,
                _ => {
                    let one = Scalar::ONE;
                    let z = group::scalar(&row[176..].try_into().unwrap()).unwrap();
                    row[176..].copy_from_slice(&(z + one).to_bytes());
                }
            }
        }
        let answers = verify_rows(&election, BOX, &layout, &bytes);
        prop_assert_eq!(answers.len(), 40);
        for (index, answer) in answers.iter().enumerate() {
            match bad.get(&index) {
                None => prop_assert_eq!(*answer, Ok(())),
                Some(1) => prop_assert!(matches!(answer, Err(BallotFault::Form(_)))),
                Some(2) => prop_assert_eq!(*answer, Err(BallotFault::Context)),
                Some(_) => prop_assert_eq!(*answer, PROOF),
            }
        }
    }
}

#[test]
fn errors_that_cancel_without_weights_are_found() {
    let (election, mut rng) = election(7);
    let layout = BallotLayout::new(&[1]).unwrap();
    let length = layout.row_length();
    let mut bytes = ballot(&election, &[1], &mut rng);
    bytes.extend(ballot(&election, &[1], &mut rng));
    for (index, change) in [(0, Scalar::ONE), (1, -Scalar::ONE)] {
        let response = &mut bytes[index * length + 176..(index + 1) * length];
        let z = group::scalar(&(&*response).try_into().unwrap()).unwrap();
        response.copy_from_slice(&(z + change).to_bytes());
    }
    assert_eq!(verify_rows(&election, BOX, &layout, &bytes), [PROOF, PROOF]);
    let rows: Vec<BallotRow<'_>> =
        bytes.chunks(length).map(|row| layout.read(row).unwrap()).collect();
    assert_eq!(psephos_proofs::ballot::verify_batch(&election, BOX, &rows), [PROOF, PROOF]);
    assert!(verify_rows(&election, BOX, &layout, &[]).is_empty());
    // A broken last row answers for itself alone.
    let honest = ballot(&election, &[1], &mut rng);
    let answers = verify_rows(&election, BOX, &layout, &[&honest[..], &honest[..99]].concat());
    let fault = BallotFault::Form(Fault::Length { field: "ballot" });
    assert_eq!(answers, [Ok(()), Err(fault)]);
}

#[test]
fn a_challenge_binds_election_credential_and_tracker() {
    let (election, mut rng) = election(20);
    let credential = SecretScalar::random(&mut rng);
    let challenge = prove_challenge(&election, [7; 32], &credential, &mut rng).unwrap();
    let bytes = challenge.to_bytes();
    assert_eq!(Challenge::from_bytes(&bytes), challenge);
    assert_eq!(challenge.verify(&election), Ok(()));
    for place in 0..bytes.len() {
        let mut other = bytes;
        other[place] ^= 1;
        assert!(Challenge::from_bytes(&other).verify(&election).is_err(), "{place}");
    }
    let other = ElectionContext { election: [1; 32], ..election };
    assert_eq!(challenge.verify(&other), Err(Fault::Equation));
    let other = ElectionContext { public_key: group::encode(&group::base()), ..election };
    assert_eq!(challenge.verify(&other), Err(Fault::Equation));
    let nobody = Challenge { credential: [0; 32], ..challenge };
    assert!(matches!(nobody.verify(&election), Err(Fault::Membership { .. })));
}
