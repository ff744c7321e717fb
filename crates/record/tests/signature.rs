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

/// A map entry: a name and a value, encoded.
fn field(name: &str, value: &[u8]) -> Vec<u8> {
    [&[0x60 + name.len() as u8], name.as_bytes(), value].concat()
}

/// The eight fields of a message in an order of their own, as `alter` leaves them, and what stands behind.
fn refused(alter: impl Fn(&mut Vec<Vec<u8>>), behind: &[u8]) -> (Record, [u8; 32]) {
    let key = common::key(7);
    let author = key.verifying_key().to_bytes();
    let digest = |bytes: [u8; 32]| [&[0x58, 32][..], &bytes].concat();
    let mut fields = vec![
        // A long length, and a long number.
        field("body", &[0x59, 0, 1, 0xa0]),
        field("version", &[0x19, 0, 1]),
        field("election", &digest([3; 32])),
        field("counter", &[5]),
        field("author", &digest(author)),
        field("time", &[0]),
        field("kind", &[0x61, b'?']),
        field("head", &digest([4; 32])),
    ];
    alter(&mut fields);
    let message = [&[0xa0 + fields.len() as u8], fields.concat().as_slice(), behind].concat();
    (Record::wrap(sign_bytes(message, &key), 1, [0; 32]), author)
}

/// Who has signed what is refused is known only where nothing but order and widths are wrong.
#[test]
fn authors_of_refused_messages() {
    type Alter = fn(&mut Vec<Vec<u8>>);
    let known = |alter: Alter, behind: &[u8]| {
        let (record, author) = refused(alter, behind);
        assert!(record.message().is_err());
        record.author_of_refused() == Some(author)
    };
    assert!(known(|_| {}, &[]));
    assert!(known(|_| {}, &[0xff; 9]));
    assert!(known(|fields| fields.reverse(), &[]));
    let wrong: [Alter; 11] = [
        |fields| fields.truncate(7),
        |fields| fields.push(field("more", &[0])),
        |fields| fields[5] = field("counter", &[0]),
        |fields| fields[5] = field("times", &[0]),
        // A negative number, a tag, a text in pieces, bytes for a text and a text for bytes, no UTF-8.
        |fields| fields[5] = field("time", &[0x20]),
        |fields| fields[5] = field("time", &[0xc1, 0]),
        |fields| fields[6] = field("kind", &[0x7f, 0x61, b'?', 0xff]),
        |fields| fields[6] = field("kind", &[0x41, b'?']),
        |fields| fields[0] = field("body", &[0x61, b'?']),
        |fields| fields[6] = field("kind", &[0x61, 0xff]),
        // A digest of 31 bytes.
        |fields| fields[7] = field("head", &[&[0x58, 31][..], &[4; 31]].concat()),
    ];
    for (index, alter) in wrong.into_iter().enumerate() {
        assert!(!known(alter, &[]), "alteration {index}");
    }
    let (mut record, _) = refused(|_| {}, &[]);
    record.signature.0[0] ^= 1;
    assert_eq!(record.author_of_refused(), None);
}
