//! Expected: `spec/vectors/shuffle.json` is a mix that verifies, with the challenges it states, and
//! what the prover makes of the same seed. `UPDATE_VECTORS=1` writes the file anew.

mod common;

use common::{Chain, verify};
use psephos_core::Scalar;
use psephos_core::hash::plain;
use psephos_proofs::shuffle::challenge::Challenges;
use psephos_proofs::shuffle::{Proof, Statement};
use serde_json::{Value, json};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/shuffle.json");

fn challenges(statement: &Statement, proof: &Proof) -> Value {
    let (c, _) = Challenges::of(statement, &statement.shape().unwrap(), proof);
    let hex = |scalar: Scalar| hex::encode(scalar.to_bytes());
    json!({
        "x": hex(c.x),
        "y": hex(c.product.y),
        "z": hex(c.product.z),
        "hadamard x": hex(c.hadamard.x),
        "hadamard y": hex(c.hadamard.y),
        "zero x": hex(c.last.zero),
        "single value x": hex(c.last.single_value),
        "multiexp x": hex(c.last.multiexp),
    })
}

fn derived() -> Value {
    let chain = Chain::honest(5, 2, 1, 5);
    let mixed = &chain.mixes[0];
    let (s, proof) = (&mixed.statement, mixed.proof.as_ref().unwrap());
    let shape = s.shape().unwrap();
    let bytes = serde_cbor::to_vec(proof).unwrap();
    json!({
        "page": "04-shuffle.md",
        "statement": {
            "election": hex::encode(s.context.election.election),
            "public key": hex::encode(s.context.election.public_key),
            "close": hex::encode(s.context.close),
            "box": s.context.box_index,
            "batch": s.context.batch_index,
            "position": s.position,
            "prover": s.prover,
            "prover key": hex::encode(s.prover_key),
            "rows": s.rows,
            "width": s.width,
            "m": shape.matrix_rows(),
            "n": shape.columns(),
            "input": hex::encode(s.input),
            "output": hex::encode(s.output),
        },
        "challenges": challenges(s, proof),
        "input list": hex::encode(&chain.lists[0]),
        "output list": hex::encode(&chain.lists[1]),
        "proof": hex::encode(&bytes),
        "proof sha3-256": hex::encode(plain(&bytes)),
    })
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn the_stored_mix() {
    let derived = derived();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(PATH, serde_json::to_string_pretty(&derived).unwrap() + "\n").unwrap();
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    assert_eq!(stored, derived, "{PATH}");

    let proof: Proof = serde_cbor::from_slice(&bytes(&stored["proof"])).unwrap();
    let lists = vec![bytes(&stored["input list"]), bytes(&stored["output list"])];
    let statement = Chain::honest(5, 2, 1, 5).mixes[0].statement;
    assert_eq!(verify(&[(statement, Some(&proof))], &lists, 2), Ok(()));
    assert_eq!(challenges(&statement, &proof), stored["challenges"]);
}
