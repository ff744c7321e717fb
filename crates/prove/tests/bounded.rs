//! Bounded ballots: what is shown of the number, and that nothing else passes for it.
//!
//! `sign` makes the ballot's own proof over any range parts, as a voter would who cheats: every refusal
//! here is the range part's own.

mod election;

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use chacha20::ChaCha20Rng;
use curve25519_dalek_4::Scalar as OlderScalar;
use election::{Ceremony, election as context, rng, stored};
use psephos_core::elgamal::PublicKey;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::range::{
    Bits, blinding_base, equality_challenge, equality_responses, range_transcript,
};
use psephos_proofs::ballot::{
    BallotFault, BallotLayout, absorb_ranges, ballot_challenge, ballot_transcript, verify_ballot,
    verify_rows,
};
use psephos_prove::ProveError;
use psephos_prove::ballot::{BallotContent, BallotWitness, prove_bounded_ballot, prove_challenge};
use psephos_secrets::SecretScalar;
use serde_json::json;

const BOX: u64 = 3;
const COUNTER: u64 = 9;
const BATCHES: [(usize, Option<u64>); 4] = [(2, None), (1, Some(8)), (1, Some(32)), (1, Some(16))];
/// Where the bounded batches' ciphertexts stand.
const PLACES: [usize; 3] = [2, 3, 4];

/// A voter with a ballot to prove.
struct Voter {
    election: ElectionContext,
    layout: BallotLayout,
    credential: SecretScalar,
    counter: u64,
    elements: Vec<Encoding>,
    randomness: Vec<SecretScalar>,
    numbers: Vec<u64>,
}

fn election(seed: u64) -> (ElectionContext, ChaCha20Rng) {
    let mut rng = rng(seed);
    let (keys, _) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    (context(&keys), rng)
}

impl Voter {
    fn new(seed: u64, numbers: [u64; 3]) -> Voter {
        Voter::of(seed, &BATCHES, &PLACES, &numbers)
    }

    fn small(seed: u64, number: u64) -> Voter {
        Voter::of(seed, &[(1, Some(8))], &[0], &[number])
    }

    fn of(seed: u64, batches: &[(usize, Option<u64>)], places: &[usize], numbers: &[u64]) -> Voter {
        let (election, mut rng) = election(seed);
        let layout = BallotLayout::of(batches).unwrap();
        let key = PublicKey::new(group::decode(&election.public_key).unwrap());
        let (mut elements, mut randomness) = (Vec::new(), Vec::new());
        for place in 0..layout.ciphertexts() {
            let message = match places.iter().position(|bounded| *bounded == place) {
                Some(index) => group::mul_base(&Scalar::from(numbers[index])),
                None => SecretScalar::random(&mut rng).public(),
            };
            let random = SecretScalar::random(&mut rng);
            elements.extend(key.encrypt(&message, random.expose()).encode());
            randomness.push(random);
        }
        let credential = SecretScalar::random(&mut rng);
        let (counter, numbers) = (COUNTER, numbers.to_vec());
        Voter { election, layout, credential, counter, elements, randomness, numbers }
    }

