//! One value, one encoding: what is not canonical is refused, what is no CBOR is told apart from it.

mod common;

use proptest::prelude::*;
use psephos_record::bodies::{Blob, Body, SignOff};
use psephos_record::cbor::{self, DecodeError};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use serde::{Deserialize, Serialize};
use serde_cbor::Value;

const LIMIT: usize = 1 << 20;

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// An implementation-independent statement of "canonical": parsing into a generic value and writing that
/// with sorted keys gives the same bytes.
fn assert_canonical(encoded: &[u8]) {
    let value: Value = serde_cbor::from_slice(encoded).unwrap();
    assert_eq!(serde_cbor::to_vec(&value).unwrap(), encoded);
    sorted(&value);
}

/// Keys in bytewise order of their encodings (RFC 8949 §4.2.1).
fn sorted(value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(sorted),
        Value::Map(entries) => {
            let keys: Vec<Vec<u8>> =
                entries.keys().map(|key| serde_cbor::to_vec(key).unwrap()).collect();
            assert!(keys.is_sorted());
            entries.values().for_each(sorted);
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn every_body_reads_back_and_is_canonical(body in common::body()) {
        let encoded = body.encode();
        assert_canonical(&encoded);
        prop_assert_eq!(Body::decode(body.kind(), &encoded), Ok(body));
    }

    #[test]
    fn no_body_is_of_two_kinds(body in common::body()) {
        let encoded = body.encode();
        for kind in common::kinds_with_bodies() {
            if kind != body.kind() {
                prop_assert!(Body::decode(kind, &encoded).is_err(), "{} as {}", body.kind(), kind);
            }
        }
    }

    #[test]
    fn messages_and_records_read_back(body in common::body(), counter: u64, head in common::digest()) {
        let signed = psephos_record::signature::sign(common::message(&body, counter, head), &common::key(3));
        let record = Record::wrap(signed, 5, [6; 32]);
        let file = record.encode();
        assert_canonical(&file);
        assert_canonical(&record.message);
        let read = Record::decode(&file).unwrap();
        prop_assert_eq!(&read, &record);
        let message = read.message().unwrap();
        prop_assert_eq!(message.body(), Ok(body));
        prop_assert_eq!(read.verify(&message), Ok(()));
        prop_assert_eq!(message.encode(), read.message);
    }

    #[test]
    fn bytes_cut_off_or_appended_are_refused(body in common::body(), cut: prop::sample::Index, more: Vec<u8>) {
        let encoded = body.encode();
        let cut = cut.index(encoded.len());
        prop_assert_eq!(Body::decode(body.kind(), &encoded[..cut]), Err(DecodeError::Incomplete));
        if !more.is_empty() {
            let longer = [&encoded[..], &more].concat();
            let refused = matches!(
                Body::decode(body.kind(), &longer), Err(DecodeError::NotCanonical { .. }));
            prop_assert!(refused);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = cbor::item_length(&bytes);
        let _ = Record::decode(&bytes);
        let _ = Message::decode(&bytes);
        for kind in Kind::ALL {
            let _ = Body::decode(kind, &bytes);
        }
    }

    #[test]
    fn a_changed_body_never_decodes_to_the_same(body in common::body(), at: prop::sample::Index, bit in 0u8..8) {
        let mut encoded = body.encode();
        let at = at.index(encoded.len());
        encoded[at] ^= 1 << bit;
        prop_assert_ne!(Body::decode(body.kind(), &encoded), Ok(body));
    }
}

/// RFC 8949 appendix A: complete items and their lengths, whatever we think of their content.
#[test]
fn appendix_a_items_are_complete() {
    let vectors = [
        "00",
        "17",
        "1818",
        "1903e8",
        "1a000f4240",
        "1b000000e8d4a51000",
        "1bffffffffffffffff",
        "c249010000000000000000",
        "3bffffffffffffffff",
        "20",
        "3863",
        "f90000",
        "fa47c35000",
        "fb3ff199999999999a",
        "f4",
        "f6",
        "f7",
        "f0",
        "f8ff",
        "c11a514b67b0",
        "d74401020304",
        "d818456449455446",
        "40",
        "4401020304",
        "60",
        "6161",
        "6449455446",
        "62225c",
        "62c3bc",
        "64f0908591",
        "80",
        "83010203",
        "8301820203820405",
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
        "a0",
        "a201020304",
        "a26161016162820203",
        "826161a161626163",
        "a56161614161626142616361436164614461656145",
    ];
    for vector in vectors {
        let item = bytes(vector);
        assert_eq!(cbor::item_length(&item), Ok(item.len()), "{vector}");
        for cut in 0..item.len() {
            assert_eq!(cbor::item_length(&item[..cut]), Err(DecodeError::Incomplete), "{vector}");
        }
        let longer = [&item[..], &[0]].concat();
        assert_eq!(cbor::item_length(&longer), Ok(item.len()), "{vector}");
    }
}

/// RFC 8949 appendix A: indefinite lengths are valid CBOR and never canonical.
#[test]
fn appendix_a_indefinite_lengths_are_refused() {
    for vector in [
        "5f42010243030405ff",
        "7f657374726561646d696e67ff",
        "9fff",
        "9f018202039f0405ffff",
        "bf61610161629f0203ffff",
    ] {
        let refused =
            matches!(cbor::item_length(&bytes(vector)), Err(DecodeError::NotCanonical { .. }));
        assert!(refused, "{vector}");
    }
}

/// RFC 8949 appendix F: not well-formed.
#[test]
fn appendix_f_items_are_incomplete() {
    let vectors = [
        "18",
        "19",
        "1a",
        "1b",
        "1901",
        "1a0102",
        "1b01020304050607",
        "38",
        "58",
        "78",
        "98",
        "9a01ff00",
        "b8",
        "d8",
        "f8",
        "f800",
        "f81f",
        "f900",
        "fa0000",
        "fb000000",
        "41",
        "61",
        "5affffffff00",
        "5bffffffffffffffff010203",
        "7affffffff00",
        "7b7fffffffffffffff010203",
        "81",
        "818181818181818181",
        "8200",
        "a1",
        "a20102",
        "a100",
        "a2000000",
        "c0",
        "1c",
        "1d",
        "1e",
        "3c",
        "5c",
        "7e",
        "9d",
        "bc",
        "dd",
        "fc",
        "ff",
        "1f",
        "3f",
        "df",
    ];
    for vector in vectors {
        assert_eq!(cbor::item_length(&bytes(vector)), Err(DecodeError::Incomplete), "{vector}");
    }
}

/// RFC 8949 appendix A: integers and strings encode as there.
#[test]
fn appendix_a_values_encode_as_there() {
    assert_eq!(cbor::encode(&1_000_000_000_000u64), bytes("1b000000e8d4a51000"));
    assert_eq!(cbor::encode(&23u64), bytes("17"));
    assert_eq!(cbor::encode(&24u64), bytes("1818"));
    assert_eq!(cbor::encode(&u64::MAX), bytes("1bffffffffffffffff"));
    assert_eq!(cbor::encode(&"ü"), bytes("62c3bc"));
    assert_eq!(cbor::encode(&Option::<u64>::None), bytes("f6"));
    assert_eq!(cbor::encode(&vec![1u64, 2, 3]), bytes("83010203"));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    a: u64,
    b: String,
    cc: Option<u64>,
}

fn refused(text: &str) -> bool {
    matches!(cbor::decode::<Example>(&bytes(text), LIMIT), Err(DecodeError::NotCanonical { .. }))
}

fn misfit(text: &str) -> bool {
    matches!(cbor::decode::<Example>(&bytes(text), LIMIT), Err(DecodeError::Form { .. }))
}

/// What is canonical and something else is told apart from what is not canonical.
#[test]
fn each_way_to_write_it_otherwise_is_refused() {
    // {"a": 1, "b": "x", "cc": null}
    let good = "a3616101616261786263 63f6".replace(' ', "");
    let value = Example { a: 1, b: "x".into(), cc: None };
    assert_eq!(cbor::encode(&value), bytes(&good));
    assert_eq!(cbor::decode::<Example>(&bytes(&good), LIMIT), Ok(value));

    assert!(refused("a361611801616261786263 63f6".replace(' ', "").as_str()), "long integer");
    assert!(refused("a36161190001616261786263 63f6".replace(' ', "").as_str()), "longer integer");
    assert!(refused("a378016101616261786263 63f6".replace(' ', "").as_str()), "long key length");
    assert!(refused("a361610161627801786263 63f6".replace(' ', "").as_str()), "long text length");
    assert!(refused("b803616101616261786263 63f6".replace(' ', "").as_str()), "long map length");
    assert!(refused("a361626178616101 626363f6".replace(' ', "").as_str()), "key order");
    assert!(refused("a4616101616101616261786263 63f6".replace(' ', "").as_str()), "a key twice");
    assert!(refused("a4616101616261786263 63f6616400".replace(' ', "").as_str()), "an unknown key");
    assert!(misfit("a26161016162 6178".replace(' ', "").as_str()), "a missing null");
    assert!(misfit("a1616101"), "a missing field");
    assert!(misfit("830161 78f6".replace(' ', "").as_str()), "fields as a list");
    assert!(refused("a36161f93c00616261786263 63f6".replace(' ', "").as_str()), "a float");
    assert!(refused("a36161c101616261786263 63f6".replace(' ', "").as_str()), "a tag");
    assert!(misfit("a3616101616241786263 63f6".replace(' ', "").as_str()), "bytes for text");
    assert!(refused("a3616101616261ff6263 63f6".replace(' ', "").as_str()), "no UTF-8");
    assert!(refused("a36161 01616261786263 63f7".replace(' ', "").as_str()), "undefined");
    assert!(refused("bf616101616261786263 63f6ff".replace(' ', "").as_str()), "indefinite map");
    assert!(refused("a36161016162 7f6178ff626363f6".replace(' ', "").as_str()), "indefinite text");
    assert!(refused(&format!("{good}00")), "trailing bytes");
    assert!(misfit("a3416101616261786263 63f6".replace(' ', "").as_str()), "a key as bytes");
}

/// The same for a record's own fields: byte strings of fixed length and integers.
#[test]
fn byte_strings_are_byte_strings_of_the_right_length() {
    let good = cbor::encode(&SignOff { head: [1; 32] });
    assert_eq!(&good[..8], &bytes("a164686561645820")[..]);
    let array = [&bytes("a164686561649820")[..], &[1; 32]].concat();
    let is_form = |error| matches!(error, Err(DecodeError::Form { .. }));
    assert!(cbor::decode::<SignOff>(&array, LIMIT).is_err());
    for length in [0usize, 31, 33, 64] {
        let other = [&bytes("a1646865616458")[..], &[length as u8], &vec![1; length]].concat();
        let found = cbor::decode::<SignOff>(&other, LIMIT);
        assert_eq!(is_form(found.clone()), length >= 24, "{length}");
        assert!(found.is_err());
    }
    let blob = Blob { root: [1; 32], rows: 3, row_length: 64 };
    let negative = cbor::encode(&blob)
        .iter()
        .map(|byte| if *byte == 3 { 0x22 } else { *byte })
        .collect::<Vec<u8>>();
    assert!(cbor::decode::<Blob>(&negative, LIMIT).is_err());
}

#[test]
fn huge_length_prefixes_allocate_nothing() {
    for prefix in [
        "5b7fffffffffffffff",
        "9b7fffffffffffffff",
        "bb7fffffffffffffff",
        "7bffffffffffffffff",
        "9affffffff",
        "bbffffffffffffffff",
    ] {
        assert_eq!(cbor::item_length(&bytes(prefix)), Err(DecodeError::Incomplete), "{prefix}");
        assert_eq!(Record::decode(&bytes(prefix)), Err(DecodeError::Incomplete));
    }
    // The same inside a well-formed record.
    let record = Record {
        message: bytes("a164626f64795b7fffffffffffffff"),
        previous: [0; 32],
        sequence: 0,
        signature: psephos_core::encodings::Fixed([0; 64]),
    };
    assert_eq!(record.message(), Err(DecodeError::Incomplete));
}

#[test]
fn deep_nesting_is_refused() {
    let deep = [vec![0x81; 100_000], vec![0]].concat();
    assert!(matches!(cbor::item_length(&deep), Err(DecodeError::NotCanonical { .. })));
    let tags = [vec![0xc1; 100_000], vec![0]].concat();
    assert!(matches!(cbor::item_length(&tags), Err(DecodeError::NotCanonical { .. })));
    let shallow = [vec![0x81; 30], vec![0]].concat();
    assert_eq!(cbor::item_length(&shallow), Ok(31));
}

#[test]
fn sizes_are_capped_before_parsing() {
    let long = vec![0; Kind::SignOff.body_limit() + 1];
    let refused = matches!(Body::decode(Kind::SignOff, &long), Err(DecodeError::TooLarge { .. }));
    assert!(refused);
}

#[test]
fn unknown_kinds_and_versions_are_refused_after_the_header() {
    let mut message = common::message(&Body::SignOff(SignOff { head: [0; 32] }), 0, [0; 32]);
    message.kind = "sign_off".into();
    let read = Message::decode(&message.encode()).unwrap();
    assert!(matches!(read.body(), Err(DecodeError::NotCanonical { .. })));
    message.version = 2;
    assert!(matches!(Message::decode(&message.encode()), Err(DecodeError::NotCanonical { .. })));
}
