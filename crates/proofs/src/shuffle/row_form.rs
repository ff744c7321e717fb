//! What a proof asks of a list: a linear form over its rows, evaluated piece by piece, so that a
//! list is streamed and opened once however many proofs speak of it (spec/04-shuffle.md §6).

use psephos_core::Scalar;
use psephos_core::montgomery::Montgomery;

use super::powers::progression;
use super::shape::Shape;

/// Σ over rows i and entries e of `coefficient(i, e)·row_i[e]`, where a row of ω ciphertexts has
/// 2ω entries.
pub(super) enum RowForm {
    /// `base^{i+1}·weights[e]`.
    Powers { base: Scalar, weights: Vec<Scalar> },
    /// `response[place]·factors[long row][e]`, where row i lies at `place` of its long row.
    Response { shape: Shape, response: Vec<Scalar>, factors: Vec<Vec<Scalar>> },
}

impl RowForm {
    pub(super) fn powers(base: Scalar, weights: Vec<Scalar>) -> Self {
        Self::Powers { base, weights }
    }

    pub(super) fn response(shape: Shape, response: Vec<Scalar>, factors: Vec<Vec<Scalar>>) -> Self {
        Self::Response { shape, response, factors }
    }

    /// For each row from `first` on, without end, a factor and the weights of its entries: a coefficient
    /// is their product.
    pub(super) fn rows(
        &self,
        first: usize,
    ) -> Box<dyn Iterator<Item = (Montgomery, &[Scalar])> + '_> {
        match self {
            Self::Powers { base, weights } => {
                let powers = progression(base, first as u64 + 1);
                Box::new(powers.map(|power| (power, weights.as_slice())))
            }
            Self::Response { shape, response, factors } => Box::new((first..).map(|row| {
                let (long_row, place) = shape.long_place(row);
                let value = response.get(place).map_or(Montgomery::ZERO, Montgomery::from);
                (value, factors.get(long_row).map_or(&[][..], Vec::as_slice))
            })),
        }
    }
}