    fn content(&self) -> BallotContent<'_> {
        BallotContent {
            election: &self.election,
            box_index: BOX,
            counter: self.counter,
            elements: &self.elements,
        }
    }

    fn prove(&self) -> Result<Vec<u8>, ProveError> {
        let witness = BallotWitness {
            credential: &self.credential,
            randomness: &self.randomness,
            numbers: &self.numbers,
        };
        prove_bounded_ballot(&self.layout, &self.content(), &witness, &mut rng(11))
    }

    fn transcript(&self) -> Transcript {
        let credential = group::encode(&self.credential.public());
        ballot_transcript(&self.election, BOX, &credential, self.counter, &self.elements)
    }

    /// A ballot whose own proof holds, over these range parts.
    fn sign(&self, ranges: &[u8]) -> Vec<u8> {
        let mut transcript = self.transcript();
        absorb_ranges(&mut transcript, ranges);
        let nonce = Scalar::from(77u64);
        let commitment = group::encode(&group::mul_base(&nonce));
        let e = ballot_challenge(&mut transcript, &commitment);
        let secrets = std::iter::once(&self.credential).chain(&self.randomness);
        let (mut response, mut power) = (nonce, e);
        for secret in secrets {
            response += power * secret.expose();
            power *= e;
        }
        [
            &self.election.election[..],
            &BOX.to_le_bytes(),
            &group::encode(&self.credential.public()),
            &self.counter.to_le_bytes(),
            self.elements.as_flattened(),
            ranges,
            &commitment,
            &response.to_bytes(),
        ]
        .concat()
    }

    fn ranges(&self, ballot: &[u8]) -> Vec<u8> {
        self.layout.read(ballot).unwrap().ranges.to_vec()
    }

    fn check(&self, ballot: &[u8]) -> Result<(), BallotFault> {
        let alone = verify_ballot(&self.election, BOX, &self.layout.read(ballot).unwrap());
        let among = verify_rows(&self.election, BOX, &self.layout, ballot);
        assert_eq!(among, [alone], "batch and single agree");
        alone
    }

    /// What becomes of a ballot of this voter's with these range parts.
    fn judged(&self, ranges: &[u8]) -> Result<(), BallotFault> {
        self.check(&self.sign(ranges))
    }
}

/// Every choice that a cheating voter has in a range part of 8 bits.
struct Claim {
    /// In V.
    committed: Scalar,
    /// In the equality proof: m and r.
    number: Scalar,
    randomness: Scalar,
    /// In the range proof, which has its own V.
    proved: u64,
}

/// A range part by the honest steps for a claim that need not be true.
fn part(ballot: &Transcript, batch: u64, key: &Element, claim: &Claim) -> Vec<u8> {
    let blinding = Scalar::from(4711u64);
    let older = OlderScalar::from(4711u64);
    let h = group::decode(&blinding_base()).unwrap();
    let value = group::encode(&(group::mul_base(&claim.committed) + h * blinding));
    let [w_m, w_r, w_s] = [31u64, 37, 41].map(Scalar::from);
    let commitments =
        [group::mul_base(&w_r), group::mul_base(&w_m) + key * w_r, group::mul_base(&w_m) + h * w_s]
            .map(|point| group::encode(&point));
    let mut transcript = range_transcript(ballot, batch, Bits::Eight);
    let e = equality_challenge(&mut transcript, &value, &commitments);
    let responses = [w_m + e * claim.number, w_r + e * claim.randomness, w_s + e * blinding]
        .map(|response| response.to_bytes());
    equality_responses(&mut transcript, &responses);
    let (proof, _) = RangeProof::prove_single_with_rng(
        &BulletproofGens::new(8, 1),
        &PedersenGens::default(),
        transcript.merlin(),
        claim.proved,
        &older,
        8,
        &mut Fixed(5),
    )
    .unwrap();
    let parts =
        [&value[..], commitments.as_flattened(), responses.as_flattened(), &proof.to_bytes()];
    parts.concat()
}

/// Randomness that needs to be none.
struct Fixed(u64);

impl rand_core_06::RngCore for Fixed {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.0
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = (self.next_u64() >> 56) as u8);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core_06::CryptoRng for Fixed {}

const RANGE: Result<(), BallotFault> = Err(BallotFault::Range);

#[test]
fn numbers_in_range_verify() {
    let numbers = [[0, 0, 0], [1, 2, 3], [255, u64::from(u32::MAX), 65_535], [7, 1 << 31, 1 << 15]];
    for (seed, numbers) in numbers.into_iter().enumerate() {
        let voter = Voter::new(seed as u64, numbers);
        let ballot = voter.prove().unwrap();
        assert_eq!(ballot.len(), 144 + 64 * 5 + 704 + 832 + 768);
        assert_eq!(voter.check(&ballot), Ok(()));
        // The signature over the same parts, made by the test itself, holds too.
        assert_eq!(voter.judged(&voter.ranges(&ballot)), Ok(()));
    }
}

