//! The zero argument (Bayer–Groth 2012, §5.2; spec/04-shuffle.md §3.2): committed vectors
//! `a_1 … a_m` and `b_0 … b_{m−1}` satisfy Σ `a_i` * `b_{i−1}` = 0, where
//! a * b = Σ `a_j`·`b_j`·y^j.

use psephos_core::accumulator::Accumulator;
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Element, Scalar};
use serde::{Deserialize, Serialize};

use super::powers::{dot, powers};
use super::proof::{Field, open_element, open_elements, open_scalar, open_scalars};
use super::shape::Shape;
use crate::fault::Fault;

/// Messages of the zero argument. The diagonal m + 1 is forced and has no field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZeroProof {
    /// Response: n scalars, Σ x^i·`a_i`.
    pub left: Encodings,
    /// Response: n scalars, Σ x^{m−j}·`b_j`.
    pub right: Encodings,
    /// First message: 2m commitments to the diagonals 0 … 2m without m + 1.
    pub diagonals: Encodings,
    /// First message: commitment to the mask `a_0`.
    pub left_blind: Fixed<32>,
    /// First message: commitment to the mask `b_m`.
    pub right_blind: Fixed<32>,
    /// Response: randomness of `left`.
    pub left_opening: Fixed<32>,
    /// Response: randomness of `right`.
    pub right_opening: Fixed<32>,
    /// Response: randomness of the diagonals' sum.
    pub diagonal_opening: Fixed<32>,
}

/// A zero argument's messages, decoded.
pub(super) struct OpenedZero {
    pub(super) left: Vec<Scalar>,
    pub(super) right: Vec<Scalar>,
    pub(super) diagonals: Vec<Element>,
    pub(super) left_blind: Element,
    pub(super) right_blind: Element,
    pub(super) left_opening: Scalar,
    pub(super) right_opening: Scalar,
    pub(super) diagonal_opening: Scalar,
}

/// What one statement vector's commitment contributes to an equation: its index and scalar.
pub(super) struct ZeroEquations {
    /// The scalar of the commitment to `a_i`, i = 1 … m.
    pub left: Vec<Scalar>,
    /// The scalar of the commitment to `b_j`, j = 0 … m − 1.
    pub right: Vec<Scalar>,
}

impl ZeroProof {
    pub(super) fn absorb_first_message(&self, transcript: &mut Transcript) {
        transcript.encoding("zero left blind", &self.left_blind.0);
        transcript.encoding("zero right blind", &self.right_blind.0);
        transcript.encodings("zero diagonals", &self.diagonals.0);
    }

    pub(super) fn fields<'a>(&'a self, shape: &Shape, fields: &mut Vec<Field<'a>>) {
        let (m, n) = (shape.matrix_rows(), shape.columns());
        fields.extend([
            Field::list("product.zero.left", &self.left, n),
            Field::list("product.zero.right", &self.right, n),
            Field::list("product.zero.diagonals", &self.diagonals, 2 * m),
            Field::one("product.zero.left_blind", &self.left_blind),
            Field::one("product.zero.right_blind", &self.right_blind),
            Field::one("product.zero.left_opening", &self.left_opening),
            Field::one("product.zero.right_opening", &self.right_opening),
            Field::one("product.zero.diagonal_opening", &self.diagonal_opening),
        ]);
    }

    pub(super) fn open(&self) -> Result<OpenedZero, Fault> {
        Ok(OpenedZero {
            left: open_scalars("product.zero.left", &self.left.0)?,
            right: open_scalars("product.zero.right", &self.right.0)?,
            diagonals: open_elements("product.zero.diagonals", &self.diagonals.0)?,
            left_blind: open_element("product.zero.left_blind", &self.left_blind)?,
            right_blind: open_element("product.zero.right_blind", &self.right_blind)?,
            left_opening: open_scalar("product.zero.left_opening", &self.left_opening)?,
            right_opening: open_scalar("product.zero.right_opening", &self.right_opening)?,
            diagonal_opening: open_scalar("product.zero.diagonal_opening", &self.diagonal_opening)?,
        })
    }
}

/// x^0 … x^{2m} without x^{m+1}: the exponents of the diagonals that are sent.
pub(super) fn diagonal_powers(x: &Scalar, m: usize) -> Vec<Scalar> {
    let all = powers(x, 0, 2 * m + 1);
    all.into_iter().enumerate().filter(|(k, _)| *k != m + 1).map(|(_, power)| power).collect()
}

impl OpenedZero {
    /// Adds the argument's own terms and returns the scalars that the statement's commitments
    /// get; `x` is the argument's challenge, `y` the bilinear map's base.
    pub(super) fn add_equations(
        &self,
        shape: &Shape,
        x: &Scalar,
        y: &Scalar,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> ZeroEquations {
        let m = shape.matrix_rows();
        let [left, right, diagonal] = [weights.scalar(), weights.scalar(), weights.scalar()];
        let powers_of_x = powers(x, 1, m);

        // (1) Σ_{i=0}^{m} x^i·c_U[i] = com(left; left_opening)
        sum.add(&left, &self.left_blind);
        sum.add_generator(0, &-(left * self.left_opening));
        sum.add_generators(1, &self.left, &-left);

        // (2) Σ_{j=0}^{m} x^{m−j}·c_V[j] = com(right; right_opening)
        sum.add(&right, &self.right_blind);
        sum.add_generator(0, &-(right * self.right_opening));
        sum.add_generators(1, &self.right, &-right);

        // (3) Σ_{k≠m+1} x^k·c_D[k] = com(left * right; diagonal_opening)
        let scalars: Vec<Scalar> =
            diagonal_powers(x, m).iter().map(|power| diagonal * power).collect();
        sum.add_many(&scalars, &self.diagonals);
        sum.add_generator(0, &-(diagonal * self.diagonal_opening));
        sum.add_generator(1, &-(diagonal * bilinear(&self.left, &self.right, y)));

        ZeroEquations {
            left: powers_of_x.iter().map(|power| left * power).collect(),
            right: powers_of_x.iter().rev().map(|power| right * power).collect(),
        }
    }
}

/// a * b = Σ_{j=1}^{n} `a_j`·`b_j`·y^j.
pub fn bilinear(a: &[Scalar], b: &[Scalar], y: &Scalar) -> Scalar {
    let scaled: Vec<Scalar> =
        pairs(b, powers(y, 1, b.len())).map(|(value, power)| value * power).collect();
    dot(a, &scaled)
}
