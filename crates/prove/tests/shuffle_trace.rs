//! Expected: of a proof that holds a trace has every equation with equal sides, of one that does not it shows
//! which equation fails (spec/09-audit.md §9.12).

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use common::Chain;
use psephos_core::{Scalar, group, trace};

type Lines = Arc<Mutex<Vec<String>>>;

/// The equations' sides of the one mix verified, by number and side.
fn sides(lines: &Lines, chain: &Chain) -> BTreeMap<(u8, String), String> {
    lines.lock().unwrap().clear();
    let _ = chain.verify();
    let lines = lines.lock().unwrap();
    let side = |line: &String| {
        let (_, rest) = line.split_once("shuffle.equation_")?;
        let (name, value) = rest.split_once(" = ")?;
        let (number, side) = name.split_once('_')?;
        Some(((number.parse().unwrap(), side.to_owned()), value.to_owned()))
    };
    lines.iter().filter_map(side).collect()
}

fn failing(lines: &Lines, chain: &Chain) -> Vec<u8> {
    let sides = sides(lines, chain);
    assert_eq!(sides.len(), 18);
    let side = |number, side: &str| &sides[&(number, side.to_owned())];
    (1..=9).filter(|number| side(*number, "left") != side(*number, "right")).collect()
}

/// One test, as one sink serves a whole process.
#[test]
fn sides_are_equal_where_an_equation_holds() {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    assert!(trace::start(move |line| kept.lock().unwrap().push(line.to_owned())));

    let mut chain = Chain::honest(9, 2, 1, 71);
    assert_eq!(failing(&lines, &chain), []);
    let lengths = |number| {
        let sides = sides(&lines, &chain);
        sides[&(number, "left".to_owned())].len() / 64
    };
    assert_eq!((1..=9).map(lengths).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 1, 2, 2, 2]);

    let key = group::encode(&(group::base() + group::base()));
    chain.lists.swap(0, 1);
    assert_eq!(failing(&lines, &chain), [8, 9]);
    chain.statement(0).context.election.public_key = key;
    assert_eq!(failing(&lines, &chain), [1, 2, 3, 4, 5, 6, 7, 8, 9]);

    let mut chain = Chain::honest(9, 2, 1, 71);
    let proof = chain.mixes[0].proof.as_mut().unwrap();
    let bump = |entry: &mut [u8; 32]| {
        *entry = (group::scalar(entry).unwrap() + Scalar::ONE).to_bytes();
    };
    bump(&mut proof.product.zero.diagonal_opening.0);
    bump(&mut proof.product.single_value.steps_opening.0);
    bump(&mut proof.multiexp.mask_openings.0[1]);
    assert_eq!(failing(&lines, &chain), [3, 5, 7]);

    // Of a list that holds what is no row, there are no sums.
    let mut chain = Chain::honest(9, 2, 1, 71);
    chain.lists[1][..32].fill(0);
    assert_eq!(sides(&lines, &chain).len(), 14);

    // Long rows of two pieces.
    let chain = Chain::honest((1 << 14) + 1, 1, 1, 72);
    assert_eq!(failing(&lines, &chain), []);
}
