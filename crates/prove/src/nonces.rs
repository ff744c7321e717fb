//! Hedged nonces. No verifier can tell how they were made, so nothing here is normative.

use std::fmt;

use psephos_core::Scalar;
use psephos_core::group;
use psephos_core::hash;
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const SEED: &str = "psephos/v1/nonce-seed";
const FORK: &str = "psephos/v1/nonce-fork";
const NONCE: &str = "psephos/v1/nonce";

/// Scalars for each task.
const SCALARS: usize = 1 << 8;

/// A stream of secret scalars for one proof.
///
/// It follows from the transcript so far, 32 random bytes and the witness together: a broken random
/// source alone repeats no nonce under two challenges, and a known witness alone predicts none.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Nonces {
    seed: [u8; 32],
    drawn: u64,
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces(redacted)")
    }
}

impl Nonces {
    /// Starts the stream for a proof whose transcript has absorbed the statement.
    ///
    /// `witness` is everything secret that the proof is about, encoded in any injective way.
    pub fn new(transcript: &Transcript, witness: &[&[u8]], rng: &mut dyn CryptoRng) -> Self {
        let mut challenge: [u8; 32] = transcript.clone().challenge_bytes("nonces");
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *random);
        let lengths: Vec<[u8; 8]> =
            witness.iter().map(|part| (part.len() as u64).to_le_bytes()).collect();
        let mut parts: Vec<&[u8]> = vec![&challenge, &*random];
        for (length, part) in pairs(&lengths, witness) {
            parts.push(length);
            parts.push(part);
        }
        let seed = hash::xof(SEED, &parts).take();
        challenge.zeroize();
        Self { seed, drawn: 0 }
    }

    /// The next scalar, uniform mod q.
    pub fn scalar(&mut self) -> Scalar {
        let index = self.drawn;
        self.drawn += 1;
        self.scalar_at(index)
    }

    fn scalar_at(&self, index: u64) -> Scalar {
        let mut wide = Zeroizing::new([0; 64]);
        self.fill_at(index, &mut *wide);
        group::scalar_wide(&wide)
    }

    /// The next bytes, for a library that draws its nonces itself.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        let index = self.drawn;
        self.drawn += 1;
        self.fill_at(index, bytes);
    }

    fn fill_at(&self, index: u64, bytes: &mut [u8]) {
        hash::xof(NONCE, &[&self.seed, &index.to_le_bytes()]).fill(bytes);
    }

    /// The next `count` scalars, on every core.
    pub fn scalars(&mut self, count: usize) -> Vec<Scalar> {
        let first = self.drawn;
        self.drawn += count as u64;
        let indices = (0..count).into_par_iter().with_min_len(SCALARS);
        indices.map(|index| self.scalar_at(first + index as u64)).collect()
    }

    /// A stream of its own for part `index` of the proof, whatever this one has given out: parts
    /// that work in parallel draw the same scalars in any order.
    #[must_use]
    pub fn fork(&self, index: u64) -> Self {
        let seed = hash::xof(FORK, &[&self.seed, &index.to_le_bytes()]).take();
        Self { seed, drawn: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn first(text: &[u8], witness: &[&[u8]], seed: u64) -> Scalar {
        let mut transcript = Transcript::new("test");
        transcript.bytes("text", text);
        Nonces::new(&transcript, witness, &mut ChaCha20Rng::seed_from_u64(seed)).scalar()
    }

    #[test]
    fn every_input_matters() {
        let base = first(b"a", &[b"w", b"v"], 1);
        assert_eq!(base, first(b"a", &[b"w", b"v"], 1));
        for other in
            [first(b"b", &[b"w", b"v"], 1), first(b"a", &[b"wv"], 1), first(b"a", &[b"w", b"v"], 2)]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn forks_do_not_depend_on_what_was_drawn() {
        let mut nonces =
            Nonces::new(&Transcript::new("test"), &[], &mut ChaCha20Rng::seed_from_u64(3));
        let before = nonces.fork(5).scalar();
        let (a, b) = (nonces.scalar(), nonces.scalar());
        assert_eq!(before, nonces.fork(5).scalar());
        assert!(before != a && a != b && before != nonces.fork(6).scalar());
    }
}
