//! The stored elections, honest and altered, each with the answer that its audit must give.
//!
//! Everything follows from seeds: made again they are the same, byte for byte.

mod absence;
mod ballots;
mod behind;
mod board;
mod case;
mod ceremony;
mod chain;
mod complaints;
mod damage;
mod duplicates;
mod eligibility;
mod exclusion;
mod flips;
mod fork;
mod intake;
mod mixes;
mod phase;
mod places;
mod proposals;
mod prover;
mod range;
mod record;
mod result;
mod saved;
mod setup;
mod shares;
pub mod stage;
mod steps;
mod table;
mod troubles;
mod valid;
mod vectors;
mod witness;
mod wrapper;

pub use case::{Case, Fixture, answer, files_below};
pub use table::{line, with_table};

use psephos_audit::Culprit;
use psephos_core::{Encoding, Scalar, group};
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use serde_cbor::Value;

use crate::{Author, Election};

/// Every case, file by file.
pub const CASES: &[&[Case]] = &[
    setup::CASES,
    proposals::CASES,
    ceremony::CASES,
    complaints::CASES,
    record::CASES,
    board::CASES,
    phase::CASES,
    fork::CASES,
    witness::CASES,
    flips::CASES,
    vectors::CASES,
    valid::CASES,
    ballots::CASES,
    duplicates::CASES,
    behind::CASES,
    damage::CASES,
    eligibility::CASES,
    intake::CASES,
    range::CASES,
    mixes::CASES,
    prover::CASES,
    chain::CASES,
    places::CASES,
    exclusion::CASES,
    absence::CASES,
    saved::CASES,
    wrapper::CASES,
    shares::CASES,
    result::CASES,
    troubles::CASES,
];

/// Every case.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().copied().flatten()
}

const AUTHORITY: &[Culprit] = &[Culprit::Authority];

/// Bytes that are the canonical encoding of nothing.
const NOT_CANONICAL: Encoding = [0xff; 32];

/// Bytes that could be an element's and are none.
fn no_element() -> Encoding {
    let candidates = (2..=u8::MAX).step_by(2).map(|first| {
        let mut bytes = [0; 32];
        bytes[0] = first;
        bytes
    });
    let mut refused = candidates.filter(|bytes| group::decode(bytes).is_err());
    refused.next().expect("every second number is none")
}

/// The same scalar, not reduced: the group's order is added to it.
fn plus_order(scalar: &Encoding) -> Encoding {
    let mut sum = *scalar;
    // q - 1, and one carried.
    let mut carry = 1_u16;
    for (left, right) in psephos_core::pairs::pairs(&mut sum, (-Scalar::ONE).to_bytes()) {
        carry += u16::from(*left) + u16::from(right);
        *left = carry as u8;
        carry >>= 8;
    }
    sum
}

/// Whom a report names when it blames this author.
fn culprit(election: &Election, author: Author) -> Culprit {
    match author {
        Author::Authority | Author::Intake => Culprit::Authority,
        Author::Trustee(index) => Culprit::Trustee(index),
        Author::Stranger => Culprit::Author(election.public_key(author)),
    }
}

/// One more record on the board, for which its author has to be blamed.
fn posted(mut election: Election, author: Author, body: Body) -> Fixture {
    let message = election.message(author, &body);
    appended(election, author, message)
}

/// As [`posted`], with a message that may hold anything.
fn appended(mut election: Election, author: Author, message: Message) -> Fixture {
    let at = election.append(author, message);
    let culprit = culprit(&election, author);
    Fixture::blaming(election.board, &[culprit]).at(at)
}

/// The place of the first record of a kind.
fn place(election: &Election, kind: Kind) -> usize {
    let found = |file: &Vec<u8>| {
        let record = Record::decode(file).ok()?;
        record.message().ok()?.kind().ok()
    };
    let files = election.board.records();
    files.iter().position(|file| found(file) == Some(kind)).expect("a record of this kind")
}

/// An encoded map without one of its fields.
fn without_field(map: &[u8], field: &str) -> Vec<u8> {
    let mut value = serde_cbor::from_slice(map).expect("a map");
    if let Value::Map(fields) = &mut value {
        fields.remove(&Value::Text(field.into()));
    }
    serde_cbor::to_vec(&value).expect("a value")
}

/// An encoded map with one more field.
fn with_field(map: &[u8], field: &str, content: Value) -> Vec<u8> {
    let mut value = serde_cbor::from_slice(map).expect("a map");
    if let Value::Map(fields) = &mut value {
        fields.insert(Value::Text(field.into()), content);
    }
    serde_cbor::to_vec(&value).expect("a value")
}
