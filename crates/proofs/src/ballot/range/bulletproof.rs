//! The one place where the library of range proofs is called to verify. It takes an older
//! curve25519-dalek, so elements come and go as bytes.

use std::sync::LazyLock;

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek_4::ristretto::CompressedRistretto;
use psephos_core::hash::{self, Xof};
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding, group, trace};
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
    if trace::is_on() {
        replay(transcript.clone(), bits, value, proof);
    }
    let Ok(parsed) = RangeProof::from_bytes(proof) else { return false };
    let mut weight = Weight::after(transcript.clone().untraced(), proof);
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

/// Goes through the range proof's calls (spec/06-ballot.md §6.5) for a trace, as the library shows nothing
/// of them; the transcript as it stands after them.
fn replay(mut transcript: Transcript, bits: Bits, value: &Encoding, proof: &[u8]) -> Transcript {
    let (encodings, _) = proof.as_chunks::<32>();
    let [a, s, t_1, t_2, t_x, tau, mu, rest @ ..] = encodings else { return transcript };
    let (n, m) = (bits.number().to_le_bytes(), 1_u64.to_le_bytes());
    // What is absorbed under each label, or nothing where it is drawn.
    let mut calls: Vec<(&'static str, Option<&[u8]>)> = vec![
        ("dom-sep", Some(b"rangeproof v1")),
        ("n", Some(&n)),
        ("m", Some(&m)),
        ("V", Some(value)),
        ("A", Some(a)),
        ("S", Some(s)),
        ("y", None),
        ("z", None),
        ("T_1", Some(t_1)),
        ("T_2", Some(t_2)),
        ("x", None),
        ("t_x", Some(t_x)),
        ("t_x_blinding", Some(tau)),
        ("e_blinding", Some(mu)),
        ("w", None),
        ("dom-sep", Some(b"ipp v1")),
        ("n", Some(&n)),
    ];
    let (rounds, _) = rest.as_chunks::<2>();
    for [left, right] in rounds.iter().take(bits.rounds() as usize) {
        calls.extend([("L", Some(&left[..])), ("R", Some(right)), ("u", None)]);
    }
    for (label, absorbed) in calls {
        if let Some(bytes) = absorbed {
            transcript.bytes(label, bytes);
        } else {
            let challenge = group::scalar_wide(&transcript.challenge_bytes(label));
            transcript.drawn(label, challenge.as_bytes());
        }
    }
    transcript
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

    /// What is traced is what the library does: both transcripts end in the same state.
    #[test]
    fn the_replay_is_the_librarys_transcript() {
        let generators = PedersenGens::default();
        for (bits, number) in [(Bits::Eight, 200), (Bits::Sixteen, 1), (Bits::ThirtyTwo, 1 << 31)] {
            let blinding = curve25519_dalek_4::Scalar::from(7u64);
            let mut rng = Weight::after(Transcript::new("nonces"), &[]);
            let mut transcript = Transcript::new("test");
            let (proof, value) = RangeProof::prove_single_with_rng(
                &GENERATORS,
                &generators,
                transcript.clone().merlin(),
                number,
                &blinding,
                bits.number() as usize,
                &mut rng,
            )
            .unwrap();
            let (value, proof) = (value.to_bytes(), proof.to_bytes());
            let mut replayed = replay(transcript.clone(), bits, &value, &proof);
            assert!(verify(&mut transcript, bits, &value, &proof));
            let [library, replay] = [&mut transcript, &mut replayed]
                .map(|transcript| transcript.challenge_bytes::<32>("after"));
            assert_eq!(library, replay);
        }
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
