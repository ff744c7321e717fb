//! The voter's side of the ballot proof (spec/06-ballot.md §6.3).

use psephos_core::transcript::Transcript;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ballot::{
    BallotFault, BallotLayout, ballot_challenge, ballot_transcript, verify_ballot,
};
use psephos_proofs::{ElectionContext, Fault};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::nonces::Nonces;

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

/// Proves knowledge of the credential's secret and of all randomness, and returns the whole
/// ballot: `layout.row_length()` bytes.
///
/// `randomness[i]` is the logarithm of `A_i`.
///
/// # Errors
/// `Input` when lengths do not fit; `SelfCheck` when the witness does not belong to the rows.
pub fn prove_ballot(
    layout: &BallotLayout,
    content: &BallotContent<'_>,
    credential: &SecretScalar,
    randomness: &[SecretScalar],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, ProveError> {
    let width = layout.ciphertexts();
    if content.elements.len() != 2 * width || randomness.len() != width {
        return Err(ProveError::Input(Fault::Length { field: "rows" }));
    }
    let key = group::encode(&credential.public());
    let mut transcript = ballot_transcript(
        content.election,
        content.box_index,
        &key,
        content.counter,
        content.elements,
    );
    let nonce = nonce(&transcript, credential, randomness, rng);
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
    ballot.extend_from_slice(&commitment);
    ballot.extend_from_slice(&response.to_bytes());
    self_check(layout, content, &ballot)?;
    Ok(ballot)
}

fn nonce(
    transcript: &Transcript,
    credential: &SecretScalar,
    randomness: &[SecretScalar],
    rng: &mut dyn CryptoRng,
) -> Zeroizing<Scalar> {
    let mut witness = Zeroizing::new(Vec::with_capacity(32 * (1 + randomness.len())));
    witness.extend_from_slice(&*credential.to_bytes());
    for random in randomness {
        witness.extend_from_slice(&*random.to_bytes());
    }
    Zeroizing::new(Nonces::new(transcript, &[&witness], rng).scalar())
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
        BallotFault::Context | BallotFault::Proof => ProveError::SelfCheck(Fault::Equation),
    })
}
