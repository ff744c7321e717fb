//! What witnesses have cosigned, beside a board.

use ed25519_dalek::SigningKey;
use psephos_audit::{Culprit, Verdict};
use psephos_core::Digest;
use psephos_record::checkpoint::{Checkpoint, Note, WitnessKey, origin};
use psephos_record::kind::Kind;
use psephos_record::message::file_digest;

use super::stage::{complete, voted};
use super::{Case, Fixture, place};
use crate::Election;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "witnessed",
        altered: "Nothing; of the three witnesses that the auditor trusts two have cosigned the last record, one \
                  of them after others, and their files hold cosignatures of strangers and of another board, too.",
        make: witnessed,
    },
    Case {
        name: "board.witness-other-head",
        altered: "The authority shows two witnesses a board with other ballots than this one.",
        make: other_head,
    },
    Case {
        name: "board.witness-two-heads",
        altered: "A witness cosigns this board, and another one with as many records.",
        make: two_heads,
    },
    Case {
        name: "board.witness-two-heads-to-come",
        altered: "Two witnesses have seen more records than this copy of the board has, and not the same ones.",
        make: two_heads_to_come,
    },
    Case {
        name: "board.witness-older-copy",
        altered: "A sealed board is cut off where it was closed; a witness has seen all of it.",
        make: older_copy,
    },
    Case {
        name: "board.witness-too-few",
        altered: "Of two witnesses that are needed, one has cosigned the last record, and the other one only \
                  those before the result.",
        make: too_few,
    },
    Case {
        name: "board.witness-not-its-key",
        altered: "A cosignature is altered: its note counts for nobody.",
        make: not_its_key,
    },
];

/// By the witnesses' clocks.
const TIME: u64 = 1_800_100_000;

/// A witness with its private key.
struct Witness(WitnessKey, SigningKey);

fn witness(number: u8) -> Witness {
    let key = SigningKey::from_bytes(&[number; 32]);
    let name = format!("witness.example/{number}");
    let public = WitnessKey::new(&name, key.verifying_key().to_bytes()).expect("a key");
    Witness(public, key)
}

fn trusted(numbers: impl IntoIterator<Item = u8>) -> Vec<WitnessKey> {
    numbers.into_iter().map(|number| witness(number).0).collect()
}

/// The election's board at so many records, cosigned by these witnesses.
fn note(election: &Election, records: usize, witnesses: &[u8]) -> Note {
    let view = election.view();
    let proposal = view.proposal.expect("a proposal");
    let head = file_digest(&election.board.records()[records - 1]);
    cosigned(&origin(proposal.first()), records, head, witnesses)
}

fn cosigned(origin: &str, records: usize, head: Digest, witnesses: &[u8]) -> Note {
    let records = records as u64;
    let checkpoint = Checkpoint { origin: origin.to_owned(), records, head };
    let cosign = |number: &u8| {
        let Witness(public, key) = witness(*number);
        public.cosign(&key, &checkpoint, TIME + 60 * records + u64::from(*number))
    };
    let signatures = witnesses.iter().map(cosign).collect();
    Note { checkpoint, signatures }
}

fn witnessed() -> Fixture {
    let election = complete();
    let all = election.board.records().len();
    let foreign = cosigned(&origin(&[9; 32]), all, [9; 32], &[1]);
    let one =
        [note(&election, 1, &[1]), note(&election, all - 1, &[1]), note(&election, all, &[4, 1])];
    let two = [foreign, note(&election, all, &[2, 5]), note(&election, all - 2, &[3])];
    Fixture::valid(election.board)
        .with_notes("one.notes", &one)
        .with_notes("two.notes", &two)
        .trusting(trusted(1..=3), 2)
}

fn other_head() -> Fixture {
    let (here, mut there) = (complete(), voted());
    there.take_in_plan();
    let at = place(&here, Kind::Close);
    let notes = [note(&there, at, &[1, 2]), note(&there, at + 1, &[1])];
    let end = note(&here, here.board.records().len(), &[3]);
    Fixture::blaming(here.board, &[])
        .with_notes("witness.notes", &[&notes[..], &[end]].concat())
        .trusting(trusted(1..=3), 1)
        .at(at as u64)
}

fn two_heads() -> Fixture {
    let election = complete();
    let all = election.board.records().len();
    let ours = note(&election, all, &[1, 2]);
    let theirs = cosigned(&ours.checkpoint.origin, all, [7; 32], &[1]);
    let culprit = Culprit::Author(*witness(1).0.key());
    Fixture::blaming(election.board, &[culprit])
        .with_notes("witness.notes", &[ours, theirs])
        .trusting(trusted(1..=2), 1)
        .at(all as u64 - 1)
}

fn two_heads_to_come() -> Fixture {
    let election = complete();
    let all = election.board.records().len();
    let known = note(&election, all, &[1, 2]);
    let of = |head, number| cosigned(&known.checkpoint.origin, all + 3, head, &[number]);
    let notes = [of([7; 32], 1), of([8; 32], 2), known.clone()];
    Fixture::blaming(election.board, &[])
        .with_notes("witness.notes", &notes)
        .trusting(trusted(1..=2), 2)
}

fn older_copy() -> Fixture {
    let election = complete();
    let files = election.board.records();
    let notes = [note(&election, files.len(), &[1])];
    let closed = place(&election, Kind::Close) + 1;
    election.board.set_records(files[..closed].to_vec());
    Fixture::answering(election.board, Verdict::Incomplete)
        .with_notes("witness.notes", &notes)
        .trusting(trusted([1]), 1)
}

fn too_few() -> Fixture {
    let election = complete();
    let all = election.board.records().len();
    let notes =
        [note(&election, place(&election, Kind::Result), &[1, 2]), note(&election, all, &[1])];
    Fixture::answering(election.board, Verdict::Incomplete)
        .with_notes("witness.notes", &notes)
        .trusting(trusted(1..=2), 2)
}

fn not_its_key() -> Fixture {
    let election = complete();
    let mut note = note(&election, election.board.records().len(), &[1, 2]);
    note.signatures[1].bytes[20] ^= 1;
    Fixture::answering(election.board, Verdict::Incomplete)
        .with_notes("witness.notes", &[note])
        .trusting(trusted(1..=2), 1)
}
