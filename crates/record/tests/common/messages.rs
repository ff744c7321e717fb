//! Signed messages to post.

use ed25519_dalek::SigningKey;
use psephos_record::bodies::{Body, Open};
use psephos_record::message::{Message, SignedMessage, VERSION};
use psephos_record::signature::sign;

/// A signing key for each number.
pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// A message around a body.
pub fn message(body: &Body, counter: u64, head: [u8; 32]) -> Message {
    Message {
        body: body.encode(),
        head,
        kind: body.kind().name().into(),
        time: 1_700_000_000,
        author: [0; 32],
        counter,
        version: VERSION,
        election: [7; 32],
    }
}

/// A small signed message; `author` and `counter` make it unique.
pub fn signed(author: u8, counter: u64, head: [u8; 32]) -> SignedMessage {
    sign(message(&Body::Open(Open {}), counter, head), &key(author))
}
