//! Matrices of secret scalars, committed row by row.

use psephos_core::encodings::Encodings;
use psephos_core::generators::Generators;
use psephos_core::montgomery::Montgomery;
use psephos_core::{Element, Scalar, group};
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::nonces::Nonces;

/// Secret scalars, erased when dropped.
pub(super) type Secrets = Zeroizing<Vec<Scalar>>;

/// Rows of n scalars, each with the randomness of its commitment.
pub(super) struct Matrix {
    pub columns: usize,
    /// The rows one after the other.
    pub values: Secrets,
    /// One entry for each row.
    pub randomness: Secrets,
}

impl Matrix {
    /// Draws the randomness for rows of `columns` entries.
    pub(super) fn new(values: Secrets, columns: usize, nonces: &mut Nonces) -> Self {
        let randomness = Zeroizing::new(nonces.scalars(values.len() / columns));
        Self { columns, values, randomness }
    }

    pub(super) fn rows(&self) -> usize {
        self.randomness.len()
    }

    pub(super) fn row(&self, row: usize) -> &[Scalar] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// The commitments to rows `first` to `last` − 1, encoded.
    pub(super) fn commit(&self, generators: &Generators, first: usize, last: usize) -> Encodings {
        let commitments: Vec<Element> = (first..last)
            .into_par_iter()
            .map(|row| generators.commit_vartime(self.row(row), &self.randomness[row]))
            .collect();
        Encodings(group::encode_batch(&commitments))
    }

    /// `Σ factors[r]·row r`, entry by entry.
    pub(super) fn combine(&self, factors: &[Scalar]) -> Vec<Scalar> {
        let factors = Montgomery::of_all(factors);
        (0..self.columns)
            .into_par_iter()
            .with_min_len(64)
            .map(|column| {
                let entries = self.values[column..].iter().step_by(self.columns);
                Montgomery::dot(&factors, entries)
            })
            .collect()
    }

    /// `Σ factors[r]·randomness[r]`.
    pub(super) fn combine_randomness(&self, factors: &[Scalar]) -> Scalar {
        psephos_proofs::shuffle::powers::dot(factors, &self.randomness)
    }
}

/// Encodes scalars as a field of a proof.
pub(super) fn encode_scalars(scalars: &[Scalar]) -> Encodings {
    Encodings(scalars.iter().map(Scalar::to_bytes).collect())
}
