//! One mix's proof, from bytes to equations (spec/04-shuffle.md §2 to §5).

use psephos_core::accumulator::Accumulator;
use psephos_core::weights::Weights;
use psephos_core::{Digest, Element};

use super::challenge::Challenges;
use super::multiexp::OpenedMultiexp;
use super::product::OpenedProduct;
use super::proof::{Proof, open_elements};
use super::row_form::RowForm;
use super::shape::Shape;
use super::statement::Statement;
use crate::fault::{Fault, proper_element};

/// A proof of the right shape, decoded, with its challenges: ready for weights.
pub(super) struct Prepared {
    pub(super) shape: Shape,
    pub(super) public_key: Element,
    pub(super) challenges: Challenges,
    pub(super) binding: Digest,
    pub(super) exponents: Vec<Element>,
    pub(super) powers: Vec<Element>,
    pub(super) product: OpenedProduct,
    pub(super) multiexp: OpenedMultiexp,
}

/// A proof's equations under their weights: all hold if `sum` and the two forms, evaluated on
/// their lists, add up to the identity.
pub(super) struct Equations {
    pub sum: Accumulator,
    pub input: RowForm,
    pub output: RowForm,
}

impl Prepared {
    /// Shape first, then encodings, then challenges.
    ///
    /// # Errors
    /// Any [`Fault`] but `Equation`.
    pub(super) fn new(statement: &Statement, proof: &Proof) -> Result<Self, Fault> {
        let shape = statement.shape()?;
        proof.check_shape(&shape)?;
        let public_key = proper_element(&statement.context.election.public_key, "public_key", 0)?;
        let exponents = open_elements("exponents", &proof.exponents.0)?;
        let powers = open_elements("powers", &proof.powers.0)?;
        let product = proof.product.open()?;
        let multiexp = proof.multiexp.open()?;
        let (challenges, closed) = Challenges::of(statement, &shape, proof);
        let binding = closed.bind(proof, &shape);
        Ok(Self { shape, public_key, challenges, binding, exponents, powers, product, multiexp })
    }

    /// A digest of statement and proof, for the weights.
    pub(super) fn binding(&self) -> &Digest {
        &self.binding
    }

    /// Puts every equation under the next weights.
    pub(super) fn equations(self, weights: &mut Weights) -> Equations {
        let Self { shape, public_key, challenges, exponents, powers, product, multiexp, .. } = self;
        let mut sum = Accumulator::new();
        let permuted = product.add_equations(&shape, &challenges, weights, &mut sum);
        let (x, x_m) = (&challenges.x, &challenges.last.multiexp);
        let moved = multiexp.add_equations(&shape, &public_key, x, x_m, weights, &mut sum);
        sum.add_many(&permuted.exponents, &exponents);
        sum.add_many(&permuted.powers, &powers);
        sum.add_many(&moved.powers, &powers);
        Equations { sum, input: moved.input, output: moved.output }
    }
}
