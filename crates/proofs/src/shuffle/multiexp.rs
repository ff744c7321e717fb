//! The multi-exponentiation argument (Bayer–Groth 2012, §4; spec/04-shuffle.md §5):
//! Σ x^{i+1}·`In_i` = Enc(0; ρ) + Σ `b_i`·`Out_i` in every column, for the committed b.
//! The m matrix rows are read as 4 long ones, each committed in m/4 pieces.

use psephos_core::accumulator::Accumulator;
use psephos_core::encodings::Encodings;
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Element, Scalar};
use serde::{Deserialize, Serialize};

use super::powers::{dot, powers};
use super::proof::{Field, open_elements, open_scalars};
use super::row_form::RowForm;
use super::shape::{DIAGONALS, FORCED_DIAGONAL, LONG_ROWS, Shape};
use crate::fault::Fault;

/// Diagonals that are sent, for each column.
pub const SENT_DIAGONALS: usize = DIAGONALS - 1;

/// Messages of the multi-exponentiation argument. Mask commitment 4 and diagonal 4 of every column
/// are forced and have no field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiexpProof {
    /// First message: 7 commitments for each column to the masks of its diagonals.
    pub masks: Encodings,
    /// First message: m/4 commitments to the pieces of the long blinding row.
    pub blinds: Encodings,
    /// Response: one scalar for each column, the encryption randomness of the diagonals' sum.
    pub factors: Encodings,
    /// Response: m/4 scalars, the randomness of the pieces of `response`.
    pub openings: Encodings,
    /// Response: (m/4)·n scalars, the long rows' sum.
    pub response: Encodings,
    /// First message: 7 ciphertexts (A, B) for each column.
    pub diagonals: Encodings,
    /// Response: one scalar for each column, the masks' sum.
    pub mask_values: Encodings,
    /// Response: one scalar for each column, the randomness of `mask_values`.
    pub mask_openings: Encodings,
}

/// A multi-exponentiation argument's messages, decoded.
pub(super) struct OpenedMultiexp {
    pub(super) masks: Vec<Element>,
    pub(super) blinds: Vec<Element>,
    pub(super) factors: Vec<Scalar>,
    pub(super) openings: Vec<Scalar>,
    pub(super) response: Vec<Scalar>,
    pub(super) diagonals: Vec<Element>,
    pub(super) mask_values: Vec<Scalar>,
    pub(super) mask_openings: Vec<Scalar>,
}

/// What the argument asks of the commitments to b and of the two lists.
pub(super) struct MultiexpTerms {
    /// Scalars of the commitments to b, one for each matrix row.
    pub powers: Vec<Scalar>,
    /// The input list's part of the sum.
    pub input: RowForm,
    /// The output list's part of the sum.
    pub output: RowForm,
}

impl MultiexpProof {
    pub(super) fn absorb_first_message(&self, transcript: &mut Transcript) {
        transcript.encodings("multiexp blinds", &self.blinds.0);
        transcript.encodings("multiexp masks", &self.masks.0);
        transcript.encodings("multiexp diagonals", &self.diagonals.0);
    }

    pub(super) fn fields<'a>(&'a self, shape: &Shape, fields: &mut Vec<Field<'a>>) {
        let (width, pieces) = (shape.width(), shape.pieces());
        fields.extend([
            Field::list("multiexp.masks", &self.masks, SENT_DIAGONALS * width),
            Field::list("multiexp.blinds", &self.blinds, pieces),
            Field::list("multiexp.factors", &self.factors, width),
            Field::list("multiexp.openings", &self.openings, pieces),
            Field::list("multiexp.response", &self.response, shape.long_length()),
            Field::list("multiexp.diagonals", &self.diagonals, 2 * SENT_DIAGONALS * width),
            Field::list("multiexp.mask_values", &self.mask_values, width),
            Field::list("multiexp.mask_openings", &self.mask_openings, width),
        ]);
    }

    pub(super) fn open(&self) -> Result<OpenedMultiexp, Fault> {
        Ok(OpenedMultiexp {
            masks: open_elements("multiexp.masks", &self.masks.0)?,
            blinds: open_elements("multiexp.blinds", &self.blinds.0)?,
            factors: open_scalars("multiexp.factors", &self.factors.0)?,
            openings: open_scalars("multiexp.openings", &self.openings.0)?,
            response: open_scalars("multiexp.response", &self.response.0)?,
            diagonals: open_elements("multiexp.diagonals", &self.diagonals.0)?,
            mask_values: open_scalars("multiexp.mask_values", &self.mask_values.0)?,
            mask_openings: open_scalars("multiexp.mask_openings", &self.mask_openings.0)?,
        })
    }
}

