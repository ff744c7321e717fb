//! Provers of the two sigma protocols (spec/05-key-ceremony.md §5.2).

use psephos_core::transcript::Transcript;
use psephos_core::{Element, group};
use psephos_proofs::sigma::{Dleq, EqualLogarithms, Schnorr};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::nonces::Nonces;

/// Proves knowledge of `secret`, the logarithm of secret·G.
///
/// # Errors
/// `SelfCheck`, for the secret zero.
pub fn prove_knowledge(
    transcript: Transcript,
    secret: &SecretScalar,
    rng: &mut dyn CryptoRng,
) -> Result<Schnorr, ProveError> {
    let key = group::encode(&secret.public());
    let mut stated = transcript.clone();
    stated.encoding("key", &key);
    let nonce = Zeroizing::new(Nonces::new(&stated, &[&*secret.to_bytes()], rng).scalar());
    // T = w·G, z = w + c·x
    let commitment = group::encode(&group::mul_base(&nonce));
    let challenge = Schnorr::challenge(&mut transcript.clone(), &key, &commitment);
    let response = (*nonce + challenge * secret.expose()).to_bytes();
    let proof = Schnorr { commitment, response };
    proof.verify(transcript, &key).map_err(ProveError::SelfCheck)?;
    Ok(proof)
}

/// Proves log_G key = log_base image = `secret`.
///
/// # Errors
/// `Input` when the base is no element; `SelfCheck` when the statement is false.
pub fn prove_equality(
    transcript: Transcript,
    statement: &EqualLogarithms,
    secret: &SecretScalar,
    rng: &mut dyn CryptoRng,
) -> Result<Dleq, ProveError> {
    let base: Element = group::decode(&statement.base)
        .map_err(|error| ProveError::Input(psephos_proofs::Fault::from_group(error, "base", 0)))?;
    let mut stated = transcript.clone();
    stated.encoding("key", &statement.key);
    stated.encoding("base", &statement.base);
    stated.encoding("image", &statement.image);
    let nonce = Zeroizing::new(Nonces::new(&stated, &[&*secret.to_bytes()], rng).scalar());
    // T = w·G, T' = w·B, z = w + c·x
    let commitment = group::encode(&group::mul_base(&nonce));
    let image_commitment = group::encode(&(base * *nonce));
    let challenge =
        Dleq::challenge(&mut transcript.clone(), statement, &commitment, &image_commitment);
    let response = (*nonce + challenge * secret.expose()).to_bytes();
    let proof = Dleq { commitment, image_commitment, response };
    proof.verify(transcript, statement).map_err(ProveError::SelfCheck)?;
    Ok(proof)
}
