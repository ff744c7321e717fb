//! What every fuzz target does with its bytes, and where its seeds come from.
//!
//! `cargo +nightly fuzz run TARGET` lets libFuzzer choose the bytes; `tests/tests/fuzz.rs` includes this file
//! and tries the seeds with seeded random alterations in every test run, on any toolchain.

mod boards;
mod stored;

use std::sync::OnceLock;

use psephos_ballot::file::{Blt, ElectionFile, parse_ballots};
use psephos_ballot::{Contest, Layout, Method, WriteIns};
use psephos_proofs::ballot::BallotLayout;
use psephos_record::bodies::{Body, CounterProposal};
use psephos_record::cbor;
use psephos_record::checkpoint::{Note, WitnessKey};
use psephos_record::invitation::Invitation;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, SignedMessage};
use psephos_record::receipt::SignedReceipt;
use psephos_voter::Opening;
use psephos_voter::code::Code;

pub use boards::{archive, audit, corpus, evidence, resealed};

/// A name, what is done with the bytes, and where bytes to begin with come from.
pub struct Target {
    /// The name of its program under `fuzz_targets`.
    pub name: &'static str,
    /// Panics where something is wrong.
    pub run: fn(&[u8]),
    /// Made from the stored elections.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many inputs a test run tries.
    pub inputs: u64,
}

/// All of them.
pub const TARGETS: [Target; 18] = [
    target("record", record, stored::record_files, 20_000),
    target("message", message, stored::messages, 20_000),
    target("body", body, stored::bodies, 20_000),
    target("ballot", ballot, stored::rows, 20_000),
    target("decode_row", decode_row, stored::rows, 20_000),
    target("receipt", receipt, stored::receipts, 20_000),
    target("notes", notes, stored::notes, 20_000),
    target("opening", opening, stored::openings, 20_000),
    target("invitation", invitation, stored::invitations, 20_000),
    target("voter_code", voter_code, stored::codes, 20_000),
    target("election_toml", election_toml, stored::tomls, 20_000),
    target("ballots_csv", ballots_csv, stored::tables, 1_000),
    target("blt", blt, stored::blts, 20_000),
    target("archive", archive, stored::archives, 2_000),
    target("evidence", evidence, stored::evidence, 1_000),
    target("corpus", corpus, stored::corpus, 200),
    target("audit", audit, stored::choices, 200),
    target("resealed", resealed, stored::replaced, 200),
];

const fn target(
    name: &'static str,
    run: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
    inputs: u64,
) -> Target {
    Target { name, run, seeds, inputs }
}

/// A record file, and whatever of it can be read.
pub fn record(input: &[u8]) {
    let length = cbor::item_length(input);
    let Ok(record) = Record::decode(input) else { return };
    assert_eq!(length, Ok(input.len()));
    assert_eq!(record.encode(), input);
    if let Ok(read) = record.message() {
        let _ = record.verify(&read);
        message(&record.message);
    }
}

/// A message, with or without its signature.
pub fn message(input: &[u8]) {
    if let Ok(signed) = SignedMessage::decode(input) {
        assert_eq!(signed.encode(), input);
    }
    let Ok(message) = Message::decode(input) else { return };
    assert_eq!(message.encode(), input);
    if let (Ok(kind), Ok(body)) = (message.kind(), message.body()) {
        assert_eq!(body.kind(), kind);
    }
}

/// A body of the kind that the first byte says.
pub fn body(input: &[u8]) {
    let Some((first, bytes)) = input.split_first() else { return };
    let kind = Kind::ALL[usize::from(*first) % Kind::ALL.len()];
    let Ok(body) = Body::decode(kind, bytes) else { return };
    assert_eq!(body.encode(), bytes);
    let description = match &body {
        Body::Proposal(proposal) => &proposal.description,
        Body::CounterProposal(CounterProposal { description: Some(description), .. }) => {
            description
        }
        Body::Manifest(manifest) => &manifest.description,
        _ => return,
    };
    if description.check().is_ok() {
        for ballot_box in &description.boxes {
            assert!(ballot_box.ballot_layout().is_some());
        }
        let _ = description.without(&[0, 2]);
    }
}

/// A ballot of every form.
pub fn ballot(input: &[u8]) {
    let layouts = [
        BallotLayout::new(&[1]),
        BallotLayout::new(&[2, 1]),
        BallotLayout::of(&[(1, Some(8))]),
        BallotLayout::of(&[(1, None), (1, Some(32))]),
    ];
    for layout in layouts.into_iter().flatten() {
        let Some(ballot) = layout.read(input) else { continue };
        assert_eq!(input.len(), layout.row_length());
        for batch in 0..layout.widths().len() {
            assert!(layout.batch(ballot.rows, batch).is_some());
        }
        assert_eq!(ballot.bounded().count(), layout.bounded().count());
    }
}

