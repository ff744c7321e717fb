//! The product argument (Bayer–Groth 2012, §5; spec/04-shuffle.md §3): the m·n values
//! `d_i` = y·`a_i` + `b_i` − z multiply to Π_{i=1}^{m·n} (y·i + x^i − z), so that a is a permutation
//! of 1 … m·n and b the same permutation of the powers of x.

use psephos_core::accumulator::Accumulator;
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::montgomery::Montgomery;
use psephos_core::weights::Weights;
use psephos_core::{Element, Scalar};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::challenge::{Challenges, ProductChallenges};
use super::hadamard;
use super::powers::{TASK, progression};
use super::proof::{Field, open_element, open_elements};
use super::shape::Shape;
use super::single_value::{OpenedSingleValue, SingleValueProof};
use super::zero::{OpenedZero, ZeroProof};
use crate::fault::Fault;

/// Messages of the product argument. The first partial product's commitment is that of the first
/// row, the last one that of the column products: neither is repeated in `partial`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductProof {
    /// That the partial products are products.
    pub zero: ZeroProof,
    /// Commitment to the products of the columns.
    pub columns: Fixed<32>,
    /// m − 2 commitments to the partial products `p_1 … p_{m−2}` of the rows.
    pub partial: Encodings,
    /// That the column products multiply to the value that the challenges imply.
    pub single_value: SingleValueProof,
}

/// A product argument's messages, decoded.
pub(super) struct OpenedProduct {
    pub(super) zero: OpenedZero,
    pub(super) columns: Element,
    pub(super) partial: Vec<Element>,
    pub(super) single_value: OpenedSingleValue,
}

/// Scalars of the commitments to a and to b, one each for a matrix row.
pub(super) struct ProductTerms {
    pub exponents: Vec<Scalar>,
    pub powers: Vec<Scalar>,
}

impl ProductProof {
    pub(super) fn fields<'a>(&'a self, shape: &Shape, fields: &mut Vec<Field<'a>>) {
        self.zero.fields(shape, fields);
        fields.push(Field::one("product.columns", &self.columns));
        fields.push(Field::list("product.partial", &self.partial, shape.matrix_rows() - 2));
        self.single_value.fields(shape, fields);
    }

    pub(super) fn open(&self) -> Result<OpenedProduct, Fault> {
        Ok(OpenedProduct {
            zero: self.zero.open()?,
            columns: open_element("product.columns", &self.columns)?,
            partial: open_elements("product.partial", &self.partial.0)?,
            single_value: self.single_value.open()?,
        })
    }
}

impl OpenedProduct {
    /// Adds the argument's own terms and returns the scalars that the commitments to a and b get.
    pub(super) fn add_equations(
        &self,
        shape: &Shape,
        challenges: &Challenges,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> ProductTerms {
        let ProductChallenges { y, z } = &challenges.product;
        let Challenges { x, hadamard, last, .. } = challenges;
        let zero = self.zero.add_equations(shape, &last.zero, &hadamard.y, weights, sum);
        let claimed = expected_product(shape, x, &challenges.product);
        let columns = self.single_value.add_equations(&last.single_value, &claimed, weights, sum);
        let mut terms = hadamard::terms(shape, &zero, &hadamard.x);

        // p_0 is d_0; p_{m−1} is the vector of column products.
        if let ([first, inner @ .., product], [row, ..]) = (&terms.partial[..], &mut terms.rows[..])
        {
            *row += first;
            sum.add_many(inner, &self.partial);
            sum.add(&(columns + product), &self.columns);
        }
        // c_d[r] = y·c_A[r] + c_B[r] − z·com(1, …, 1; 0)
        let ones = terms.ones - z * terms.rows.iter().sum::<Scalar>();
        sum.add_generators(1, &vec![Scalar::ONE; shape.columns()], &ones);
        ProductTerms {
            exponents: terms.rows.iter().map(|scalar| y * scalar).collect(),
            powers: terms.rows,
        }
    }
}

/// Π_{i=1}^{m·n} (y·i + x^i − z).
pub fn expected_product(shape: &Shape, x: &Scalar, challenges: &ProductChallenges) -> Scalar {
    let [y, z] = [challenges.y, challenges.z].map(Montgomery::from);
    let cells = shape.cells();
    let starts: Vec<usize> = (0..cells).step_by(TASK).collect();
    let products: Vec<Montgomery> = starts
        .into_par_iter()
        .map(|start| {
            let first = start as u64 + 1;
            let mut line = y * Scalar::from(first).into() - z;
            let mut product = Montgomery::ONE;
            for power in progression(x, first).take(TASK.min(cells - start)) {
                product *= line + power;
                line += y;
            }
            product
        })
        .collect();
    products.into_iter().fold(Montgomery::ONE, |all, product| all * product).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: what the formula says, in one task and in several, the last one not full.
    #[test]
    fn the_product_by_the_formula() {
        let [x, y, z] = [3u64, 5, 7].map(Scalar::from);
        let challenges = ProductChallenges { y, z };
        for rows in [1, 9, TASK as u64, TASK as u64 + 1, 3 * TASK as u64 - 5] {
            let shape = Shape::of(rows, 1).unwrap();
            let mut expected = Scalar::ONE;
            let mut power = Scalar::ONE;
            for i in 1..=shape.cells() as u64 {
                power *= x;
                expected *= y * Scalar::from(i) + power - z;
            }
            assert_eq!(expected_product(&shape, &x, &challenges), expected, "{rows} rows");
        }
    }
}
