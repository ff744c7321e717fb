//! The check of published plaintexts against the shares, and of one trustee's shares against
//! others' (spec/07-decryption.md §7.5).

use psephos_core::group::Identity;
use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Scalar};

use super::BlockWeights;
use super::points::{Part, Points, RootedList};
use super::relation::{Cell, Relation, RelationError, Term};
use crate::key_ceremony::{evaluation_point, lagrange};

/// One trustee's shares of a batch.
#[derive(Clone, Copy)]
pub struct TrusteeShares<'a> {
    /// Index of the trustee.
    pub trustee: u64,
    /// D, rows of 32·ω bytes.
    pub shares: RootedList<'a>,
}

/// The cells in which M ≠ B − Σ λ·D; empty when the plaintexts are right. One multi-exponentiation
/// a list, under weights of the verifier's own.
///
/// `input` has rows of 64·ω bytes, `plaintexts` and the shares of 32·ω. The identity is allowed
/// among the plaintexts. In errors list 0 is `plaintexts`, 1 is `input`, 2 and on are the shares.
///
/// # Errors
/// [`RelationError`].
pub fn find_bad_plaintexts(
    width: usize,
    input: RootedList<'_>,
    shares: &[TrusteeShares<'_>],
    plaintexts: RootedList<'_>,
) -> Result<Vec<Cell>, RelationError> {
    let coefficients = coefficients(shares, &Scalar::ZERO)?;
    let mut roots = vec![plaintexts.root, input.root];
    // (5) M − B + Σ λ_j·D_j = 0
    let mut terms = vec![
        term(Scalar::ONE, single(plaintexts.rows, width, Identity::Allowed, "plaintexts")),
        term(
            -Scalar::ONE,
            Points { part: Part::Message, ..single(input.rows, width, Identity::Refused, "input") },
        ),
    ];
    for (shares, coefficient) in pairs(shares, coefficients) {
        roots.push(shares.shares.root);
        terms.push(term(
            coefficient,
            single(shares.shares.rows, width, Identity::Refused, "shares"),
        ));
    }
    Relation { rows: input.rows.count(), width, terms }.failures(&local_weights(width, &roots))
}

/// The cells in which a trustee's shares differ from what t other trustees' valid shares imply.
///
/// `good` are exactly t lists that have been verified. In errors list 0 is `bad`, 1 and on are
/// `good`.
///
/// # Errors
/// [`RelationError`].
pub fn find_bad_shares(
    width: usize,
    bad: TrusteeShares<'_>,
    good: &[TrusteeShares<'_>],
) -> Result<Vec<Cell>, RelationError> {
    let coefficients = coefficients(good, &evaluation_point(bad.trustee))?;
    let mut roots = vec![bad.shares.root];
    // (3) D − Σ λ_j·D_j = 0, λ taken at the trustee's own point
    let mut terms =
        vec![term(Scalar::ONE, single(bad.shares.rows, width, Identity::Allowed, "shares"))];
    for (shares, coefficient) in pairs(good, coefficients) {
        roots.push(shares.shares.root);
        terms.push(term(
            -coefficient,
            single(shares.shares.rows, width, Identity::Refused, "shares"),
        ));
    }
    let rows = good.first().map_or(0, |shares| shares.shares.rows.count());
    Relation { rows, width, terms }.failures(&local_weights(width, &roots))
}

fn coefficients(shares: &[TrusteeShares<'_>], at: &Scalar) -> Result<Vec<Scalar>, RelationError> {
    let indices: Vec<u64> = shares.iter().map(|shares| shares.trustee).collect();
    lagrange(&indices, at).ok_or(RelationError::Quorum)
}

fn term(coefficient: Scalar, points: Points<'_>) -> Term<'_> {
    Term { coefficient, points }
}

fn single<'a>(
    rows: &'a dyn Rows,
    width: usize,
    identity: Identity,
    field: &'static str,
) -> Points<'a> {
    Points { rows, part: Part::Single, width, identity, field }
}

// The roots bind every list that shares these weights.
fn local_weights(width: usize, roots: &[Digest]) -> BlockWeights {
    let mut transcript = Transcript::new("plaintext-weights");
    transcript.integer("width", width as u64);
    transcript.encodings("lists", roots);
    BlockWeights::new(transcript.challenge_bytes("weights"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_from_every_list_and_the_width() {
        let weights = |width, roots: &[Digest]| local_weights(width, roots).range(0, 2);
        let honest = weights(1, &[[1; 32], [2; 32]]);
        let others = [
            weights(2, &[[1; 32], [2; 32]]),
            weights(1, &[[9; 32], [2; 32]]),
            weights(1, &[[2; 32], [1; 32]]),
            weights(1, &[[1; 32]]),
            weights(1, &[]),
        ];
        assert!(!others.contains(&honest));
        let mut transcript = Transcript::new("plaintext-weights");
        transcript.integer("width", 1);
        transcript.encodings("lists", &[[1; 32], [2; 32]]);
        let seed = transcript.challenge_bytes("weights");
        assert_eq!(honest, BlockWeights::new(seed).range(0, 2));
    }
}
