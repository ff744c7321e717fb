//! The Hadamard product argument (Bayer–Groth 2012, §5.1; spec/04-shuffle.md §3.1): the rows
//! `d_0 … d_{m−1}` multiply entry by entry to the vector of column products. It has no equation of
//! its own: with the partial products `p_r` = `d_0`∘…∘`d_r` committed, it is a zero argument over
//!
//! left: `d_1`, …, `d_{m−1}`, (−1, …, −1); right: x·`p_0`, …, x^{m−1}·`p_{m−2}`,
//! Σ_{r=1}^{m−1} x^r·`p_r`.

use psephos_core::Scalar;
use psephos_core::pairs::pairs;

use super::powers::powers;
use super::shape::Shape;
use super::zero::ZeroEquations;

/// Scalars of the commitments that the Hadamard argument speaks of.
pub(super) struct HadamardTerms {
    /// Of the commitments to the rows `d_r`, r = 0 … m − 1.
    pub rows: Vec<Scalar>,
    /// Of the commitments to the partial products `p_r`, r = 0 … m − 1.
    pub partial: Vec<Scalar>,
    /// Of com(1, …, 1; 0).
    pub ones: Scalar,
}

/// Rewrites what the zero argument's statement gets as what the rows and products get;
/// `x` is the Hadamard argument's first challenge.
pub(super) fn terms(shape: &Shape, zero: &ZeroEquations, x: &Scalar) -> HadamardTerms {
    let m = shape.matrix_rows();
    let (minus_ones, rows) = zero.left.split_last().unwrap_or((&Scalar::ZERO, &[]));
    let (joined, separate) = zero.right.split_last().unwrap_or((&Scalar::ZERO, &[]));
    let powers_of_x = powers(x, 1, m - 1);

    let mut partial = vec![Scalar::ZERO; m];
    // right_j = x^{j+1}·p_j for j = 0 … m − 2
    for (entry, (scalar, power)) in
        pairs(partial.iter_mut().take(m - 1), pairs(separate, &powers_of_x))
    {
        *entry += scalar * power;
    }
    // right_{m−1} = Σ_{r=1}^{m−1} x^r·p_r
    for (entry, power) in pairs(partial.iter_mut().skip(1), &powers_of_x) {
        *entry += joined * power;
    }
    HadamardTerms {
        rows: std::iter::once(Scalar::ZERO).chain(rows.iter().copied()).collect(),
        partial,
        ones: -minus_ones,
    }
}
