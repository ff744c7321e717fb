//! A record says what its author signed, or it says nothing.

mod common;

use psephos_core::encodings::Fixed;
use psephos_record::bodies::{Body, Seal};
use psephos_record::message::{Message, Record};
use psephos_record::signature::{SignatureError, sign, sign_bytes};

fn record() -> Record {
    let body = Body::Seal(Seal { head: [3; 32], records: 17 });
    Record::wrap(sign(common::message(&body, 4, [2; 32]), &common::key(9)), 17, [3; 32])
}

/// Decodes and verifies everything, as an auditor does.
fn accepted(file: &[u8]) -> Option<(Record, Message)> {
    let record = Record::decode(file).ok()?;
    let message = record.message().ok()?;
    record.verify(&message).ok()?;
    message.body().ok()?;
    Some((record, message))
}

#[test]
fn no_byte_flip_leaves_the_same_record() {
    let record = record();
    let file = record.encode();
    assert_eq!(accepted(&file).unwrap().0, record);
    // The place in the log is not signed; the chain answers for it.
    let placed = |mut found: Record| {
        found.sequence = record.sequence;
        found.previous = record.previous;
        found
    };
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << bit;
            if let Some((found, _)) = accepted(&flipped) {
                assert_ne!(found, record, "byte {at}");
                assert_eq!(placed(found), record, "byte {at}");
            }
        }
    }
}

#[test]
fn no_beginning_of_a_record_is_one() {
    let file = record().encode();
    for length in 0..file.len() {
        assert!(accepted(&file[..length]).is_none());
    }
    for more in [&[0][..], &[0xff], &file] {
        assert!(accepted(&[&file[..], more].concat()).is_none());
    }
}

#[test]
fn another_key_or_message_is_refused() {
    let record = record();
    let message = record.message().unwrap();
    let verify =
        |record: &Record, author: [u8; 32]| record.verify(&Message { author, ..message.clone() });
    assert_eq!(verify(&record, message.author), Ok(()));
    let other = common::key(8).verifying_key().to_bytes();
    assert_eq!(verify(&record, other), Err(SignatureError::Signature));
    // The author field is inside what is signed: claiming another's message needs the other's key.
    let stolen = sign_bytes(record.message.clone(), &common::key(8));
    let stolen = Record::wrap(stolen, 17, [3; 32]);
    assert_eq!(stolen.verify(&message), Err(SignatureError::Signature));
}

#[test]
fn weak_and_malformed_keys_are_refused() {
    let record = record();
    let message = record.message().unwrap();
    // The identity of Ed25519, of small order; and no point at all.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut nothing = [0; 32];
    nothing[0] = 2;
    for author in [identity, nothing] {
        let claimed = Message { author, ..message.clone() };
        assert_eq!(record.verify(&claimed), Err(SignatureError::Key));
    }
}

#[test]
fn a_signature_over_the_bare_message_is_refused() {
    use ed25519_dalek::Signer;
    let mut record = record();
    let message = record.message().unwrap();
    record.signature = Fixed(common::key(9).sign(&record.message).to_bytes());
    assert_eq!(record.verify(&message), Err(SignatureError::Signature));
}
