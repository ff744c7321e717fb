//! The one place where the library of range proofs is called to verify. It takes an older
//! curve25519-dalek, so elements come and go as bytes.

use std::sync::LazyLock;

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek_4::ristretto::CompressedRistretto;
use psephos_core::hash::{self, Xof};
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding};
use rand_core_06::{CryptoRng, Error, RngCore};

use super::Bits;

const WEIGHT: &str = "psephos/v1/weights";

static GENERATORS: LazyLock<BulletproofGens> = LazyLock::new(|| BulletproofGens::new(32, 1));

/// The encoding of H.
#[must_use]
pub fn blinding_base() -> Encoding {
    PedersenGens::default().B_blinding.compress().to_bytes()
}

/// Whether a range proof holds for the commitment `value`; goes on with the range part's transcript.
pub(super) fn verify(
    transcript: &mut Transcript,
    bits: Bits,
    value: &Encoding,
    proof: &[u8],
) -> bool {
    let Ok(parsed) = RangeProof::from_bytes(proof) else { return false };
    let mut weight = Weight::after(transcript.clone(), proof);
    let value = CompressedRistretto(*value);
    let generators = (&*GENERATORS, &PedersenGens::default());
    let bits = bits.number() as usize;
    parsed
        .verify_single_with_rng(
            generators.0,
            generators.1,
            transcript.merlin(),
            &value,
            bits,
            &mut weight,
        )
        .is_ok()
}

/// The weight with which the library adds a proof's two equations: it follows from everything the
/// proof says and is about, so that no prover can choose the proof by it. The transcript has absorbed
/// the value already.
struct Weight(Xof);

impl Weight {
    fn after(mut transcript: Transcript, proof: &[u8]) -> Self {
        transcript.bytes("range proof", proof);
        let seed: Digest = transcript.challenge_bytes("range weight");
        Self(hash::xof(WEIGHT, &[&seed]))
    }
}

impl RngCore for Weight {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.take())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.take())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for Weight {}

#[cfg(test)]
mod tests {
    use psephos_core::group;

    use super::*;

    /// H as RFC 9496's one-way map of SHA3-512 over G's encoding.
    #[test]
    fn the_blinding_base_is_a_hash_of_the_base_point() {
        assert_eq!(
            hex::encode(blinding_base()),
            "8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134"
        );
        assert_ne!(blinding_base(), group::encode(&group::base()));
    }

    #[test]
    fn the_weight_follows_from_the_transcript_and_the_whole_proof() {
        let weight = |value: u8, proof: &[u8]| {
            let mut transcript = Transcript::new("test");
            transcript.encoding("value", &[value; 32]);
            Weight::after(transcript, proof).next_u64()
        };
        let honest = weight(1, &[2; 480]);
        let mut others = vec![weight(3, &[2; 480]), weight(1, &[2; 479]), weight(1, &[])];
        for place in [0, 100, 479] {
            let mut proof = [2; 480];
            proof[place] ^= 1;
            others.push(weight(1, &proof));
        }
        assert!(!others.contains(&honest));
        assert_eq!(honest, weight(1, &[2; 480]));
    }
}
