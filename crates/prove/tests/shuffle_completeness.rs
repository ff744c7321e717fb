//! Honest mixes verify, whatever the number of rows and their width (spec/04-shuffle.md).

mod common;

use common::{Chain, ballots, decrypted, rng, turn, verify};
use proptest::prelude::*;
use psephos_core::pairs::pairs;
use psephos_core::tree;
use psephos_prove::shuffle::{ProveError, mix};
use psephos_secrets::Permutation;

fn holds(rows: usize, width: usize, mixes: usize) {
    let chain = Chain::honest(rows, width, mixes, (rows * 100 + width) as u64);
    assert_eq!(chain.verify(), Ok(()), "{rows} rows of {width}");
    for (list, mixed) in pairs(chain.lists.windows(2), &chain.mixes) {
        assert_eq!(decrypted(&list[0], width), decrypted(&list[1], width));
        assert_eq!(mixed.statement.input, tree::root(&list[0]));
        assert_eq!(mixed.statement.output, tree::root(&list[1]));
        assert!(rows == 0 || list[0] != list[1]);
        assert_eq!(mixed.proof.is_some(), rows > 0);
    }
}

#[test]
fn few_rows() {
    for rows in 0..=9 {
        for width in [1, 2] {
            holds(rows, width, 2);
        }
    }
}

#[test]
fn one_column_short_of_full_and_beyond() {
    for rows in 15..=40 {
        holds(rows, 1 + rows % 5, 1);
    }
}

#[test]
fn the_widest_row() {
    for rows in [1, 3, 9] {
        holds(rows, 32, 1);
    }
}

#[test]
fn hundreds_of_rows() {
    holds(256, 1, 3);
    holds(257, 2, 1);
    holds(399, 3, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn any_size(rows in 0usize..120, width in 1usize..6, mixes in 1usize..4) {
        holds(rows, width, mixes);
    }
}

/// More than 2^14 rows: eight matrix rows, so a long row has two pieces.
#[test]
fn a_long_row_of_several_pieces() {
    holds((1 << 14) + 3, 1, 1);
}

#[test]
fn a_suffix_of_a_chain_verifies_alone() {
    let chain = Chain::honest(11, 2, 3, 7);
    for from in 0..=3 {
        let mixes: Vec<_> =
            chain.mixes[from..].iter().map(|m| (m.statement, m.proof.as_ref())).collect();
        assert_eq!(verify(&mixes, &chain.lists[from..], 2), Ok(()));
    }
}

/// Everything follows from the source of randomness, whatever the number of cores.
#[test]
fn the_same_seed_gives_the_same_mix() {
    let input = ballots(700, 1, &mut rng(1));
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut rng = rng(seed);
            let permutation = Permutation::random(700, &mut rng);
            mix(&turn(0, 1), &input, &permutation, &mut rng).unwrap()
        })
    };
    let first = run(1, 5);
    assert_eq!(first, run(3, 5));
    let other = run(1, 6);
    assert_ne!(first.output, other.output);
    assert_ne!(first.proof, other.proof);
}

#[test]
fn the_prover_refuses_bad_input() {
    let mut rng = rng(3);
    let input = ballots(4, 2, &mut rng);
    let permutation = Permutation::random(4, &mut rng);
    let short = Permutation::random(3, &mut rng);
    let attempt = |input: &[u8], permutation: &Permutation, width| {
        let mut rng = common::rng(4);
        mix(&turn(0, width), input, permutation, &mut rng).map(|_| ())
    };
    assert_eq!(attempt(&input, &permutation, 2), Ok(()));
    assert_eq!(attempt(&input, &short, 2), Err(ProveError::Sizes));
    assert_eq!(attempt(&input[..500], &permutation, 2), Err(ProveError::Sizes));
    assert_eq!(attempt(&input, &permutation, 0), Err(ProveError::Sizes));
    assert!(attempt(&input[..448], &permutation, 33).is_err());
    let mut identity = input.clone();
    identity[128 + 64..][..32].fill(0);
    assert!(matches!(attempt(&identity, &permutation, 2), Err(ProveError::Input { row: 1, .. })));
}
