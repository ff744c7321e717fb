//! Expected: a proof with any entry replaced, any vector of another length or any encoding that is
//! not canonical is refused, and the fault says which.

mod common;
#[path = "common/fields.rs"]
mod fields;

use common::{Chain, EQUATION, culprits, verify};
use fields::{entries, is_scalar, paths, replaced, with};
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::Fault;
use psephos_proofs::shuffle::{MixFault, Proof};

fn verdict(chain: &Chain, proof: &Proof) -> MixFault {
    let mixes = [(chain.mixes[0].statement, Some(proof))];
    match culprits(verify(&mixes, &chain.lists, chain.width))[..] {
        [(0, fault)] => fault,
        ref other => panic!("{other:?}"),
    }
}

fn honest() -> (Chain, Proof) {
    let chain = Chain::honest(9, 2, 1, 11);
    let proof = chain.mixes[0].proof.clone().unwrap();
    (chain, proof)
}

#[test]
fn every_entry_replaced() {
    let (chain, proof) = honest();
    let other = Chain::honest(9, 2, 1, 12).mixes[0].proof.clone().unwrap();
    let paths = paths(&proof);
    assert_eq!(paths.len(), 27, "{paths:?}");
    for path in &paths {
        let own = entries(&proof, path);
        for (index, entry) in own.iter().enumerate() {
            let one = if is_scalar(path) {
                Scalar::ONE.to_bytes()
            } else {
                group::encode(&group::base())
            };
            let next = own[(index + 1) % own.len()];
            for value in [[0; 32], one, next, entries(&other, path)[index]] {
                if value != *entry {
                    let bad = replaced(&proof, path, index, value);
                    assert_eq!(verdict(&chain, &bad), EQUATION, "{path}, entry {index}");
                }
            }
        }
    }
}

#[test]
fn every_vector_of_another_length() {
    let (chain, proof) = honest();
    for path in paths(&proof) {
        let own = entries(&proof, &path);
        let shorter = &own[..own.len() - 1];
        let longer = [&own[..], &own[..1]].concat();
        let twice = [&own[..], &own[..]].concat();
        for list in [shorter, &longer, &twice, &[]] {
            // A field of one fixed value has no other length in the format.
            let Some(bad) = with(&proof, &path, list) else {
                assert_eq!(own.len(), 1, "{path}");
                continue;
            };
            match verdict(&chain, &bad) {
                MixFault::Proof(Fault::Length { field }) => assert_eq!(field, path),
                other => panic!("{path}: {other:?}"),
            }
        }
    }
}

/// Elements that are the identity and scalars that are 0, everywhere or in one part.
#[test]
fn a_proof_of_nothing() {
    let (chain, proof) = honest();
    for part in ["", "product", "product.zero", "product.single_value", "multiexp"] {
        let mut bad = proof.clone();
        for path in paths(&proof).iter().filter(|path| path.starts_with(part)) {
            let nothing = vec![[0; 32]; entries(&proof, path).len()];
            bad = with(&bad, path, &nothing).unwrap();
        }
        assert_eq!(verdict(&chain, &bad), EQUATION, "{part}");
    }
}

/// An even value below p that encodes no element.
fn no_element() -> Encoding {
    let candidates = (1..=255u8).map(|byte| {
        let mut bytes = [0; 32];
        bytes[0] = byte & !1;
        bytes[1] = byte;
        bytes
    });
    let mut refused =
        candidates.filter(|bytes| group::decode(bytes) == Err(group::GroupError::NotElement));
    refused.next().unwrap()
}

#[test]
fn every_entry_in_a_bad_encoding() {
    let (chain, proof) = honest();
    for path in paths(&proof) {
        let last = entries(&proof, &path).len() - 1;
        let place = last as u64;
        let bad = verdict(&chain, &replaced(&proof, &path, last, [0xff; 32]));
        match bad {
            MixFault::Proof(Fault::NonCanonical { field, index }) => {
                assert_eq!((field, index), (&*path, place));
            }
            other => panic!("{path}: {other:?}"),
        }
        if !is_scalar(&path) {
            match verdict(&chain, &replaced(&proof, &path, last, no_element())) {
                MixFault::Proof(Fault::Membership { field, index }) => {
                    assert_eq!((field, index), (&*path, place));
                }
                other => panic!("{path}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_proof_where_there_are_no_rows_and_none_where_there_are() {
    let (mut chain, proof) = honest();
    let missing = MixFault::Proof(Fault::Length { field: "proof" });
    chain.mixes[0].proof = None;
    assert_eq!(chain.culprits(), [(0, missing)]);
    let mut empty = Chain::honest(0, 2, 1, 1);
    empty.mixes[0].proof = Some(proof);
    assert_eq!(empty.culprits(), [(0, missing)]);
}

/// The encoding is deterministic CBOR: keys in ascending order of length, then of bytes.
#[test]
fn the_format_is_canonical_as_it_is_written() {
    let (_, proof) = honest();
    let bytes = serde_cbor::to_vec(&proof).unwrap();
    assert_eq!(serde_cbor::from_slice::<Proof>(&bytes).unwrap(), proof);
    let text = String::from_utf8_lossy(&bytes);
    let mut keys = vec!["powers", "product", "multiexp", "exponents"];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted());
    for list in [
        &mut keys,
        &mut vec!["zero", "columns", "partial", "single_value"],
        &mut vec![
            "left",
            "right",
            "diagonals",
            "left_blind",
            "right_blind",
            "left_opening",
            "right_opening",
            "diagonal_opening",
        ],
        &mut vec![
            "mask",
            "linear",
            "values",
            "constant",
            "products",
            "steps_opening",
            "values_opening",
        ],
        &mut vec![
            "masks",
            "blinds",
            "factors",
            "openings",
            "response",
            "diagonals",
            "mask_values",
            "mask_openings",
        ],
    ] {
        let written = list.clone();
        list.sort_by_key(|key| (key.len(), *key));
        assert_eq!(*list, written);
    }
}
