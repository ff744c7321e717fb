//! Prover of the product argument's third round (Bayer–Groth 2012, §5; spec/04-shuffle.md §3).

use psephos_core::Scalar;
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::generators::Generators;
use psephos_core::pairs::pairs;
use psephos_proofs::shuffle::challenge::{HadamardChallenges, ProductChallenges};
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::hadamard::{partial_products, with_room, zero_witness};
use super::matrix::{Matrix, Secrets};
use super::zero::ZeroWitness;
use crate::nonces::Nonces;

/// A prover that has committed to the partial products.
pub(super) struct ProductProver {
    rows: Matrix,
    products: Matrix,
}

/// The third round's message.
pub(super) struct ProductMessage {
    /// Commitment to the columns' products.
    pub columns: Fixed<32>,
    /// Commitments to the inner partial products.
    pub partial: Encodings,
}

/// What the product argument leaves to its two parts.
pub(super) struct ProductParts {
    pub zero: ZeroWitness,
    /// The columns' products and the randomness of their commitment.
    pub columns: (Secrets, Scalar),
}

impl ProductProver {
    /// `d_i` = y·`a_i` + `b_i` − z, and the commitments to its rows' partial products.
    pub(super) fn start(
        exponents: &Matrix,
        powers: &Matrix,
        challenges: &ProductChallenges,
        generators: &Generators,
        nonces: &mut Nonces,
    ) -> (Self, ProductMessage) {
        let ProductChallenges { y, z } = challenges;
        let mut values = with_room(exponents.values.len() + exponents.columns);
        let both = exponents.values.par_iter().zip_eq(powers.values.par_iter());
        values.par_extend(both.map(|(a, b)| y * a + b - z));
        let both = pairs(exponents.randomness.iter(), powers.randomness.iter());
        let randomness: Vec<Scalar> = both.map(|(r, s)| y * r + s).collect();
        let rows =
            Matrix { columns: exponents.columns, values, randomness: Zeroizing::new(randomness) };
        let products = partial_products(&rows, nonces);
        let mut sent = products.commit(generators, 1, products.rows());
        let columns = Fixed(sent.0.pop().unwrap_or_default());
        (Self { rows, products }, ProductMessage { columns, partial: sent })
    }

    /// The statements of the two parts, for the Hadamard argument's challenge.
    pub(super) fn split(
        self,
        challenges: &HadamardChallenges,
        nonces: &mut Nonces,
    ) -> ProductParts {
        let Self { rows, products } = self;
        let last = products.rows() - 1;
        let columns = (Zeroizing::new(products.row(last).to_vec()), products.randomness[last]);
        let zero = zero_witness(rows, products, &challenges.x, nonces);
        ProductParts { zero, columns }
    }
}