/// x^0 … x^7 without x^4: the exponents of the diagonals that are sent.
pub fn sent_powers(x: &Scalar) -> Vec<Scalar> {
    let all = powers(x, 0, DIAGONALS);
    let sent = all.into_iter().enumerate().filter(|(k, _)| *k != FORCED_DIAGONAL);
    sent.map(|(_, power)| power).collect()
}

impl OpenedMultiexp {
    /// Adds the argument's own terms; `base` is the powers' base x, `x` the argument's challenge.
    pub(super) fn add_equations(
        self,
        shape: &Shape,
        public_key: &Element,
        base: &Scalar,
        x: &Scalar,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> MultiexpTerms {
        let powers = self.add_pieces(shape, x, weights, sum);
        self.add_masks(x, weights, sum);
        let columns = self.add_diagonals(public_key, x, weights, sum);

        // x_m^4·E_4, where E_4 = Σ x^{i+1}·In_i
        let forced = super::powers::power_vartime(x, FORCED_DIAGONAL as u64);
        let input = RowForm::powers(*base, columns.iter().map(|w| w * forced).collect());
        // −Σ_{ℓ=0}^{3} x_m^{3−ℓ} Σ_j response_j·Out_{ℓ,j}
        let factors = super::powers::powers(x, 0, LONG_ROWS)
            .iter()
            .rev()
            .map(|power| columns.iter().map(|w| -(w * power)).collect())
            .collect();
        let output = RowForm::response(*shape, self.response, factors);
        MultiexpTerms { powers, input, output }
    }

    /// (6) for each piece p:
    /// `c_R[p] + Σ_{ℓ=0}^{3} x^{ℓ+1}·c_B[4p+ℓ] = com(response_p; openings_p)`.
    fn add_pieces(
        &self,
        shape: &Shape,
        x: &Scalar,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> Vec<Scalar> {
        let steps = powers(x, 1, LONG_ROWS);
        let mut scalars = Vec::with_capacity(shape.matrix_rows());
        // One blind, one opening and one piece each: the shape was checked.
        let pieces = self.response.chunks(shape.columns());
        for (piece, (blind, opening)) in pairs(pieces, pairs(&self.blinds, &self.openings)) {
            let weight = weights.scalar();
            sum.add(&weight, blind);
            sum.add_generator(0, &-(weight * opening));
            sum.add_generators(1, piece, &-weight);
            scalars.extend(steps.iter().map(|power| weight * power));
        }
        scalars
    }

    /// (7) for each column: `Σ_{k≠4} x^k·c_M[c][k] = com(mask_value; mask_opening)`.
    fn add_masks(&self, x: &Scalar, weights: &mut Weights, sum: &mut Accumulator) {
        let powers = sent_powers(x);
        let masks = self.masks.chunks(SENT_DIAGONALS);
        for (masks, (value, opening)) in pairs(masks, pairs(&self.mask_values, &self.mask_openings))
        {
            let weight = weights.scalar();
            for (mask, power) in pairs(masks, &powers) {
                sum.add(&(weight * power), mask);
            }
            sum.add_generator(0, &-(weight * opening));
            sum.add_generator(1, &-(weight * value));
        }
    }

    /// (8), (9) for each column and component:
    /// `Σ_{k=0}^{7} x^k·E[c][k] = Enc(mask_value·G; factor) + Σ_{ℓ=0}^{3} x^{3−ℓ} Σ_j response_j·Out_{ℓ,j}`.
    /// Adds all but the two lists and returns their weights, A before B in each column.
    fn add_diagonals(
        &self,
        public_key: &Element,
        x: &Scalar,
        weights: &mut Weights,
        sum: &mut Accumulator,
    ) -> Vec<Scalar> {
        let powers = sent_powers(x);
        let (mut used, mut key) = (Vec::new(), Scalar::ZERO);
        let columns = self.diagonals.chunks(2 * SENT_DIAGONALS);
        for (diagonals, (value, factor)) in pairs(columns, pairs(&self.mask_values, &self.factors))
        {
            let [a, b] = [weights.scalar(), weights.scalar()];
            for (pair, power) in pairs(diagonals.chunks(2), &powers) {
                sum.add_many(&[a * power, b * power], pair);
            }
            sum.add_base(&-dot(&[a, b], &[*factor, *value]));
            key -= b * factor;
            used.extend([a, b]);
        }
        sum.add(&key, public_key);
        used
    }
}