#[test]
fn the_prover_refuses_numbers_out_of_range() {
    for (place, number) in [(0, 256), (0, u64::MAX), (1, 1 << 32), (2, 65_536)] {
        let mut numbers = [1; 3];
        numbers[place] = number;
        let refused = Voter::new(1, numbers).prove();
        assert!(matches!(refused, Err(ProveError::SelfCheck(_))), "{number}");
    }
    let mut other = Voter::new(1, [1; 3]);
    other.numbers[1] = 2;
    assert!(other.prove().is_err(), "another number than the ciphertext's");
    other.numbers.pop();
    assert!(matches!(other.prove(), Err(ProveError::Input(_))));
}

#[test]
fn layouts_with_bounds() {
    assert!(BallotLayout::of(&[(2, Some(8))]).is_none(), "a number has one ciphertext");
    assert!(BallotLayout::of(&[(1, Some(64))]).is_none());
    let layout = BallotLayout::of(&BATCHES).unwrap();
    assert_eq!(layout.bits(1), Some(Bits::Eight));
    assert_eq!(layout.bits(0), None);
    assert_eq!(BallotLayout::of(&[(2, None)]), BallotLayout::new(&[2]));
}

/// Expected: no way to put together a part for a number out of range, or for another ciphertext.
#[test]
fn false_claims_are_rejected_as_range() {
    let voter = Voter::small(2, 5);
    let key = group::decode(&voter.election.public_key).unwrap();
    let r = *voter.randomness[0].expose();
    let transcript = voter.transcript();
    let judged =
        |voter: &Voter, claim: &Claim| voter.judged(&part(&voter.transcript(), 0, &key, claim));
    let five = Scalar::from(5u64);
    let truth = Claim { committed: five, number: five, randomness: r, proved: 5 };
    assert_eq!(judged(&voter, &truth), Ok(()), "the test's own steps are right");

    let other_r = Claim { randomness: r + Scalar::ONE, ..truth };
    assert_eq!(judged(&voter, &other_r), RANGE, "another r");
    let other_value = Claim { committed: Scalar::from(6u64), proved: 6, ..truth };
    assert_eq!(judged(&voter, &other_value), RANGE, "V holds another number");
    let all_other = Claim { number: Scalar::from(6u64), ..other_value };
    assert_eq!(judged(&voter, &all_other), RANGE, "all but the ciphertext hold another number");
    let shifted = part(&transcript, 1, &key, &truth);
    assert_eq!(voter.judged(&shifted), RANGE, "a part made for another batch");

    let beyond =
        [256u64, 257, 65_536, u64::MAX].map(Scalar::from).into_iter().chain([-Scalar::ONE]);
    for number in beyond {
        let mut voter = Voter::small(3, 0);
        let message = group::mul_base(&number);
        let random = SecretScalar::new(*voter.randomness[0].expose());
        let key_table = PublicKey::new(group::decode(&voter.election.public_key).unwrap());
        voter.elements = key_table.encrypt(&message, random.expose()).encode().to_vec();
        let key = *key_table.element();
        let low = u64::from(number.to_bytes()[0]);
        let r = *random.expose();
        let claims = [
            Claim { committed: number, number, randomness: r, proved: low },
            Claim { committed: Scalar::from(low), number, randomness: r, proved: low },
            Claim {
                committed: Scalar::from(low),
                number: Scalar::from(low),
                randomness: r,
                proved: low,
            },
        ];
        for claim in &claims {
            assert_eq!(voter.judged(&part(&voter.transcript(), 0, &key, claim)), RANGE);
        }
    }
}

