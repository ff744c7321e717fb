//! Taking a ballot back before it is cast (spec/06-ballot.md §6.6).

use psephos_core::{Digest, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{Challenge, challenge_transcript};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;

use crate::error::ProveError;
use crate::sigma::prove_knowledge;

/// States under the ballot's credential that the ballot with this tracker was opened.
///
/// # Errors
/// `SelfCheck`, for the secret zero.
pub fn prove_challenge(
    election: &ElectionContext,
    tracker: Digest,
    credential: &SecretScalar,
    rng: &mut dyn CryptoRng,
) -> Result<Challenge, ProveError> {
    let proof = prove_knowledge(challenge_transcript(election, &tracker), credential, rng)?;
    Ok(Challenge { tracker, credential: group::encode(&credential.public()), proof })
}
