//! Expected: every challenge depends on the statement and on every message before it, and on no
//! response (spec/04-shuffle.md §2).

mod common;
#[path = "common/fields.rs"]
mod fields;

use common::Chain;
use fields::{entries, is_scalar, paths, replaced};
use psephos_core::Scalar;
use psephos_core::pairs::pairs;
use psephos_proofs::shuffle::challenge::Challenges;
use psephos_proofs::shuffle::{Proof, Statement};

/// The challenges, round by round.
fn rounds(statement: &Statement, proof: &Proof) -> [Vec<Scalar>; 4] {
    let shape = statement.shape().unwrap();
    let (c, _) = Challenges::of(statement, &shape, proof);
    [
        vec![c.x],
        vec![c.product.y, c.product.z],
        vec![c.hadamard.x, c.hadamard.y],
        vec![c.last.zero, c.last.single_value, c.last.multiexp],
    ]
}

/// The round in which a field is absorbed; 4 is after the last challenge.
fn round(path: &str) -> usize {
    match path {
        "exponents" => 0,
        "powers" => 1,
        "product.columns" | "product.partial" => 2,
        _ if is_scalar(path) => 4,
        _ => 3,
    }
}

fn compare(first_changed: usize, base: &[Vec<Scalar>; 4], changed: &[Vec<Scalar>; 4], name: &str) {
    for (index, (old, new)) in pairs(base, changed).enumerate() {
        for (old, new) in pairs(old, new) {
            assert_eq!(old != new, index >= first_changed, "{name}, round {}", index + 1);
        }
    }
}

#[test]
fn every_message_changes_the_challenges_after_it() {
    let chain = Chain::honest(9, 2, 1, 71);
    let statement = chain.mixes[0].statement;
    let proof = chain.mixes[0].proof.clone().unwrap();
    let base = rounds(&statement, &proof);
    let all: std::collections::BTreeSet<[u8; 32]> =
        base.iter().flatten().map(Scalar::to_bytes).collect();
    assert_eq!(all.len(), 8);
    for path in paths(&proof) {
        for (index, mut entry) in entries(&proof, &path).into_iter().enumerate() {
            entry[7] ^= 1;
            let changed = rounds(&statement, &replaced(&proof, &path, index, entry));
            compare(round(&path), &base, &changed, &path);
        }
    }
}

#[test]
fn lengths_and_borders_are_absorbed() {
    let chain = Chain::honest(9, 2, 1, 72);
    let statement = chain.mixes[0].statement;
    let proof = chain.mixes[0].proof.clone().unwrap();
    let base = rounds(&statement, &proof);
    let mut shorter = proof.clone();
    shorter.exponents.0.pop();
    compare(0, &base, &rounds(&statement, &shorter), "one commitment less");
    // The last entry of one message moved to the front of the next.
    let mut moved = proof.clone();
    let last = moved.multiexp.blinds.0.pop().unwrap();
    moved.multiexp.masks.0.insert(0, last);
    compare(3, &base, &rounds(&statement, &moved), "a border moved");
}

#[test]
fn every_part_of_the_statement_changes_every_challenge() {
    let chain = Chain::honest(9, 2, 1, 73);
    let statement = chain.mixes[0].statement;
    let proof = chain.mixes[0].proof.clone().unwrap();
    let base = rounds(&statement, &proof);
    let changes: [fn(&mut Statement); 13] = [
        |s| s.context.election.election[0] ^= 1,
        |s| s.context.election.public_key[0] ^= 1,
        |s| s.context.close[0] ^= 1,
        |s| s.context.box_index ^= 1,
        |s| s.context.batch_index ^= 1,
        |s| s.position ^= 1 << 63,
        |s| s.prover ^= 1,
        |s| s.prover_key[0] ^= 1,
        |s| s.rows += 1, // the same m and n
        |s| s.rows = 100,
        |s| s.width = 3,
        |s| s.input[0] ^= 1,
        |s| s.output[31] ^= 1,
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut other = statement;
        change(&mut other);
        compare(0, &base, &rounds(&other, &proof), &format!("change {index}"));
    }
}