/// A number out of range with the range proof of another: were the commitments of the equality proof
/// outside its challenge, the last of them could be chosen so that (6) holds.
#[test]
fn a_commitment_chosen_after_the_challenge() {
    let mut voter = Voter::small(3, 0);
    let key = PublicKey::new(group::decode(&voter.election.public_key).unwrap());
    let number = Scalar::from(300u64);
    let r = *voter.randomness[0].expose();
    voter.elements = key.encrypt(&group::mul_base(&number), &r).encode().to_vec();
    let h = group::decode(&blinding_base()).unwrap();
    let (five, blinding) = (Scalar::from(5u64), Scalar::from(4711u64));
    let value = group::mul_base(&five) + h * blinding;
    let [w_m, w_r, z_s] = [31u64, 37, 41].map(Scalar::from);
    let mut commitments =
        [group::mul_base(&w_r), group::mul_base(&w_m) + key.element() * w_r, group::base()];
    let encode = |points: &[Element; 3]| points.map(|point| group::encode(&point));
    let mut transcript = range_transcript(&voter.transcript(), 0, Bits::Eight);
    let e = equality_challenge(&mut transcript, &group::encode(&value), &encode(&commitments));
    let z_m = w_m + e * number;
    commitments[2] = group::mul_base(&z_m) + h * z_s - value * e;
    let responses = [z_m, w_r + e * r, z_s].map(|response| response.to_bytes());
    equality_responses(&mut transcript, &responses);
    let (proof, _) = RangeProof::prove_single_with_rng(
        &BulletproofGens::new(8, 1),
        &PedersenGens::default(),
        transcript.merlin(),
        5,
        &OlderScalar::from(4711u64),
        8,
        &mut Fixed(5),
    )
    .unwrap();
    let commitments = encode(&commitments);
    let value = group::encode(&value);
    let parts =
        [&value[..], commitments.as_flattened(), responses.as_flattened(), &proof.to_bytes()];
    assert_eq!(voter.judged(&parts.concat()), RANGE);
}

#[test]
fn a_part_moved_elsewhere_is_rejected_as_range() {
    let voter = Voter::small(4, 5);
    let ballot = voter.prove().unwrap();
    let ranges = voter.ranges(&ballot);
    assert_eq!(voter.judged(&ranges), Ok(()));

    let mut other = Voter::small(4, 5);
    other.credential = SecretScalar::new(Scalar::from(99u64));
    assert_eq!(other.judged(&ranges), RANGE, "another credential");

    let mut other = Voter::small(4, 5);
    other.counter += 1;
    assert_eq!(other.judged(&ranges), RANGE, "another counter");

    let mut other = Voter::small(4, 5);
    other.election.election[0] ^= 1;
    assert_eq!(other.judged(&ranges), RANGE, "another election");

    let mut other = Voter::small(4, 5);
    let random = SecretScalar::new(*other.randomness[0].expose() + Scalar::ONE);
    let key = PublicKey::new(group::decode(&other.election.public_key).unwrap());
    let message = group::mul_base(&Scalar::from(5u64));
    other.elements = key.encrypt(&message, random.expose()).encode().to_vec();
    other.randomness = vec![random];
    assert_eq!(other.judged(&ranges), RANGE, "a re-encryption of the same number");
}

