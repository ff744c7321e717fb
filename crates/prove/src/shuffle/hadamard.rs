//! Prover of the Hadamard product argument (Bayer–Groth 2012, §5.1; spec/04-shuffle.md §3.1).

use psephos_core::Scalar;
use psephos_core::montgomery::Montgomery;
use psephos_core::pairs::pairs;
use psephos_proofs::shuffle::powers::powers;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::matrix::{Matrix, Secrets};
use super::zero::ZeroWitness;
use crate::nonces::Nonces;

/// Entries of a row for each task.
const COLUMNS: usize = 1 << 10;

/// The partial products `p_r` = `d_0`∘…∘`d_r`, r = 0 … m − 1. Row 0 is `d_0` with its randomness;
/// the last row is the vector of column products.
pub(super) fn partial_products(rows: &Matrix, nonces: &mut Nonces) -> Matrix {
    let mut values: Secrets = rows.values.clone();
    let n = rows.columns;
    for start in (n..values.len()).step_by(n) {
        let (before, rest) = values.split_at_mut(start);
        let above = &before[start - n..];
        let entries = rest[..n].par_iter_mut().with_min_len(COLUMNS);
        entries.zip_eq(above).for_each(|(entry, above)| *entry *= above);
    }
    let mut products = Matrix::new(values, n, nonces);
    products.randomness[0] = rows.randomness[0];
    products
}

/// The zero argument's vectors for challenge `x`: left a mask, `d_1`, …, `d_{m−1}`, (−1, …, −1);
/// right x·`p_0`, …, x^{m−1}·`p_{m−2}`, Σ_{r=1}^{m−1} x^r·`p_r`, a mask.
pub(super) fn zero_witness(
    rows: Matrix,
    products: &Matrix,
    x: &Scalar,
    nonces: &mut Nonces,
) -> ZeroWitness {
    let (m, n) = (rows.rows(), rows.columns);
    let powers_of_x = powers(x, 1, m - 1);
    let mut joined_factors = vec![Scalar::ZERO];
    joined_factors.extend(&powers_of_x);
    let joined = Zeroizing::new(products.combine(&joined_factors));
    let joined_randomness = products.combine_randomness(&joined_factors);

    let mut left: Secrets = Zeroizing::new(Vec::with_capacity((m + 1) * n));
    left.extend_from_slice(&Zeroizing::new(nonces.scalars(n)));
    left.extend_from_slice(&rows.values[n..]);
    left.extend(std::iter::repeat_n(-Scalar::ONE, n));
    let mut left_randomness: Secrets = Zeroizing::new(Vec::with_capacity(m + 1));
    left_randomness.push(nonces.scalar());
    left_randomness.extend_from_slice(&rows.randomness[1..]);
    left_randomness.push(Scalar::ZERO);

    let mut right: Secrets = Zeroizing::new(Vec::with_capacity((m + 1) * n));
    right.extend_from_slice(&products.values[..(m - 1) * n]);
    right.par_chunks_mut(n).zip_eq(&powers_of_x).for_each(|(row, power)| {
        let power = Montgomery::from(power);
        row.iter_mut().for_each(|value| *value = power.times(value));
    });
    right.extend_from_slice(&joined);
    right.extend_from_slice(&Zeroizing::new(nonces.scalars(n)));
    let separate = pairs(&products.randomness[..m - 1], &powers_of_x);
    let mut right_randomness: Secrets = Zeroizing::new(Vec::with_capacity(m + 1));
    right_randomness.extend(separate.map(|(r, power)| r * power));
    right_randomness.extend([joined_randomness, nonces.scalar()]);
    ZeroWitness {
        left: Matrix { columns: n, values: left, randomness: left_randomness },
        right: Matrix { columns: n, values: right, randomness: right_randomness },
    }
}
