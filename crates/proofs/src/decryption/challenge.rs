//! The weights under which a trustee's shares are added (spec/07-decryption.md §7.3). They are
//! normative: prover and verifier compute the same.

use psephos_core::cores::even_tasks;
use psephos_core::hash;
use psephos_core::multiexp::{self, multiexp_alone_vartime};
use psephos_core::{Digest, Element, Scalar};
use rayon::prelude::*;

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
        let (block, skipped) = (first / WEIGHTS_PER_BLOCK, first % WEIGHTS_PER_BLOCK);
        (block..).flat_map(|block| self.block(block)).skip(skipped as usize).take(count).collect()
    }

    fn block(&self, block: u64) -> impl Iterator<Item = Scalar> + use<> {
        let mut stream = hash::xof(DOMAIN, &[&self.seed, &block.to_le_bytes()]);
        (0..WEIGHTS_PER_BLOCK).map(move |_| Scalar::from(u128::from_le_bytes(stream.take())))
    }

    /// Σ weight·point in variable time on every core, the first point under weight `first`.
    #[must_use]
    pub fn sum_vartime(&self, first: u64, points: &[Element]) -> Element {
        let task = even_tasks(points.len(), [WEIGHTS_PER_BLOCK as usize, multiexp::CHUNK]);
        let sums = points
            .par_chunks(task)
            .enumerate()
            .map(|(index, points)| self.sum_alone_vartime(first + (index * task) as u64, points));
        sums.reduce(Element::default, |left, right| left + right)
    }

    /// [`Self::sum_vartime`] on one core, for one of many tasks.
    #[must_use]
    pub fn sum_alone_vartime(&self, first: u64, points: &[Element]) -> Element {
        multiexp_alone_vartime(&self.range(first, points.len()), points)
    }
}
