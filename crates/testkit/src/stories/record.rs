//! What is wrong with the bytes of records and lists.

use psephos_audit::Verdict;
use psephos_record::board::MemoryBoard;
use psephos_record::bodies::{Blob, Body, Mix, Policy, SignOff};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use psephos_record::signature::sign_bytes;
use serde_cbor::Value;

use super::stage::{closed, complete, opened};
use super::{Case, Fixture, appended, place, with_field, without_field};
use crate::{Author, Election, Plan, relink};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "encoding.canonical-body-byte-behind",
        altered: "Trustee 0 signs a record with a byte behind its body.",
        make: || signed_off(|body| body.push(0)),
    },
    Case {
        name: "encoding.canonical-body-empty",
        altered: "Trustee 0 signs a record without a body.",
        make: || signed_off(Vec::clear),
    },
    Case {
        name: "encoding.canonical-body-truncated",
        altered: "Trustee 0 signs a record whose body lacks its last byte.",
        make: || signed_off(|body| _ = body.pop()),
    },
    Case {
        name: "encoding.canonical-body-huge-length",
        altered: "Trustee 0 signs a body that announces a byte string of 2^62 bytes.",
        make: || signed_off(|body| *body = HUGE_STRING.to_vec()),
    },
    Case {
        name: "shape.length-body-field-more",
        altered: "Trustee 0 signs a record with a field that its kind does not have.",
        make: || signed_off(|body| *body = with_field(body, "more", Value::Null)),
    },
    Case {
        name: "shape.length-body-field-less",
        altered: "Trustee 0 signs a record without a field that its kind has.",
        make: || signed_off(|body| *body = without_field(body, "head")),
    },
    Case {
        name: "encoding.canonical-body-long-integer",
        altered: "Trustee 0 signs a mix with an integer that is not in its shortest form.",
        make: || {
            mix_body(|body| {
                let key = b"hposition";
                let at = body.windows(9).position(|window| window == key).expect("a field") + 9;
                body.splice(at..=at, [0x18, body[at]]);
            })
        },
    },
    Case {
        name: "encoding.canonical-body-indefinite-length",
        altered: "Trustee 0 signs a body of indefinite length.",
        make: || {
            signed_off(|body| {
                body[0] = 0xbf;
                body.push(0xff);
            })
        },
    },
    Case {
        name: "encoding.canonical-unknown-kind",
        altered: "Trustee 0 signs a record of a kind that there is not.",
        make: || signed(|message| message.kind = "remark".into()),
    },
    Case {
        name: "encoding.canonical-message-version",
        altered: "Trustee 0 signs a message of another version.",
        make: || signed(|message| message.version = 2),
    },
    Case {
        name: "encoding.canonical-message-byte-behind",
        altered: "Trustee 0 signs a message with a byte behind it.",
        make: || signed_bytes(|bytes| bytes.push(0), true),
    },
    Case {
        name: "encoding.canonical-message-long-integer",
        altered: "Trustee 0 signs a message whose version is not in its shortest form.",
        make: || signed_bytes(long_version, true),
    },
    Case {
        name: "encoding.canonical-message-huge-length",
        altered: "Trustee 0 signs what announces a byte string of 2^62 bytes and is no message.",
        make: || signed_bytes(|bytes| *bytes = HUGE_STRING.to_vec(), false),
    },
    Case {
        name: "encoding.canonical-wrapper-byte-behind",
        altered: "Whoever keeps the board has put a byte behind its last record.",
        make: || last_file(|file| file.push(0)),
    },
    Case {
        name: "encoding.canonical-wrapper-field-more",
        altered: "Whoever keeps the board has put a field into its last record.",
        make: || last_file(|file| *file = with_field(file, "more", Value::Null)),
    },
    Case {
        name: "encoding.canonical-wrapper-nested-deeply",
        altered: "Whoever keeps the board has replaced its last record by lists in lists, 1000 deep.",
        make: || last_file(|file| *file = [vec![0x81; 1000], vec![0]].concat()),
    },
    Case {
        name: "encoding.canonical-wrapper-indefinite-length",
        altered: "Whoever keeps the board has replaced its last record by a map of indefinite length.",
        make: || last_file(|file| *file = vec![0xbf, 0xff]),
    },
    Case {
        name: "encoding.canonical-record-truncated",
        altered: "Whoever keeps the board has cut off the close record: UNREADABLE.",
        make: || unreadable(Kind::Close, |file| file.truncate(10)),
    },
    Case {
        name: "encoding.canonical-record-empty",
        altered: "Whoever keeps the board has emptied the first record: UNREADABLE.",
        make: || unreadable(Kind::Proposal, Vec::clear),
    },
    Case {
        name: "encoding.canonical-record-last-byte-missing",
        altered: "The last byte of the board's last record is missing: UNREADABLE.",
        make: || unreadable(Kind::Seal, |file| _ = file.pop()),
    },
    Case {
        name: "encoding.canonical-record-huge-string",
        altered: "Whoever keeps the board has replaced a record by the announcement of a string of 2^62 bytes: \
                  UNREADABLE, in little memory.",
        make: || unreadable(Kind::Accept, |file| *file = HUGE_STRING.to_vec()),
    },
    Case {
        name: "encoding.canonical-record-huge-list",
        altered: "Whoever keeps the board has replaced a record by the announcement of a list of 2^64 - 1 \
                  items: UNREADABLE, in little memory.",
        make: || unreadable(Kind::Accept, |file| *file = [vec![0x9b], vec![0xff; 8]].concat()),
    },
    Case {
        name: "encoding.canonical-record-huge-map",
        altered: "Whoever keeps the board has replaced a record by the announcement of a map of 2^64 - 1 \
                  fields: UNREADABLE, in little memory.",
        make: || unreadable(Kind::Mix, |file| *file = [vec![0xbb], vec![0xff; 8]].concat()),
    },
    Case {
        name: "encoding.canonical-record-huge-text",
        altered: "Whoever keeps the board has replaced a record by the announcement of a text of 2^64 - 1 \
                  bytes: UNREADABLE, in little memory.",
        make: || unreadable(Kind::Share, |file| *file = [vec![0x7b], vec![0xff; 8]].concat()),
    },
    Case {
        name: "encoding.canonical-record-no-cbor",
        altered: "Whoever keeps the board has replaced a record by a text that is no CBOR: UNREADABLE.",
        make: || unreadable(Kind::Open, |file| *file = b"\x1copened.".to_vec()),
    },
    Case {
        name: "board.blob-missing-ballots",
        altered: "The ballots are missing in the copy of the board: UNREADABLE.",
        make: || missing(Kind::Ballots),
    },
    Case {
        name: "board.blob-missing-accepted",
        altered: "The list of accepted ballots is missing in the copy of the board: UNREADABLE.",
        make: || missing(Kind::Close),
    },
    Case {
        name: "board.blob-missing-mix",
        altered: "The list that trustee 0 has mixed is missing in the copy of the board: UNREADABLE.",
        make: || missing(Kind::Mix),
    },
    Case {
        name: "board.blob-missing-shares",
        altered: "The shares of trustee 0 are missing in the copy of the board: UNREADABLE.",
        make: || missing(Kind::Share),
    },
    Case {
        name: "board.blob-missing-plaintexts",
        altered: "The plaintexts are missing in the copy of the board: UNREADABLE.",
        make: || missing(Kind::Result),
    },
    Case {
        name: "board.blob-missing-roll",
        altered: "The roll is missing in the copy of the board: UNREADABLE.",
        make: || {
            let election = rolled();
            election.board.remove_blob(&list(&election, Kind::Proposal).root);
            Fixture::answering(election.board, Verdict::Unreadable)
        },
    },
    Case {
        name: "board.blob-roll",
        altered: "A bit of the roll is flipped on the board.",
        make: || {
            let election = rolled();
            let root = list(&election, Kind::Proposal).root;
            let mut bytes = election.board.blob(&root).expect("a roll");
            bytes[3] ^= 1;
            election.board.set_blob(root, bytes);
            Fixture::blaming(election.board, &[])
        },
    },
    Case {
        name: "board.blob-ballots",
        altered: "A bit of the ballots is flipped on the board.",
        make: || flipped(Kind::Ballots, |bytes| bytes[100] ^= 1),
    },
    Case {
        name: "board.blob-accepted",
        altered: "A bit of the list of accepted ballots is flipped on the board.",
        make: || flipped(Kind::Close, |bytes| bytes[100] ^= 1),
    },
    Case {
        name: "board.blob-mix",
        altered: "A bit of the list that trustee 0 has mixed is flipped on the board.",
        make: || flipped(Kind::Mix, |bytes| bytes[0] ^= 0x80),
    },
    Case {
        name: "board.blob-shares",
        altered: "A bit of trustee 0's shares is flipped on the board.",
        make: || flipped(Kind::Share, |bytes| bytes[31] ^= 1),
    },
    Case {
        name: "board.blob-plaintexts",
        altered: "The last bit of the plaintexts is flipped on the board.",
        make: || flipped(Kind::Result, |bytes| *bytes.last_mut().expect("rows") ^= 1),
    },
    Case {
        name: "board.blob-row-missing",
        altered: "The last row of trustee 0's list is missing on the board.",
        make: || flipped(Kind::Mix, |bytes| bytes.truncate(bytes.len() * 4 / 5)),
    },
    Case {
        name: "board.blob-byte-missing",
        altered: "The last byte of trustee 0's list is missing on the board.",
        make: || flipped(Kind::Mix, |bytes| _ = bytes.pop()),
    },
    Case {
        name: "board.blob-byte-behind",
        altered: "A byte stands behind trustee 0's list on the board.",
        make: || flipped(Kind::Mix, |bytes| bytes.push(0)),
    },
    Case {
        name: "board.blob-empty",
        altered: "The file of trustee 0's list is empty on the board.",
        make: || flipped(Kind::Mix, Vec::clear),
    },
];