fn contest(index: u8) -> Contest {
    let write_ins = Some(WriteIns { slots: 2, max_bytes: 5 });
    let grades = || ["poor", "fair", "good"].map(str::to_owned).to_vec();
    let (method, write_ins, candidates) = match index % 10 {
        0 => (Method::Plurality { max_marks: 2 }, None, 20),
        1 => (Method::Plurality { max_marks: 3 }, write_ins, 4),
        2 => (Method::Approval {}, write_ins, 300),
        3 => (Method::Irv { max_ranks: 4 }, write_ins, 5),
        4 => (Method::Borda { max_ranks: 3 }, None, 300),
        5 => (Method::Schulze { max_ranks: 3 }, None, 6),
        6 => (Method::Score { max_score: 10 }, None, 3),
        7 => (Method::MajorityJudgment { grades: grades() }, None, 4),
        8 => (Method::DHondt { max_marks: 1 }, None, 9),
        _ => (Method::Text { max_bytes: 25 }, None, 0),
    };
    let candidates = (0..candidates).map(|number: u16| number.to_string()).collect();
    Contest { id: "c".into(), seats: 1, title: "c".into(), method, write_ins, candidates }
}

/// No bytes panic, and bytes that are a vote are its one encoding: as a row of elements, as their data, as a
/// number. `crates/ballot/tests/encoding.rs` asks the same of random contests.
pub fn decode_row(input: &[u8]) {
    let [first, second, data @ ..] = input else { return };
    let contests = [contest(*first), Contest { id: "d".into(), ..contest(*second) }];
    let layout = Layout::all(&contests).expect("two short contests");
    if let Ok(votes) = layout.decode(data) {
        assert_eq!(layout.encode(&votes).as_deref(), Ok(data));
    }
    let (elements, _) = data.as_chunks::<32>();
    if let Ok(votes) = layout.decode_row(elements) {
        let row = layout.encode_row(&votes).expect("votes that were read");
        assert_eq!(layout.decode_row(elements), Ok(votes));
        assert_eq!(row.len(), elements.len());
    }
    let alone = Layout::all(&contests[..1]).expect("a short contest");
    if let Some(number) = data.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
        && let Ok(votes) = alone.decode_number(number)
    {
        assert_eq!(alone.encode_number(&votes), Ok(number));
    }
}

/// A voter's receipt.
pub fn receipt(input: &[u8]) {
    let Ok(receipt) = SignedReceipt::decode(input) else { return };
    assert_eq!(receipt.encode(), input);
    let _ = receipt.content();
    let _ = receipt.verify(&[1; 32]);
}

/// Witnesses' notes, and the line of a witness's key.
pub fn notes(input: &[u8]) {
    if let Ok(notes) = Note::parse_all(input) {
        let texts: Vec<String> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(texts.join("\n").as_bytes(), input);
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(witness) = text.parse::<WitnessKey>() {
        assert_eq!(witness.to_string(), text);
    }
}

/// What a voter reveals of a challenged ballot.
pub fn opening(input: &[u8]) {
    let Ok(opening) = Opening::from_bytes(input) else { return };
    assert_eq!(opening.to_bytes(), input);
    let _ = (opening.box_index(), opening.election().copied(), opening.tracker());
}

/// An invitation's line.
pub fn invitation(input: &[u8]) {
    let Ok(line) = str::from_utf8(input) else { return };
    if let Ok(invitation) = Invitation::from_line(line) {
        let again = Invitation::from_line(&invitation.to_line()).expect("a line just written");
        assert_eq!(*again.to_line(), *invitation.to_line());
    }
}

/// A voter's code.
pub fn voter_code(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    if let Ok(code) = Code::parse(text) {
        let again = Code::parse(&code.text()).expect("a code just written");
        assert_eq!(again.words(), code.words());
    }
}

/// An `election.toml`.
pub fn election_toml(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    if let Ok(election) = ElectionFile::parse("election.toml", text) {
        let _ = election.parameters(&Default::default());
        assert!(!election.slates().is_empty());
    }
}

/// A table of ballots for a small election.
pub fn ballots_csv(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    static ELECTION: OnceLock<ElectionFile> = OnceLock::new();
    let election = ELECTION.get_or_init(|| {
        let toml = String::from_utf8(stored::tomls().remove(0)).expect("a text");
        ElectionFile::parse("election.toml", &toml).expect("a stored election")
    });
    if let Ok(ballots) = parse_ballots("ballots.csv", text, &election.contests, &election.slates())
    {
        assert!(ballots.iter().all(|ballot| ballot.votes.len() == election.contests.len()));
    }
}

/// A BLT file.
pub fn blt(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(blt) = Blt::parse("ballots.blt", text) else { return };
    let _ = blt.election_toml();
    let contest = blt.contest("c", blt.method());
    let _ = blt.votes(&contest);
}
