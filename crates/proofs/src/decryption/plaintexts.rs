//! The check of published plaintexts against the shares, and of one trustee's shares against
//! others' (spec/07-decryption.md §7.5).

use psephos_core::group::Identity;
use psephos_core::pairs::pairs;
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

/// That a batch's plaintexts are M = B − Σ λ·D with the shares of these trustees.
#[derive(Clone, Copy)]
pub struct Decryption<'a> {
    /// ω.
    pub width: usize,
    /// A ‖ B, rows of 64·ω bytes.
    pub input: RootedList<'a>,
    /// Their D.
    pub shares: &'a [TrusteeShares<'a>],
    /// M, rows of 32·ω bytes; the identity is allowed.
    pub plaintexts: RootedList<'a>,
}

impl<'a> Decryption<'a> {
    /// (5) M − B + `Σ λ_j·D_j` = 0: term 0 are the plaintexts, 1 is the input, 2 and on are the shares.
    pub(super) fn relation(&self) -> Result<Relation<'a>, RelationError> {
        let Self { width, input, shares, plaintexts } = *self;
        let coefficients = coefficients(shares, &Scalar::ZERO)?;
        let messages = Points { part: Part::Message, ..single(input, width, "input") };
        let plaintexts =
            Points { identity: Identity::Allowed, ..single(plaintexts, width, "plaintexts") };
        let mut terms = vec![term(Scalar::ONE, plaintexts), term(-Scalar::ONE, messages)];
        for (shares, coefficient) in pairs(shares, coefficients) {
            terms.push(term(coefficient, single(shares.shares, width, "shares")));
        }
        Ok(relation(input.rows.count(), width, terms))
    }
}

/// The cells in which M ≠ B − Σ λ·D; empty when the plaintexts are right. One multi-exponentiation
/// a list, under weights of the verifier's own.
///
/// In errors list 0 is `plaintexts`, 1 is `input`, 2 and on are the shares.
///
/// # Errors
/// [`RelationError`].
pub fn find_bad_plaintexts(decryption: &Decryption<'_>) -> Result<Vec<Cell>, RelationError> {
    decryption.relation()?.failures()
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
    // (3) D − Σ λ_j·D_j = 0, λ taken at the trustee's own point
    let own = Points { identity: Identity::Allowed, ..single(bad.shares, width, "shares") };
    let mut terms = vec![term(Scalar::ONE, own)];
    for (shares, coefficient) in pairs(good, coefficients) {
        terms.push(term(-coefficient, single(shares.shares, width, "shares")));
    }
    let rows = good.first().map_or(0, |shares| shares.shares.rows.count());
    relation(rows, width, terms).failures()
}

fn coefficients(shares: &[TrusteeShares<'_>], at: &Scalar) -> Result<Vec<Scalar>, RelationError> {
    let indices: Vec<u64> = shares.iter().map(|shares| shares.trustee).collect();
    lagrange(&indices, at).ok_or(RelationError::Quorum)
}

fn term(coefficient: Scalar, points: Points<'_>) -> Term<'_> {
    Term { coefficient, points }
}

fn single<'a>(list: RootedList<'a>, width: usize, field: &'static str) -> Points<'a> {
    Points { list, part: Part::Single, width, identity: Identity::Refused, field }
}

fn relation(rows: u64, width: usize, terms: Vec<Term<'_>>) -> Relation<'_> {
    let roots: Vec<Digest> = terms.iter().map(|term| term.points.list.root).collect();
    Relation { rows, width, terms, weights: local_weights(width, &roots) }
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
    use psephos_core::rows::MemoryRows;
    use psephos_core::{Element, group};

    use super::*;

    const ROOTS: [Digest; 3] = [[1; 32], [2; 32], [3; 32]];

    /// Adds to the first two of a list's elements what cancels under the weights of all lists but this one.
    fn cancelling(list: &[Element; 2], others: &[Digest]) -> [Element; 2] {
        let weights = local_weights(1, others).range(0, 2);
        let [first, second] = list;
        [first + group::mul_base(&weights[1]), second - group::mul_base(&weights[0])]
    }

    fn bytes(elements: &[Element]) -> Vec<u8> {
        group::encode_batch(elements).into_flattened()
    }

    fn rooted<'a>(list: usize, rows: &'a MemoryRows<'_>) -> RootedList<'a> {
        RootedList { root: ROOTS[list], rows }
    }

    const BOTH: [Cell; 2] = [Cell { row: 0, column: 0 }, Cell { row: 1, column: 0 }];

    /// Expected: no list can be chosen by the weights under which its errors would cancel.
    #[test]
    fn no_list_is_chosen_after_the_weights() {
        let element = |k: u64| group::mul_base(&Scalar::from(k));
        // One trustee, so that M = B − D.
        let honest = [[2, 5], [9, 17], [7, 12]].map(|list| list.map(element));
        let check = |[plaintexts, messages, shares]: &[[Element; 2]; 3]| {
            let [first, second] = *messages;
            let input = bytes(&[element(1), first, element(1), second]);
            let [plaintexts, shares] = [plaintexts, shares].map(|list| bytes(list));
            let [plaintexts, shares] =
                [&plaintexts, &shares].map(|bytes| MemoryRows::new(bytes, 32).unwrap());
            let input = MemoryRows::new(&input, 64).unwrap();
            let shares = &[TrusteeShares { trustee: 0, shares: rooted(2, &shares) }];
            let (input, plaintexts) = (rooted(1, &input), rooted(0, &plaintexts));
            find_bad_plaintexts(&Decryption { width: 1, input, shares, plaintexts }).unwrap()
        };
        assert_eq!(check(&honest), []);
        for forged in 0..3 {
            let mut lists = honest;
            let others: Vec<Digest> =
                (0..3).filter(|list| *list != forged).map(|list| ROOTS[list]).collect();
            lists[forged] = cancelling(&honest[forged], &others);
            assert_eq!(check(&lists), BOTH, "list {forged}");
        }
    }

    /// The same for one trustee's shares held against another's.
    #[test]
    fn no_shares_are_chosen_after_the_weights() {
        let honest = [7u64, 12].map(|k| group::mul_base(&Scalar::from(k)));
        let check = |bad: &[Element; 2], good: &[Element; 2]| {
            let [bad, good] = [bad, good].map(|list| bytes(list));
            let [bad, good] = [&bad, &good].map(|bytes| MemoryRows::new(bytes, 32).unwrap());
            let bad = TrusteeShares { trustee: 1, shares: rooted(0, &bad) };
            find_bad_shares(1, bad, &[TrusteeShares { trustee: 0, shares: rooted(1, &good) }])
                .unwrap()
        };
        assert_eq!(check(&honest, &honest), []);
        assert_eq!(check(&cancelling(&honest, &ROOTS[1..2]), &honest), BOTH);
        assert_eq!(check(&honest, &cancelling(&honest, &ROOTS[..1])), BOTH);
    }

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
