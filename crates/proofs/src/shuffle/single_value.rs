//! The single-value product argument (Bayer–Groth 2012, §5.3; spec/04-shuffle.md §3.3):
//! the n entries of one committed vector multiply to a given value.

use psephos_core::accumulator::Accumulator;
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Element, Scalar};
use serde::{Deserialize, Serialize};

use super::proof::{Field, open_element, open_scalar, open_scalars};
use super::shape::Shape;
use crate::fault::Fault;

/// Messages of the single-value product argument. The first and the last response of the partial
/// products are forced and have no field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleValueProof {
    /// First message: commitment to the mask d.
    pub mask: Fixed<32>,
    /// First message: commitment to the steps' linear terms.
    pub linear: Fixed<32>,
    /// Response: n scalars x·`a_i` + `d_i`.
    pub values: Encodings,
    /// First message: commitment to the steps' constant terms.
    pub constant: Fixed<32>,
    /// Response: n − 2 scalars x·`b_i` + `δ_i`, i = 2 … n − 1.
    pub products: Encodings,
    /// Response: randomness of the steps.
    pub steps_opening: Fixed<32>,
    /// Response: randomness of the values.
    pub values_opening: Fixed<32>,
}

/// A single-value product argument's messages, decoded.
pub(super) struct OpenedSingleValue {
    pub(super) mask: Element,
    pub(super) linear: Element,
    pub(super) constant: Element,
    pub(super) values: Vec<Scalar>,
    pub(super) products: Vec<Scalar>,
    pub(super) steps_opening: Scalar,
    pub(super) values_opening: Scalar,
}

impl SingleValueProof {
    pub(super) fn absorb_first_message(&self, transcript: &mut Transcript) {
        transcript.encoding("single value mask", &self.mask.0);
        transcript.encoding("single value constant", &self.constant.0);
        transcript.encoding("single value linear", &self.linear.0);
    }

    pub(super) fn fields<'a>(&'a self, shape: &Shape, fields: &mut Vec<Field<'a>>) {
        let n = shape.columns();
        fields.extend([
            Field::one("product.single_value.mask", &self.mask),
            Field::one("product.single_value.linear", &self.linear),
            Field::list("product.single_value.values", &self.values, n),
            Field::one("product.single_value.constant", &self.constant),
            Field::list("product.single_value.products", &self.products, n - 2),
            Field::one("product.single_value.steps_opening", &self.steps_opening),
            Field::one("product.single_value.values_opening", &self.values_opening),
        ]);
    }

    pub(super) fn open(&self) -> Result<OpenedSingleValue, Fault> {
        Ok(OpenedSingleValue {
            mask: open_element("product.single_value.mask", &self.mask)?,
            linear: open_element("product.single_value.linear", &self.linear)?,
            constant: open_element("product.single_value.constant", &self.constant)?,
            values: open_scalars("product.single_value.values", &self.values.0)?,
            products: open_scalars("product.single_value.products", &self.products.0)?,
            steps_opening: open_scalar("product.single_value.steps_opening", &self.steps_opening)?,
            values_opening: open_scalar(
                "product.single_value.values_opening",
                &self.values_opening,
            )?,
        })
    }
}

impl OpenedSingleValue {
    /// Adds the argument's own terms and returns the scalar that the statement's commitment gets;
    /// `x` is the argument's challenge, `product` the claimed value.
    pub(super) fn add_equations(
        &self,
        x: &Scalar,
        product: &Scalar,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> Scalar {
        let [values, steps] = [weights.scalar(), weights.scalar()];

        // (4) x·c_P[m−1] + c_mask = com(values; values_opening)
        sum.add(&values, &self.mask);
        sum.add_generator(0, &-(values * self.values_opening));
        sum.add_generators(1, &self.values, &-values);

        // (5) x·c_linear + c_constant = com(x·b̃_2 − b̃_1·ã_2, …, x·b̃_n − b̃_{n−1}·ã_n; steps_opening),
        //     where b̃_1 = ã_1 and b̃_n = x·product
        sum.add(&(steps * x), &self.linear);
        sum.add(&steps, &self.constant);
        sum.add_generator(0, &-(steps * self.steps_opening));
        sum.add_generators(1, &self.steps(x, product), &-steps);

        values * x
    }

    /// x·b̃_i − b̃_{i−1}·ã_i for i = 2 … n.
    pub(super) fn steps(&self, x: &Scalar, product: &Scalar) -> Vec<Scalar> {
        let mut running: Vec<Scalar> = self.values.iter().take(1).copied().collect();
        running.extend(&self.products);
        running.push(x * product);
        // b̃ and ã have n entries each: the shape was checked.
        pairs(running.windows(2), self.values.iter().skip(1))
            .map(|(step, value)| match step {
                [before, after] => x * after - before * value,
                _ => Scalar::ZERO,
            })
            .collect()
    }
}
