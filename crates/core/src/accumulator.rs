//! Many equations in one multi-exponentiation: whoever checks multiplies each equation by a weight
//! of its own and adds it here; all hold if the sum is the identity (spec/03-transcript.md §4).

use curve25519_dalek::traits::IsIdentity;

use crate::generators::Generators;
use crate::group;
use crate::multiexp::multiexp_vartime;
use crate::{Element, Scalar};

/// Σ scalar·point over the base point, the generators and loose points.
/// Terms of the same base are added as scalars, so each base is multiplied once.
#[derive(Clone, Default)]
pub struct Accumulator {
    base: Scalar,
    generators: Vec<Scalar>,
    scalars: Vec<Scalar>,
    points: Vec<Element>,
}

impl Accumulator {
    /// An empty sum.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds scalar·G.
    pub fn add_base(&mut self, scalar: &Scalar) {
        self.base += scalar;
    }

    /// Adds scalar·`H_index`.
    pub fn add_generator(&mut self, index: usize, scalar: &Scalar) {
        *self.generator(index) += scalar;
    }

    /// Adds Σ `weight·scalars[j]·H_{first+j}`.
    pub fn add_generators(&mut self, first: usize, scalars: &[Scalar], weight: &Scalar) {
        for (j, scalar) in scalars.iter().enumerate() {
            *self.generator(first + j) += weight * scalar;
        }
    }

    fn generator(&mut self, index: usize) -> &mut Scalar {
        if self.generators.len() <= index {
            self.generators.resize(index + 1, Scalar::ZERO);
        }
        #[expect(clippy::indexing_slicing, reason = "the list was just made long enough")]
        &mut self.generators[index]
    }

    /// Adds scalar·point.
    pub fn add(&mut self, scalar: &Scalar, point: &Element) {
        self.scalars.push(*scalar);
        self.points.push(*point);
    }

    /// Adds Σ `scalars[i]·points[i]`.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn add_many(&mut self, scalars: &[Scalar], points: &[Element]) {
        assert_eq!(scalars.len(), points.len(), "one scalar for each point");
        self.scalars.extend_from_slice(scalars);
        self.points.extend_from_slice(points);
    }

    /// Adds everything that another accumulator holds.
    pub fn merge(&mut self, other: &Self) {
        self.base += other.base;
        self.add_generators(0, &other.generators, &Scalar::ONE);
        self.add_many(&other.scalars, &other.points);
    }

    /// How many generators beyond `H_0` the sum needs.
    pub fn generators_needed(&self) -> usize {
        self.generators.len().saturating_sub(1)
    }

    /// The sum, in variable time.
    ///
    /// # Panics
    /// When fewer than [`Self::generators_needed`] generators were derived.
    pub fn sum_vartime(&self, generators: &Generators) -> Element {
        #[expect(
            clippy::indexing_slicing,
            reason = "documented; the count is not read from a proof"
        )]
        let bases = &generators.as_slice()[..self.generators.len()];
        group::mul_base(&self.base)
            + multiexp_vartime(&self.generators, bases)
            + multiexp_vartime(&self.scalars, &self.points)
    }

    /// Whether the sum is the identity, in variable time.
    ///
    /// # Panics
    /// As [`Self::sum_vartime`].
    pub fn is_zero_vartime(&self, generators: &Generators) -> bool {
        self.sum_vartime(generators).is_identity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{base, mul_base};

    #[test]
    fn sums_over_every_kind_of_base() {
        let s = |k: u64| Scalar::from(k);
        let generators = Generators::derive(5);
        let h = generators.as_slice();
        let mut sum = Accumulator::new();
        assert!(sum.is_zero_vartime(&generators));
        sum.add_base(&s(3));
        sum.add_generator(4, &s(5));
        sum.add_generators(1, &[s(1), s(2)], &s(10));
        let mut other = Accumulator::new();
        other.add(&s(7), &h[0]);
        other.add_generators(3, &[s(1), s(1)], &s(1));
        sum.merge(&other);
        let expected =
            mul_base(&s(3)) + h[4] * s(6) + h[1] * s(10) + h[2] * s(20) + h[3] + h[0] * s(7);
        assert_eq!(sum.sum_vartime(&generators), expected);
        assert_eq!(sum.generators_needed(), 4);
        assert!(!sum.is_zero_vartime(&generators));
        sum.add_many(&[-s(1)], &[expected]);
        assert!(sum.is_zero_vartime(&generators));
        sum.add(&s(1), &base());
        assert!(!sum.is_zero_vartime(&generators));
    }
}
