//! Prover of the zero argument (Bayer–Groth 2012, §5.2; spec/04-shuffle.md §3.2).

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::generators::Generators;
use psephos_core::montgomery::Montgomery;
use psephos_core::pairs::pairs;
use psephos_core::{Scalar, group};
use psephos_proofs::shuffle::powers::{dot, powers};
use psephos_proofs::shuffle::zero::ZeroProof;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::matrix::{Matrix, Secrets, encode_scalars};
use crate::nonces::Nonces;

/// The committed vectors `a_0 … a_m` and `b_0 … b_m`, the masks `a_0` and `b_m` included.
pub(super) struct ZeroWitness {
    pub left: Matrix,
    pub right: Matrix,
}

/// A prover that has sent its first message.
pub(super) struct ZeroProver {
    witness: ZeroWitness,
    /// Randomness of the diagonals 0 … 2m; zero at m + 1.
    diagonals: Secrets,
}

impl ZeroProver {
    /// First message: commitments to the masks and to the diagonals of the product
    /// Σ_i x^i·`a_i` * Σ_j x^{m−j}·`b_j`, under the bilinear map of base `y`.
    pub(super) fn start(
        witness: ZeroWitness,
        y: &Scalar,
        generators: &Generators,
        nonces: &mut Nonces,
    ) -> (Self, ZeroProof) {
        let m = witness.left.rows() - 1;
        let values = diagonals(&witness, y);
        let mut randomness = Zeroizing::new(nonces.scalars(2 * m + 1));
        randomness[m + 1] = Scalar::ZERO;
        let commitments: Vec<_> = (0..=2 * m)
            .into_par_iter()
            .filter(|k| *k != m + 1)
            .map(|k| generators.commit_vartime(&values[k..=k], &randomness[k]))
            .collect();
        let only = |list: Encodings| Fixed(list.0[0]);
        let message = ZeroProof {
            left: Encodings::default(),
            right: Encodings::default(),
            diagonals: Encodings(group::encode_batch(&commitments)),
            left_blind: only(witness.left.commit(generators, 0, 1)),
            right_blind: only(witness.right.commit(generators, m, m + 1)),
            left_opening: Fixed([0; 32]),
            right_opening: Fixed([0; 32]),
            diagonal_opening: Fixed([0; 32]),
        };
        (Self { witness, diagonals: randomness }, message)
    }

    /// Responses to challenge `x`.
    pub(super) fn finish(self, x: &Scalar, proof: &mut ZeroProof) {
        let Self { witness: ZeroWitness { left, right }, diagonals } = self;
        let ascending = powers(x, 0, left.rows());
        let descending: Vec<Scalar> = ascending.iter().rev().copied().collect();
        let sum = dot(&powers(x, 0, diagonals.len()), &diagonals);
        proof.left = encode_scalars(&left.combine(&ascending));
        proof.right = encode_scalars(&right.combine(&descending));
        proof.left_opening = Fixed(left.combine_randomness(&ascending).to_bytes());
        proof.right_opening = Fixed(right.combine_randomness(&descending).to_bytes());
        proof.diagonal_opening = Fixed(sum.to_bytes());
    }
}

/// `d_k` = Σ_{i+m−j=k} `a_i` * `b_j` for k = 0 … 2m.
fn diagonals(witness: &ZeroWitness, y: &Scalar) -> Secrets {
    let ZeroWitness { left, right } = witness;
    let m = left.rows() - 1;
    let mut scaled = right.values.clone();
    let powers_of_y = Montgomery::of_all(&powers(y, 1, right.columns));
    scaled.par_chunks_mut(right.columns).for_each(|row| {
        pairs(row, &powers_of_y).for_each(|(value, power)| *value = power.times(value));
    });
    let products: Vec<Secrets> = (0..=m)
        .into_par_iter()
        .map(|i| {
            let row = Zeroizing::new(Montgomery::of_all(left.row(i)));
            let columns = scaled.chunks(right.columns);
            Zeroizing::new(columns.map(|column| Montgomery::dot(&*row, column)).collect())
        })
        .collect();
    let mut sums = Zeroizing::new(vec![Scalar::ZERO; 2 * m + 1]);
    for (i, row) in products.iter().enumerate() {
        for (j, product) in row.iter().enumerate() {
            sums[i + m - j] += product;
        }
    }
    sums
}
