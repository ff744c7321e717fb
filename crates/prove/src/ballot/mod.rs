//! The voter's side of the ballot proof (spec/06-ballot.md §6.3).

mod challenged;
mod range;

use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ballot::{
    BallotFault, BallotLayout, absorb_ranges, ballot_challenge, ballot_transcript, verify_ballot,
};
use psephos_proofs::{ElectionContext, Fault};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::nonces::Nonces;

use range::BoundedWitness;

pub use challenged::prove_challenge;

/// What a ballot says before its proof.
#[derive(Clone, Copy, Debug)]
pub struct BallotContent<'a> {
    /// The election, with its key.
    pub election: &'a ElectionContext,
    /// Index of the box.
    pub box_index: u64,
    /// The voter's counter.
    pub counter: u64,
    /// `A_0`, `B_0`, `A_1`, `B_1`, … of all batches in manifest order.
    pub elements: &'a [Encoding],
}

/// What the voter alone knows of a ballot.
#[derive(Clone, Copy, Debug)]
pub struct BallotWitness<'a> {
    /// k.
    pub credential: &'a SecretScalar,
    /// The logarithm of each `A_i`.
    pub randomness: &'a [SecretScalar],
    /// The number in each bounded batch, in their order.
    pub numbers: &'a [u64],
}

/// [`prove_bounded_ballot`] for a box without bounded batches; `randomness[i]` is the logarithm of `A_i`.
///
/// # Errors
/// As there.
pub fn prove_ballot(
    layout: &BallotLayout,
    content: &BallotContent<'_>,
    credential: &SecretScalar,
    randomness: &[SecretScalar],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, ProveError> {
    let witness = BallotWitness { credential, randomness, numbers: &[] };
    prove_bounded_ballot(layout, content, &witness, rng)
}

/// Proves knowledge of the credential's secret and of all randomness, and that every bounded batch's
/// number is in its range; returns the whole ballot: `layout.row_length()` bytes.
///
/// # Errors
/// `Input` when lengths do not fit; `SelfCheck` when the witness does not belong to the rows, or a
/// number is out of its range.
pub fn prove_bounded_ballot(
    layout: &BallotLayout,
    content: &BallotContent<'_>,
    witness: &BallotWitness<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, ProveError> {
    let BallotWitness { credential, randomness, numbers } = *witness;
    let width = layout.ciphertexts();
    if content.elements.len() != 2 * width || randomness.len() != width {
        return Err(ProveError::Input(Fault::Length { field: "rows" }));
    }
    if numbers.len() != layout.bounded().count() {
        return Err(ProveError::Input(Fault::Length { field: "numbers" }));
    }
    let key = group::encode(&credential.public());
    let mut transcript = ballot_transcript(
        content.election,
        content.box_index,
        &key,
        content.counter,
        content.elements,
    );
    let mut nonces = nonces(&transcript, witness, rng);
    let ranges = ranges(layout, content, witness, &transcript, &nonces)?;
    if !numbers.is_empty() {
        absorb_ranges(&mut transcript, &ranges);
    }
    let nonce = Zeroizing::new(nonces.scalar());
    // T = w·G
    let commitment = group::encode(&group::mul_base(&nonce));
    let challenge = ballot_challenge(&mut transcript, &commitment);
    // z = w + e·k + Σ e^{i+2}·r_i, by Horner's rule
    let mut inner = Zeroizing::new(Scalar::ZERO);
    for random in randomness.iter().rev() {
        *inner = (*inner + random.expose()) * challenge;
    }
    let response = *nonce + (*inner + credential.expose()) * challenge;
    let mut ballot = Vec::with_capacity(layout.row_length());
    ballot.extend_from_slice(&content.election.election);
    ballot.extend_from_slice(&content.box_index.to_le_bytes());
    ballot.extend_from_slice(&key);
    ballot.extend_from_slice(&content.counter.to_le_bytes());
    ballot.extend_from_slice(content.elements.as_flattened());
    ballot.extend_from_slice(&ranges);
    ballot.extend_from_slice(&commitment);
    ballot.extend_from_slice(&response.to_bytes());
    self_check(layout, content, &ballot)?;
    Ok(ballot)
}

/// The range parts of all bounded batches.
fn ranges(
    layout: &BallotLayout,
    content: &BallotContent<'_>,
    witness: &BallotWitness<'_>,
    transcript: &Transcript,
    nonces: &Nonces,
) -> Result<Vec<u8>, ProveError> {
    let mut parts = Vec::new();
    if witness.numbers.is_empty() {
        return Ok(parts);
    }
    let key = group::decode_proper(&content.election.public_key)
        .map_err(|error| ProveError::Input(Fault::from_group(error, "public key", 0)))?;
    let places: Vec<_> = layout.bounded().collect();
    for ((batch, ciphertext, bits), &number) in pairs(places, witness.numbers) {
        let length = ProveError::Input(Fault::Length { field: "rows" });
        let randomness = witness.randomness.get(ciphertext).ok_or(length)?;
        let bounded = BoundedWitness { batch, bits, key: &key, number, randomness };
        parts.extend(bounded.prove(transcript, nonces.fork(batch))?);
    }
    Ok(parts)
}

fn nonces(transcript: &Transcript, witness: &BallotWitness<'_>, rng: &mut dyn CryptoRng) -> Nonces {
    let length = 32 * (1 + witness.randomness.len()) + 8 * witness.numbers.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    bytes.extend_from_slice(&*witness.credential.to_bytes());
    for random in witness.randomness {
        bytes.extend_from_slice(&*random.to_bytes());
    }
    for number in witness.numbers {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    Nonces::new(transcript, &[&bytes], rng)
}

fn self_check(
    layout: &BallotLayout,
    content: &BallotContent<'_>,
    ballot: &[u8],
) -> Result<(), ProveError> {
    let length = ProveError::Input(Fault::Length { field: "rows" });
    let ballot = layout.read(ballot).ok_or(length)?;
    verify_ballot(content.election, content.box_index, &ballot).map_err(|fault| match fault {
        BallotFault::Form(fault) => ProveError::Input(fault),
        BallotFault::Context | BallotFault::Proof | BallotFault::Range => {
            ProveError::SelfCheck(Fault::Equation)
        }
    })
}
