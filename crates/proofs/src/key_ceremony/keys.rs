//! What follows from the deals: the election key and the trustees' share keys, which nobody
//! publishes (spec/05-key-ceremony.md §5.7), and Lagrange coefficients.

use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding, Scalar, group};

use super::{Deal, evaluate_commitments, evaluation_point};
use crate::Fault;
use crate::fault::indexed;

/// Public keys of a finished ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionKeys {
    /// Y, the election public key.
    pub public_key: Encoding,
    /// `S_j` = `s_j`·G for each trustee.
    pub share_keys: Vec<Encoding>,
}

/// Why no keys follow from the deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A deal's commitments cannot be used.
    #[error("the deal of trustee {dealer}: {fault}")]
    Deal {
        /// Index of the dealer.
        dealer: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Y is the identity.
    #[error("the election key is the identity")]
    PublicKey,
    /// `S_j` is the identity.
    #[error("the share key of trustee {trustee} is the identity")]
    ShareKey {
        /// Index of the trustee.
        trustee: u64,
    },
}

/// Derives Y = Σ `C_{i,0}` and `S_j` = Σ `C_{i,l}`·(j+1)^l from the deals of all k trustees.
///
/// `deals` stand in trustee order and have passed [`super::verify_deal`].
///
/// # Errors
/// [`KeyFault`]; a deal with another number of commitments than `threshold` is `Length`.
pub fn derive_keys(threshold: u64, deals: &[&Deal]) -> Result<ElectionKeys, KeyFault> {
    let mut sums: Vec<Element> = Vec::new();
    for (dealer, deal) in indexed(deals) {
        let commitments =
            deal.open_commitments().map_err(|fault| KeyFault::Deal { dealer, fault })?;
        if commitments.is_empty() || commitments.len() as u64 != threshold {
            let fault = Fault::Length { field: "commitments" };
            return Err(KeyFault::Deal { dealer, fault });
        }
        sums.resize(commitments.len(), Element::default());
        for (sum, commitment) in pairs(&mut sums, &commitments) {
            *sum += commitment;
        }
    }
    let identity = group::encode(&Element::default());
    // (8) Y = Σ_i C_{i,0}
    let public_key = sums.first().map_or(identity, group::encode);
    if public_key == identity {
        return Err(KeyFault::PublicKey);
    }
    let share_keys = (0..deals.len() as u64)
        .map(|trustee| {
            // (9) S_j = Σ_l (Σ_i C_{i,l})·(j+1)^l
            let key = group::encode(&evaluate_commitments(&sums, &evaluation_point(trustee)));
            if key == identity { Err(KeyFault::ShareKey { trustee }) } else { Ok(key) }
        })
        .collect::<Result<_, _>>()?;
    Ok(ElectionKeys { public_key, share_keys })
}

/// Lagrange coefficients of the trustees `indices` for the value at `at`, in the order given:
/// (10) λ_j = Π (at − x_i) / (x_j − x_i) over i ≠ j, with x_j = j + 1. At zero they recover the secret.
///
/// `None` when an index stands twice or there is none.
#[must_use]
pub fn lagrange(indices: &[u64], at: &Scalar) -> Option<Vec<Scalar>> {
    if indices.is_empty() {
        return None;
    }
    indices
        .iter()
        .map(|j| {
            let own = evaluation_point(*j);
            let (mut numerator, mut denominator) = (Scalar::ONE, Scalar::ONE);
            for other in indices.iter().filter(|i| *i != j).map(|i| evaluation_point(*i)) {
                numerator *= at - other;
                denominator *= own - other;
            }
            let once = indices.iter().filter(|i| *i == j).count() == 1;
            once.then(|| numerator * denominator.invert())
        })
        .collect()
}
