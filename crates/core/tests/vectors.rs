//! Expected: what the code derives is what `spec/vectors/` states. `UPDATE_VECTORS=1` writes the files anew.

use psephos_core::embed::{embed, extract};
use psephos_core::generators::Generators;
use psephos_core::group::encode;
use psephos_core::transcript::Transcript;
use psephos_core::{hash, tree};
use serde_json::{Value, json};

fn check(name: &str, derived: Value) {
    let path = format!("{}/../../spec/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&derived).unwrap() + "\n").unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), derived, "{path}");
}

#[test]
fn generators() {
    let derived = Generators::derive(7);
    let encodings: Vec<String> =
        derived.as_slice().iter().map(|h| hex::encode(encode(h))).collect();
    check("generators", json!({ "page": "02-group.md §2.4", "H": encodings }));
}

#[test]
fn embedding() {
    let samples: [[u8; 30]; 4] =
        [[0; 30], [0xff; 30], std::array::from_fn(|i| i as u8), *b"thirty bytes of data, exactly."];
    let valid: Vec<Value> = samples
        .iter()
        .map(|data| {
            let element = encode(&embed(data));
            assert_eq!(extract(&element), Ok(*data));
            json!({ "data": hex::encode(data), "element": hex::encode(element) })
        })
        .collect();
    let invalid = json!([
        { "element": hex::encode([0; 32]), "reason": "identity" },
        { "element": hex::encode(second_element(&samples[2])), "reason": "not minimal" },
    ]);
    check("embedding", json!({ "page": "02-group.md §2.6", "valid": valid, "invalid": invalid }));
}

/// The data's element of the second-smallest counter.
fn second_element(data: &[u8; 30]) -> [u8; 32] {
    let smallest = encode(&embed(data));
    (0..1u16 << 14)
        .map(|counter| {
            let mut bytes = [0; 32];
            bytes[0] = 2 * (counter % 128) as u8;
            bytes[1..31].copy_from_slice(data);
            bytes[31] = (counter / 128) as u8;
            bytes
        })
        .find(|bytes| *bytes != smallest && psephos_core::group::decode_proper(bytes).is_ok())
        .unwrap()
}

#[test]
fn transcript() {
    let mut transcript = Transcript::new("vector");
    transcript.bytes("bytes", b"some bytes");
    transcript.integer("integer", 0x0102_0304);
    transcript.encoding("encoding", &[7; 32]);
    transcript.encodings("encodings", &[[1; 32], [2; 32]]);
    transcript.encodings("none", &[]);
    let x = transcript.challenge("x");
    let y = transcript.challenge("y");
    check(
        "transcript",
        json!({
            "page": "03-transcript.md §3.1",
            "argument": "vector",
            "absorbed": [
                { "bytes": "bytes", "value": hex::encode("some bytes") },
                { "integer": "integer", "value": 0x0102_0304 },
                { "encoding": "encoding", "value": hex::encode([7; 32]) },
                { "encodings": "encodings", "value": [hex::encode([1; 32]), hex::encode([2; 32])] },
                { "encodings": "none", "value": [] },
            ],
            "challenges": { "x": hex::encode(x.to_bytes()), "y": hex::encode(y.to_bytes()) },
        }),
    );
}

#[test]
fn hashes() {
    let patterned = |length: usize| (0..length).map(|i| (i % 251) as u8).collect::<Vec<u8>>();
    let roots: Vec<Value> = [0, 1, 65_535, 65_536, 65_537, 200_000]
        .into_iter()
        .map(|length| json!({ "length": length, "root": hex::encode(tree::root(&patterned(length))) }))
        .collect();
    check(
        "hashes",
        json!({
            "page": "01-conventions.md §1.3, 08-board.md",
            "H[psephos/v1/tracker](abc)": hex::encode(hash::hash("psephos/v1/tracker", &[b"abc"])),
            "X[psephos/v1/weights](abc), 64 bytes": hex::encode(hash::xof("psephos/v1/weights", &[b"abc"]).take::<64>()),
            "tree roots of bytes i mod 251": roots,
        }),
    );
}
