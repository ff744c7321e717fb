//! Proving that a bounded batch's ciphertext holds a number in its range (spec/06-ballot.md §6.5).

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek_4::Scalar as OlderScalar;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group};
use psephos_proofs::Fault;
use psephos_proofs::ballot::range::{
    Bits, blinding_base, equality_challenge, equality_responses, range_transcript,
};
use psephos_secrets::SecretScalar;
use rand_core_06::{CryptoRng, Error, RngCore};
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::nonces::Nonces;

/// What a range part is about, and its witness.
pub(super) struct BoundedWitness<'a> {
    /// Index of the batch in its box.
    pub(super) batch: u64,
    /// The bound.
    pub(super) bits: Bits,
    /// Y.
    pub(super) key: &'a Element,
    /// m.
    pub(super) number: u64,
    /// r, with A = rG and B = mG + rY.
    pub(super) randomness: &'a SecretScalar,
}

impl BoundedWitness<'_> {
    /// The range part; `ballot` is the transcript of the ballot's statement.
    pub(super) fn prove(
        &self,
        ballot: &Transcript,
        mut nonces: Nonces,
    ) -> Result<Vec<u8>, ProveError> {
        let number = Zeroizing::new(Scalar::from(self.number));
        let blinding = Zeroizing::new(nonces.scalar());
        let base = group::decode_proper(&blinding_base())
            .map_err(|error| ProveError::Input(Fault::from_group(error, "blinding base", 0)))?;
        let [w_m, w_r, w_s] = [(); 3].map(|()| Zeroizing::new(nonces.scalar()));
        // V = mG + sH
        let value = group::encode(&(group::mul_base(&number) + base * *blinding));
        let commitments = [
            group::mul_base(&w_r),
            group::mul_base(&w_m) + self.key * *w_r,
            group::mul_base(&w_m) + base * *w_s,
        ]
        .map(|point| group::encode(&point));
        let mut transcript = range_transcript(ballot, self.batch, self.bits);
        let e = equality_challenge(&mut transcript, &value, &commitments);
        let responses: [Encoding; 3] =
            [*w_m + e * *number, *w_r + e * self.randomness.expose(), *w_s + e * *blinding]
                .map(|response| response.to_bytes());
        equality_responses(&mut transcript, &responses);
        let proof = self.bulletproof(&mut transcript, &blinding, nonces)?;
        let mut part = Vec::with_capacity(self.bits.part_length());
        part.extend_from_slice(&value);
        part.extend_from_slice(commitments.as_flattened());
        part.extend_from_slice(responses.as_flattened());
        part.extend_from_slice(&proof);
        Ok(part)
    }

    fn bulletproof(
        &self,
        transcript: &mut Transcript,
        blinding: &Scalar,
        nonces: Nonces,
    ) -> Result<Vec<u8>, ProveError> {
        let refused = ProveError::SelfCheck(Fault::Equation);
        let blinding = Option::from(OlderScalar::from_canonical_bytes(blinding.to_bytes()))
            .map(Zeroizing::new)
            .ok_or_else(|| refused.clone())?;
        let bits = self.bits.number() as usize;
        let (proof, _) = RangeProof::prove_single_with_rng(
            &BulletproofGens::new(bits, 1),
            &PedersenGens::default(),
            transcript.merlin(),
            self.number,
            &blinding,
            bits,
            &mut OlderRandom(nonces),
        )
        .map_err(|_| refused)?;
        Ok(proof.to_bytes())
    }
}

/// The nonces, for a library that takes its randomness from an older trait.
struct OlderRandom(Nonces);

impl RngCore for OlderRandom {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for OlderRandom {}
