//! Prover of the single-value product argument (Bayer–Groth 2012, §5.3; spec/04-shuffle.md §3.3).

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::generators::Generators;
use psephos_core::pairs::pairs;
use psephos_core::{Scalar, group};
use psephos_proofs::shuffle::single_value::SingleValueProof;
use zeroize::Zeroizing;

use super::matrix::{Secrets, encode_scalars};
use crate::nonces::Nonces;

/// A prover that has sent its first message.
pub(super) struct SingleValueProver {
    /// a and the randomness of its commitment.
    values: Secrets,
    randomness: Scalar,
    /// b: the products of a's first entries.
    products: Secrets,
    /// d, and δ with `δ_1` = `d_1` and `δ_n` = 0.
    masks: Secrets,
    product_masks: Secrets,
    /// Randomness of the three commitments.
    mask_randomness: Scalar,
    constant_randomness: Scalar,
    linear_randomness: Scalar,
}

impl SingleValueProver {
    /// First message, for the committed vector `values`.
    pub(super) fn start(
        values: Secrets,
        randomness: Scalar,
        generators: &Generators,
        nonces: &mut Nonces,
    ) -> (Self, SingleValueProof) {
        let n = values.len();
        let mut products: Secrets = Zeroizing::new(Vec::with_capacity(n));
        let mut product = Scalar::ONE;
        for value in values.iter() {
            product *= value;
            products.push(product);
        }
        let masks = Zeroizing::new(nonces.scalars(n));
        let mut product_masks = Zeroizing::new(nonces.scalars(n));
        product_masks[0] = masks[0];
        product_masks[n - 1] = Scalar::ZERO;
        let prover = Self {
            values,
            randomness,
            products,
            masks,
            product_masks,
            mask_randomness: nonces.scalar(),
            constant_randomness: nonces.scalar(),
            linear_randomness: nonces.scalar(),
        };
        let message = prover.first_message(generators);
        (prover, message)
    }

    fn first_message(&self, generators: &Generators) -> SingleValueProof {
        let n = self.values.len();
        // −δ_{i−1}·d_i and δ_i − δ_{i−1}·a_i − b_{i−1}·d_i for i = 2 … n
        let (d, delta) = (&self.masks, &self.product_masks);
        let constant: Secrets = Zeroizing::new((1..n).map(|i| -(delta[i - 1] * d[i])).collect());
        let linear =
            |i: usize| delta[i] - delta[i - 1] * self.values[i] - self.products[i - 1] * d[i];
        let linear: Secrets = Zeroizing::new((1..n).map(linear).collect());
        let commit = |values: &[Scalar], randomness: &Scalar| {
            Fixed(group::encode(&generators.commit_vartime(values, randomness)))
        };
        SingleValueProof {
            mask: commit(d, &self.mask_randomness),
            linear: commit(&linear, &self.linear_randomness),
            values: Encodings::default(),
            constant: commit(&constant, &self.constant_randomness),
            products: Encodings::default(),
            steps_opening: Fixed([0; 32]),
            values_opening: Fixed([0; 32]),
        }
    }

    /// Responses to challenge `x`.
    pub(super) fn finish(self, x: &Scalar, proof: &mut SingleValueProof) {
        let n = self.values.len();
        let respond = |values: &[Scalar], masks: &[Scalar]| {
            let responses: Vec<Scalar> =
                pairs(values, masks).map(|(value, mask)| x * value + mask).collect();
            encode_scalars(&responses)
        };
        proof.values = respond(&self.values, &self.masks);
        proof.products = respond(&self.products[1..n - 1], &self.product_masks[1..n - 1]);
        let values_opening = x * self.randomness + self.mask_randomness;
        let steps_opening = x * self.linear_randomness + self.constant_randomness;
        proof.values_opening = Fixed(values_opening.to_bytes());
        proof.steps_opening = Fixed(steps_opening.to_bytes());
    }
}
