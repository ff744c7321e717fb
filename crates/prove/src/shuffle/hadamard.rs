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
    let n = rows.columns;
    let mut values = with_room(rows.values.len() + n);
    values.extend_from_slice(&rows.values);
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

/// Room for this many secrets: what grows beyond its room leaves a copy behind.
pub(super) fn with_room(scalars: usize) -> Secrets {
    Zeroizing::new(Vec::with_capacity(scalars))
}

/// The zero argument's vectors for challenge `x`: left a mask, `d_1`, …, `d_{m−1}`, (−1, …, −1);
/// right x·`p_0`, …, x^{m−1}·`p_{m−2}`, Σ_{r=1}^{m−1} x^r·`p_r`, a mask.
pub(super) fn zero_witness(
    rows: Matrix,
    products: Matrix,
    x: &Scalar,
    nonces: &mut Nonces,
) -> ZeroWitness {
    let (m, n) = (rows.rows(), rows.columns);
    let powers_of_x = powers(x, 1, m - 1);
    let mut joined_factors = vec![Scalar::ZERO];
    joined_factors.extend(&powers_of_x);
    let joined = Zeroizing::new(products.combine(&joined_factors));
    let joined_randomness = products.combine_randomness(&joined_factors);

    let mut left = rows;
    left.values[..n].copy_from_slice(&Zeroizing::new(nonces.scalars(n)));
    left.values.extend(std::iter::repeat_n(-Scalar::ONE, n));
    let mut randomness = with_room(m + 1);
    randomness.push(nonces.scalar());
    randomness.extend_from_slice(&left.randomness[1..]);
    randomness.push(Scalar::ZERO);
    left.randomness = randomness;

    let mut right = products;
    let (separate, last) = right.values.split_at_mut((m - 1) * n);
    separate.par_chunks_mut(n).zip_eq(&powers_of_x).for_each(|(row, power)| {
        let power = Montgomery::from(power);
        row.iter_mut().for_each(|value| *value = power.times(value));
    });
    last.copy_from_slice(&joined);
    right.values.extend_from_slice(&Zeroizing::new(nonces.scalars(n)));
    let separate = pairs(&right.randomness[..m - 1], &powers_of_x);
    let mut randomness = with_room(m + 1);
    randomness.extend(separate.map(|(randomness, power)| randomness * power));
    randomness.extend([joined_randomness, nonces.scalar()]);
    right.randomness = randomness;
    ZeroWitness { left, right }
}