#[test]
fn every_field_of_a_range_part_matters() {
    let voter = Voter::small(5, 200);
    let ballot = voter.prove().unwrap();
    let ranges = voter.ranges(&ballot);
    assert_eq!(ranges.len(), 704);
    for field in 0..ranges.len() / 32 {
        let mut other = ranges.clone();
        // Another proper element, and as a scalar below q: nothing is wrong with the form.
        other[32 * field..32 * (field + 1)].copy_from_slice(&group::encode(&group::base()));
        other[32 * field + 31] &= 0x0f;
        let scalar = matches!(field, 4..=6 | 11..=13 | 20..=21);
        if !scalar {
            other[32 * field..32 * (field + 1)].copy_from_slice(&group::encode(&group::base()));
        }
        assert_eq!(voter.judged(&other), RANGE, "field {field}");
        // Not signed anew, it is somebody else's ballot.
        let mut tampered = ballot.clone();
        let start = tampered.len() - 64 - ranges.len();
        tampered[start..start + ranges.len()].copy_from_slice(&other);
        assert_eq!(voter.check(&tampered), Err(BallotFault::Proof), "field {field}");
        // A form that is none.
        other[32 * field..32 * (field + 1)].fill(0xff);
        assert!(matches!(voter.judged(&other), Err(BallotFault::Form(_))), "field {field}");
        // It comes before all else that is wrong with the ballot: its proof, and its election.
        tampered[start..start + ranges.len()].copy_from_slice(&other);
        assert!(matches!(voter.check(&tampered), Err(BallotFault::Form(_))), "field {field}");
        tampered[0] ^= 1;
        assert!(matches!(voter.check(&tampered), Err(BallotFault::Form(_))), "field {field}");
    }
}

#[test]
fn every_byte_of_a_ballot_matters() {
    let voter = Voter::small(6, 1);
    let ballot = voter.prove().unwrap();
    for place in 0..ballot.len() {
        let mut other = ballot.clone();
        other[place] ^= 1;
        let found = voter.check(&other).expect_err("a changed ballot");
        match place {
            0..40 => assert_eq!(found, BallotFault::Context, "{place}"),
            72..80 => assert_eq!(found, BallotFault::Proof, "{place}"),
            _ => assert!(
                matches!(found, BallotFault::Form(_) | BallotFault::Proof),
                "{place}: {found}"
            ),
        }
    }
}

#[test]
fn a_batch_names_the_bad_ones() {
    let voter = Voter::small(7, 9);
    let good = voter.prove().unwrap();
    let mut ranges = voter.ranges(&good);
    ranges[..32].copy_from_slice(&group::encode(&group::base()));
    let bad_range = voter.sign(&ranges);
    let mut bad_proof = good.clone();
    *bad_proof.last_mut().unwrap() ^= 1;
    let rows = [&good[..], &bad_range, &good, &bad_proof, &good].concat();
    let found = verify_rows(&voter.election, BOX, &voter.layout, &rows);
    assert_eq!(found, [Ok(()), RANGE, Ok(()), Err(BallotFault::Proof), Ok(())]);
}

/// `spec/vectors/bounded.json`: what the same seeds give, and that it verifies.
#[test]
fn vectors() {
    let voter = Voter::new(12, [200, 70_000, 0]);
    let ballot = voter.prove().unwrap();
    let row = voter.layout.read(&ballot).unwrap();
    let tracker = row.tracker();
    let challenge =
        prove_challenge(&voter.election, tracker, &voter.credential, &mut rng(13)).unwrap();
    let randomness: Vec<String> =
        voter.randomness.iter().map(|random| hex::encode(*random.to_bytes())).collect();
    let stored = stored(
        "bounded",
        &json!({
            "page": "06-ballot.md",
            "election": hex::encode(voter.election.election),
            "public key": hex::encode(voter.election.public_key),
            "H": hex::encode(blinding_base()),
            "box": BOX,
            "batches": BATCHES.map(|(width, bits)| json!({ "width": width, "bits": bits })),
            "counter": COUNTER,
            "numbers": voter.numbers,
            "credential secret": hex::encode(*voter.credential.to_bytes()),
            "randomness": randomness,
            "ballot": hex::encode(&ballot),
            "tracker": hex::encode(tracker),
            "challenge": hex::encode(challenge.to_bytes()),
        }),
    );
    let ballot = hex::decode(stored["ballot"].as_str().unwrap()).unwrap();
    assert_eq!(voter.check(&ballot), Ok(()));
    assert_eq!(challenge.verify(&voter.election), Ok(()));
}