/// A byte string of 2^62 bytes, of which two follow.
const HUGE_STRING: &[u8] = &[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2];

const AUTHOR: Author = Author::Trustee(0);

/// An honest record of trustee 0.
fn sign_off(election: &mut Election) -> Message {
    let head = election.view().head;
    election.message(AUTHOR, &Body::SignOff(SignOff { head }))
}

fn signed_off(alter: impl Fn(&mut Vec<u8>)) -> Fixture {
    signed(|message| alter(&mut message.body))
}

fn signed(alter: impl Fn(&mut Message)) -> Fixture {
    let mut election = opened();
    let mut message = sign_off(&mut election);
    alter(&mut message);
    appended(election, AUTHOR, message)
}

fn mix_body(alter: impl Fn(&mut Vec<u8>)) -> Fixture {
    let mut election = closed();
    let body: Mix = election.mix_body(0);
    let mut message = election.message(AUTHOR, &Body::Mix(body));
    alter(&mut message.body);
    appended(election, AUTHOR, message)
}

/// A message that its author has signed byte by byte; who that is can be read or not.
fn signed_bytes(alter: impl Fn(&mut Vec<u8>), readable: bool) -> Fixture {
    let mut election = opened();
    let mut bytes = sign_off(&mut election).encode();
    alter(&mut bytes);
    let signed = sign_bytes(bytes, election.key(AUTHOR));
    let mut files = election.board.records();
    let at = files.len() as u64;
    files.push(Record::wrap(signed, at, [0; 32]).encode());
    election.board.set_records(relink(files));
    let author = super::culprit(&election, AUTHOR);
    let culprits = if readable { vec![author] } else { Vec::new() };
    Fixture::blaming(election.board, &culprits).at(at)
}

