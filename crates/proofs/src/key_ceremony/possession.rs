//! Proof of possession of a share-encryption key (spec/05-key-ceremony.md §5.3).

use psephos_core::Encoding;
use psephos_core::transcript::Transcript;

use super::CeremonyContext;
use crate::Fault;
use crate::sigma::Schnorr;

/// The transcript of trustee `trustee`'s proof that it knows the secret of its share-encryption
/// key P; [`Schnorr`] absorbs the key itself.
#[must_use]
pub fn possession_transcript(context: &CeremonyContext, trustee: u64) -> Transcript {
    let mut transcript = Transcript::new("key-possession");
    transcript.concerns(|| format!("accept attempt {} trustee {trustee}", context.attempt));
    context.absorb(&mut transcript);
    transcript.integer("trustee", trustee);
    transcript
}

/// Checks the proof in an `accept` record.
///
/// # Errors
/// The fault; the identity as key is `Membership` in the field `key`.
pub fn verify_possession(
    context: &CeremonyContext,
    trustee: u64,
    key: &Encoding,
    proof: &Schnorr,
) -> Result<(), Fault> {
    proof.verify(possession_transcript(context, trustee), key)
}
