//! Generators `H_0 … H_n` of the commitment scheme and commitments to vectors
//! (spec/02-group.md §4). Derived by whoever verifies, never read from a proof.

use rayon::prelude::*;

use crate::hash::xof;
use crate::multiexp::multiexp_vartime;
use crate::{Element, Scalar};

/// The label every generator is hashed from; part of the suite that a manifest names.
pub const LABEL: &str = "psephos/v1/generator";

/// `H_0 … H_n`.
#[derive(Clone, Debug)]
pub struct Generators(Vec<Element>);

impl Generators {
    /// Derives `H_0 … H_n`: n + 1 elements, about 7 µs each on one core.
    pub fn derive(n: usize) -> Self {
        Self::derive_from(LABEL, n)
    }

    /// Derives n + 1 elements from another label. No verifier uses them.
    pub fn derive_from(label: &str, n: usize) -> Self {
        Self(
            (0..n + 1)
                .into_par_iter()
                .with_min_len(64)
                .map(|index| generator(label, index as u64))
                .collect(),
        )
    }

    /// `H_index`, where it was derived.
    pub fn get(&self, index: usize) -> Option<&Element> {
        self.0.get(index)
    }

    /// All of them, `H_0` first.
    pub fn as_slice(&self) -> &[Element] {
        &self.0
    }

    /// `com(values; r) = r·H_0 + Σ values[j]·H_{j+1}` (Pedersen), in variable time.
    ///
    /// # Panics
    /// When there are more values than generators: the caller derived too few.
    pub fn commit_vartime(&self, values: &[Scalar], randomness: &Scalar) -> Element {
        #[expect(
            clippy::indexing_slicing,
            reason = "documented; the count is not read from a proof"
        )]
        let (blinding, generators) = (&self.0[0], &self.0[1..=values.len()]);
        blinding * randomness + multiexp_vartime(values, generators)
    }
}

/// `H_index`: hash-to-group of RFC 9496 §4.3.4 over the first 64 bytes of `X[label](LE64(index))`.
fn generator(label: &str, index: u64) -> Element {
    Element::from_uniform_bytes(&xof(label, &[&index.to_le_bytes()]).take())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::encode;
    use std::collections::BTreeSet;

    #[test]
    fn a_longer_derivation_continues_a_shorter() {
        let (short, long) = (Generators::derive(3), Generators::derive(200));
        assert_eq!(short.as_slice(), &long.as_slice()[..4]);
        let distinct: BTreeSet<_> = long.as_slice().iter().map(encode).collect();
        assert_eq!(distinct.len(), 201);
    }

    #[test]
    fn commitments_are_linear_and_padded_by_zero() {
        let h = Generators::derive(4);
        let s = |k: u64| Scalar::from(k);
        let a = h.commit_vartime(&[s(1), s(2)], &s(3));
        let b = h.commit_vartime(&[s(5), s(7), s(11)], &s(13));
        assert_eq!(a + b, h.commit_vartime(&[s(6), s(9), s(11), s(0)], &s(16)));
        assert_ne!(a, h.commit_vartime(&[s(2), s(1)], &s(3)));
    }
}