/// Version 1 in two bytes.
pub(super) fn long_version(bytes: &mut Vec<u8>) {
    let key = b"gversion";
    let at = bytes.windows(8).position(|window| window == key).expect("a field") + 8;
    bytes.splice(at..=at, [0x18, 1]);
}

/// The last record of a sealed board is another file; nobody has signed it.
fn last_file(alter: impl Fn(&mut Vec<u8>)) -> Fixture {
    let board = complete().board;
    let mut files = board.records();
    alter(files.last_mut().expect("a record"));
    let at = files.len() as u64 - 1;
    board.set_records(files);
    Fixture::blaming(board, &[]).at(at)
}

/// A record of this kind is no longer readable.
fn unreadable(kind: Kind, alter: impl Fn(&mut Vec<u8>)) -> Fixture {
    let election = complete();
    let mut files = election.board.records();
    alter(&mut files[place(&election, kind)]);
    election.board.set_records(files);
    Fixture::answering(election.board, Verdict::Unreadable)
}

/// The first list that the first record of a kind names.
fn list(election: &Election, kind: Kind) -> Blob {
    let file = &election.board.records()[place(election, kind)];
    let message = Record::decode(file).expect("a record").message().expect("a message");
    let mut body = message.body().expect("a body");
    let lists = crate::reseal::blobs(&mut body);
    **lists.first().expect("a list")
}

/// Three voters of a roll.
fn rolled() -> Election {
    Election::complete(Plan::new(2, 1, 3).with_roll(Policy::Last))
}

fn missing(kind: Kind) -> Fixture {
    let election = complete();
    election.board.remove_blob(&list(&election, kind).root);
    Fixture::answering(election.board, Verdict::Unreadable)
}

/// A list is another one than its root says.
fn flipped(kind: Kind, alter: impl Fn(&mut Vec<u8>)) -> Fixture {
    let election = complete();
    let at = place(&election, kind) as u64;
    let root = list(&election, kind).root;
    let board: MemoryBoard = election.board;
    let mut bytes = board.blob(&root).expect("a list");
    alter(&mut bytes);
    board.set_blob(root, bytes);
    Fixture::blaming(board, &[]).at(at)
}
