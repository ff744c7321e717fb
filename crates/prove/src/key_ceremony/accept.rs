//! Round 1: a share-encryption key for one attempt (spec/05-key-ceremony.md §5.3).

use psephos_core::Encoding;
use psephos_proofs::key_ceremony::{CeremonyContext, possession_transcript};
use psephos_proofs::sigma::Schnorr;
use psephos_secrets::ShareEncryptionKey;
use rand_core::CryptoRng;

use crate::error::ProveError;
use crate::sigma::prove_knowledge;

/// What a trustee publishes in its `accept` record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// P.
    pub key: Encoding,
    /// Proof of possession.
    pub proof: Schnorr,
}

/// Makes the share-encryption key of `trustee` for this attempt.
///
/// # Errors
/// `SelfCheck`.
pub fn accept(
    context: &CeremonyContext,
    trustee: u64,
    rng: &mut dyn CryptoRng,
) -> Result<(ShareEncryptionKey, Acceptance), ProveError> {
    let secret = ShareEncryptionKey::random(rng);
    let transcript = possession_transcript(context, trustee);
    let proof = prove_knowledge(transcript, secret.secret(), rng)?;
    let key = secret.public();
    Ok((secret, Acceptance { key, proof }))
}
