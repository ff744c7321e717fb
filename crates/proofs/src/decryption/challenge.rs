//! The weights under which a trustee's shares are added (spec/07-decryption.md §7.3). They are
//! normative: prover and verifier compute the same.

use psephos_core::hash;
use psephos_core::multiexp::multiexp_vartime;
use psephos_core::{Digest, Element, Scalar};
use rayon::prelude::*;

/// Weights in one block of the stream.
pub const WEIGHTS_PER_BLOCK: u64 = 1024;

const DOMAIN: &str = "psephos/v1/share-weights";

/// Points multiplied at a time.
const BLOCK: usize = 1 << 13;

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
        let (block, skipped) = (first / WEIGHTS_PER_BLOCK, first % WEIGHTS_PER_BLOCK);
        let end = skipped + count as u64;
        (0..end.div_ceil(WEIGHTS_PER_BLOCK))
            .into_par_iter()
            .flat_map_iter(|index| {
                let taken = (end - index * WEIGHTS_PER_BLOCK).min(WEIGHTS_PER_BLOCK);
                let skipped = if index == 0 { skipped } else { 0 };
                self.block(block + index).take(taken as usize).skip(skipped as usize)
            })
            .collect()
    }

    fn block(&self, block: u64) -> impl Iterator<Item = Scalar> + use<> {
        let mut stream = hash::xof(DOMAIN, &[&self.seed, &block.to_le_bytes()]);
        (0..WEIGHTS_PER_BLOCK).map(move |_| Scalar::from(u128::from_le_bytes(stream.take())))
    }

    /// Σ weight·point in variable time, the first point under weight `first`.
    #[must_use]
    pub fn sum_vartime(&self, first: u64, points: &[Element]) -> Element {
        let sums = points.par_chunks(BLOCK).enumerate().map(|(index, points)| {
            let weights = self.range(first + (index * BLOCK) as u64, points.len());
            multiexp_vartime(&weights, points)
        });
        sums.reduce(Element::default, |left, right| left + right)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use psephos_core::group;
    use psephos_core::pairs::pairs;

    use super::*;

    /// However the points are cut into blocks, each has its own weight.
    #[test]
    fn sums_of_every_length_and_start() {
        let weights = BlockWeights::new([9; 32]);
        let logs: Vec<Scalar> = (1..=2 * BLOCK as u64 + 3).map(|k| Scalar::from(k * k)).collect();
        let points: Vec<Element> = logs.par_iter().map(group::mul_base).collect();
        for (first, count) in [(0, 0), (5, 1), (1023, 1025), (7, BLOCK), (1030, points.len())] {
            let sum: Scalar =
                pairs(weights.range(first, count), &logs[..count]).map(|(w, log)| w * log).sum();
            let found = weights.sum_vartime(first, &points[..count]);
            assert_eq!(found, group::mul_base(&sum), "{first}, {count}");
        }
    }

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
