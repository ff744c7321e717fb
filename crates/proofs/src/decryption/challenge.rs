//! The weights under which a trustee's shares are added (spec/07-decryption.md §7.3). They are
//! normative: prover and verifier compute the same.

use psephos_core::hash;
use psephos_core::{Digest, Scalar};

/// Weights in one block of the stream.
pub const WEIGHTS_PER_BLOCK: u64 = 1024;

const DOMAIN: &str = "psephos/v1/share-weights";

/// Weights of 128 bits by index: block b of X[psephos/v1/share-weights](seed ‖ LE64(b)), 16 bytes
/// little-endian each.
#[derive(Clone, Copy, Debug)]
pub struct BlockWeights {
    seed: Digest,
}

impl BlockWeights {
    /// The weights that follow from a seed.
    #[must_use]
    pub fn new(seed: Digest) -> Self {
        Self { seed }
    }

    /// Weights `first`, `first` + 1, …, `count` of them.
    #[must_use]
    pub fn range(&self, first: u64, count: usize) -> Vec<Scalar> {
        let mut weights = Vec::with_capacity(count);
        let mut block = first / WEIGHTS_PER_BLOCK;
        let mut skip = first % WEIGHTS_PER_BLOCK;
        while weights.len() < count {
            let mut stream = hash::xof(DOMAIN, &[&self.seed, &block.to_le_bytes()]);
            for position in 0..WEIGHTS_PER_BLOCK {
                let weight = u128::from_le_bytes(stream.take());
                if position >= skip && weights.len() < count {
                    weights.push(Scalar::from(weight));
                }
            }
            (block, skip) = (block + 1, 0);
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// (1) of spec/07-decryption.md: w_i is at position 16·(i mod 1024) of block i div 1024.
    #[test]
    fn weights_of_every_block_by_the_formula() {
        let weights = BlockWeights::new([7; 32]);
        let all = weights.range(0, 3000);
        let distinct: BTreeSet<[u8; 32]> = all.iter().map(Scalar::to_bytes).collect();
        assert_eq!(distinct.len(), 3000);
        for first in [0, 1, 1023, 1024, 1025, 2047, 2900] {
            assert_eq!(weights.range(first as u64, 100)[..], all[first..first + 100], "{first}");
        }
        for (index, weight) in all.iter().enumerate() {
            let (block, position) = ((index / 1024) as u64, index % 1024);
            if !(3..=1020).contains(&position) {
                let mut stream = hash::xof(DOMAIN, &[&[7; 32], &block.to_le_bytes()]);
                let bytes: Vec<[u8; 16]> = (0..=position).map(|_| stream.take()).collect();
                assert_eq!(*weight, Scalar::from(u128::from_le_bytes(bytes[position])), "{index}");
            }
        }
    }
}
