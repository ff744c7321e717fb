//! The verifier's own weights: one for each equation that enters an accumulator
//! (spec/03-transcript.md §4). They never reach a format.

use crate::group::scalar_wide;
use crate::hash::{Xof, xof};
use crate::transcript::Transcript;
use crate::{Digest, Scalar};

const DOMAIN: &str = "psephos/v1/weights";

/// A stream of non-zero weights out of one transcript that has absorbed everything
/// that shares the accumulator.
pub struct Weights(Xof);

impl Weights {
    /// Draws the stream's seed from the transcript.
    pub fn from_transcript(transcript: &mut Transcript, label: &'static str) -> Self {
        let seed: Digest = transcript.challenge_bytes(label);
        transcript.drawn(label, &seed);
        Self(xof(DOMAIN, &[&seed]))
    }

    /// The next weight, uniform mod q but never zero.
    pub fn scalar(&mut self) -> Scalar {
        loop {
            let weight = scalar_wide(&self.0.take());
            if weight != Scalar::ZERO {
                return weight;
            }
        }
    }

    /// The next weight of 128 bits, never zero: half the price in a multi-exponentiation.
    pub fn short(&mut self) -> Scalar {
        loop {
            let weight = u128::from_le_bytes(self.0.take());
            if weight != 0 {
                return Scalar::from(weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn weights_are_distinct_and_follow_from_the_transcript() {
        let stream = |text: &[u8]| {
            let mut transcript = Transcript::new("test");
            transcript.bytes("text", text);
            let mut weights = Weights::from_transcript(&mut transcript, "weights");
            (0..200)
                .map(|i| if i % 2 == 0 { weights.scalar() } else { weights.short() }.to_bytes())
                .collect::<Vec<_>>()
        };
        let (a, b) = (stream(b"a"), stream(b"b"));
        assert_eq!(a, stream(b"a"));
        assert_eq!(a.iter().chain(&b).collect::<BTreeSet<_>>().len(), 400);
        assert!(a.iter().skip(1).step_by(2).all(|short| short[16..] == [0; 16]));
    }
}
