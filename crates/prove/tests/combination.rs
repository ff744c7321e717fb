//! Combination of any trustees' shares: of the neighbours, whose Lagrange coefficients are small integers, and
//! of others.

use proptest::prelude::*;
use psephos_core::pairs::pairs;
use psephos_core::rows::MemoryRows;
use psephos_core::{Element, Scalar, group};
use psephos_proofs::decryption::{RootedList, TrusteeShares, combine};
use psephos_proofs::key_ceremony::evaluation_point;

const ROWS: u64 = 3;

fn scalar(seed: u64) -> Scalar {
    Scalar::from(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)) * Scalar::from(seed + 1)
}

/// f(x) with the coefficients of a row's polynomial of degree t − 1.
fn evaluate(row: u64, t: usize, x: &Scalar) -> Scalar {
    let coefficients = (0..t as u64).map(|power| scalar(100 * row + power + 1));
    coefficients.rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient)
}

fn encoded(logarithms: impl Iterator<Item = Scalar>) -> Vec<u8> {
    let elements: Vec<Element> = logarithms.map(|log| group::mul_base(&log)).collect();
    group::encode_batch(&elements).into_flattened()
}

/// Expected: D = f(j + 1)·G of these trustees take f(0)·G off B = M + f(0)·G.
fn recovers(trustees: &[u64]) {
    let t = trustees.len();
    let masked = (0..ROWS).flat_map(|row| {
        let message = scalar(row + 7);
        [Scalar::ONE, message + evaluate(row, t, &Scalar::ZERO)]
    });
    let input = encoded(masked);
    let shares: Vec<Vec<u8>> = trustees
        .iter()
        .map(|j| encoded((0..ROWS).map(|row| evaluate(row, t, &evaluation_point(*j)))))
        .collect();
    let input = MemoryRows::new(&input, 64).unwrap();
    let rows: Vec<_> = shares.iter().map(|list| MemoryRows::new(list, 32).unwrap()).collect();
    let quorum: Vec<_> = pairs(trustees, &rows)
        .map(|(trustee, rows)| TrusteeShares {
            trustee: *trustee,
            shares: RootedList { root: [0; 32], rows },
        })
        .collect();
    let found = combine(1, RootedList { root: [0; 32], rows: &input }, &quorum);
    let messages = encoded((0..ROWS).map(|row| scalar(row + 7)));
    assert_eq!(found, Ok(messages), "{trustees:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_trustees_recover_the_messages(trustees in prop::collection::hash_set(0u64..32, 1..8)) {
        recovers(&trustees.into_iter().collect::<Vec<_>>());
    }
}

/// Their coefficients are integers: small up to the 18th, and beyond 32 bits at the end.
#[test]
fn the_first_trustees_recover_the_messages() {
    for t in [1, 2, 3, 17, 18, 19, 32] {
        recovers(&(0..t).collect::<Vec<_>>());
    }
}
