//! What a proof asks of a list: a linear form over its rows, evaluated piece by piece, so that a
//! list is streamed and opened once however many proofs speak of it (spec/04-shuffle.md §6).

use psephos_core::Scalar;
use psephos_core::pairs::pairs;

use super::powers::power_vartime;
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

    /// Adds the coefficients of the rows from `first` on to `scalars`, `entries` for each row.
    pub(super) fn add_to(&self, first: usize, entries: usize, scalars: &mut [Scalar]) {
        let rows = scalars.chunks_mut(entries);
        match self {
            Self::Powers { base, weights } => {
                let mut power = power_vartime(base, first as u64 + 1);
                for row in rows {
                    add_scaled(row, &power, weights);
                    power *= base;
                }
            }
            Self::Response { shape, response, factors } => {
                for (index, row) in rows.enumerate() {
                    let (long_row, place) = shape.long_place(first + index);
                    if let (Some(value), Some(factors)) =
                        (response.get(place), factors.get(long_row))
                    {
                        add_scaled(row, value, factors);
                    }
                }
            }
        }
    }
}

fn add_scaled(row: &mut [Scalar], factor: &Scalar, weights: &[Scalar]) {
    for (scalar, weight) in pairs(row, weights) {
        *scalar += factor * weight;
    }
}
