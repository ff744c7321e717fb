//! Expected: a board that was altered and sealed again fails where it was altered, not at its hashes; and no
//! single changed bit, as it is or sealed again, leaves a board VALID, but for the list in [`is_free`].

use psephos_audit::{CheckId, Culprit, Options, Report, Verdict, audit};
use psephos_core::Digest;
use psephos_record::board::{Board, MemoryBoard};
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use psephos_testkit::{Author, Election, Plan, Reseal, mutate};
use rayon::prelude::*;

fn election() -> Election {
    Election::complete(Plan::new(3, 2, 5))
}

fn report(board: &MemoryBoard) -> Report {
    audit(board, &Options::default(), &|_| {}).unwrap().report
}

fn kinds(board: &MemoryBoard) -> Vec<Kind> {
    let kind = |file: &Vec<u8>| Record::decode(file).unwrap().message().unwrap().kind().unwrap();
    board.records().iter().map(kind).collect()
}

/// The sequence of the first record of a kind.
fn first(board: &MemoryBoard, kind: Kind) -> usize {
    kinds(board).iter().position(|found| *found == kind).unwrap()
}

fn checks(report: &Report) -> Vec<CheckId> {
    let mut checks: Vec<CheckId> = report.failures.iter().map(|failure| failure.check).collect();
    checks.dedup();
    checks
}

#[test]
fn an_unaltered_board_is_sealed_as_it_was() {
    let election = election();
    let sealed = Reseal::of(&election).seal();
    assert_eq!(sealed.records(), election.board.records());
    assert_eq!(sealed.roots(), election.board.roots());
}

#[test]
fn everything_follows_an_early_change() {
    let election = election();
    let mut reseal = Reseal::of(&election);
    reseal.alter_message(0, |message| message.time += 1);
    let report = report(&reseal.seal());
    // Proofs bind the election id, which has changed, so the key ceremony has failed; everything else is as
    // good as before.
    assert_eq!(report.verdict, Verdict::Invalid);
    let hashes = [
        CheckId::BoardChain,
        CheckId::BoardSignature,
        CheckId::BoardBlob,
        CheckId::SetupIdentity,
        CheckId::KeyCommitment,
        CheckId::BoardEquivocation,
        CheckId::EncodingCanonical,
    ];
    assert!(checks(&report).iter().all(|check| !hashes.contains(check)), "{}", report.to_text());
}

#[test]
fn a_late_time_changes_nothing() {
    let election = election();
    let mut reseal = Reseal::of(&election);
    let seal = first(&election.board, Kind::Seal);
    reseal.alter_message(seal, |message| message.time += 1);
    let sealed = reseal.seal();
    assert_ne!(sealed.records(), election.board.records());
    let report = report(&sealed);
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
}

#[test]
fn without_the_key_the_signature_answers() {
    let election = election();
    let authority = election.public_key(Author::Authority);
    let mut reseal = Reseal::of(&election).without_key(&authority);
    reseal.alter_message(first(&election.board, Kind::Seal), |message| message.time += 1);
    let report = report(&reseal.seal());
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(checks(&report), [CheckId::BoardSignature], "{}", report.to_text());
}

#[test]
fn an_altered_list_is_found_by_the_proof() {
    let election = election();
    let board = &election.board;
    let mut reseal = Reseal::of(&election);
    let last = kinds(board).iter().rposition(|kind| *kind == Kind::Mix).unwrap();
    let Ok(Body::Mix(mix)) = reseal.message(last).body() else { panic!("a mix") };
    // Two rows exchanged: well-formed, but no longer what the proof is about.
    let output = mix.mixes[0].output;
    reseal.alter_blob(&output.root, |rows| {
        let length = output.row_length as usize;
        let (one, rest) = rows.split_at_mut(length);
        one.swap_with_slice(&mut rest[..length]);
    });
    let report = report(&reseal.seal());
    assert_eq!(report.verdict, Verdict::Invalid);
    let found = report.failures.iter().find(|failure| failure.check == CheckId::MixProof);
    let found = found.unwrap_or_else(|| panic!("{}", report.to_text()));
    assert_eq!(found.record, Some(last as u64));
    assert_eq!(found.culprits, [Culprit::Trustee(2)]);
}

#[test]
fn a_shortened_list_is_found_by_its_shape() {
    let election = election();
    let mut reseal = Reseal::of(&election);
    let at = first(&election.board, Kind::Mix);
    let Ok(Body::Mix(mix)) = reseal.message(at).body() else { panic!("a mix") };
    let output = mix.mixes[0].output;
    reseal.alter_blob(&output.root, |rows| rows.truncate(rows.len() - output.row_length as usize));
    let sealed = reseal.seal();
    let Ok(Body::Mix(mix)) =
        Record::decode(&sealed.records()[at]).unwrap().message().unwrap().body()
    else {
        panic!("a mix")
    };
    assert_eq!(mix.mixes[0].output.rows, output.rows - 1);
    let report = report(&sealed);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert!(!checks(&report).contains(&CheckId::BoardBlob), "{}", report.to_text());
    assert!(checks(&report).contains(&CheckId::MixShape), "{}", report.to_text());
}

/// Every vector of a shuffle proof one too short, one too long and empty.
#[test]
fn lengths_of_a_proof_are_the_statements() {
    let election = election();
    let at = first(&election.board, Kind::Mix);
    let body = Reseal::of(&election).message(at).body;
    let mutants: Vec<_> = mutate::lengths(&body)
        .into_iter()
        .filter(|mutant| mutant.what.contains("proof."))
        .collect();
    assert!(mutants.len() > 60, "{}", mutants.len());
    mutants.par_iter().for_each(|mutant| {
        let mut reseal = Reseal::of(&election);
        reseal.alter_message(at, |message| message.body = mutant.body.clone());
        let report = report(&reseal.seal());
        assert_eq!(report.verdict, Verdict::Invalid, "{}", mutant.what);
        let found = report.failures.iter().find(|failure| failure.record == Some(at as u64));
        let found = found.unwrap_or_else(|| panic!("{}: {}", mutant.what, report.to_text()));
        // A single element of another length has another encoding; a vector has another shape.
        let expected = [CheckId::ShapeLength, CheckId::EncodingCanonical];
        assert!(expected.contains(&found.check), "{}: {}", mutant.what, report.to_text());
        assert_eq!(found.culprits, [Culprit::Trustee(0)], "{}", mutant.what);
    });
}

/// What may differ on a VALID board once it is sealed again: when a record says that it was made, and how its
/// author counts, as long as the count is no second use; both only behind the close, whose digest all later
/// proofs bind.
fn is_free(board: &MemoryBoard, sequence: usize, altered: &[u8]) -> bool {
    let record = Record::decode(&board.records()[sequence]).unwrap();
    let original = record.message().unwrap();
    let Ok(mut message) = Message::decode(altered) else { return false };
    (message.time, message.counter) = (original.time, original.counter);
    message == original && sequence > first(board, Kind::Close)
}

#[test]
fn no_flipped_bit_sealed_again_stays_valid() {
    let election = election();
    let board = &election.board;
    let mut places = Vec::new();
    for (sequence, file) in board.records().iter().enumerate() {
        let length = Record::decode(file).unwrap().message.len();
        places.extend(mutate::positions(length, 12).map(|position| (sequence, position)));
    }
    places.par_iter().for_each(|&(sequence, position)| {
        let mut reseal = Reseal::of(&election);
        let mut altered = Vec::new();
        reseal.alter_bytes(sequence, |bytes| {
            bytes[position] ^= 1 << (position % 8);
            altered = bytes.clone();
        });
        let report = report(&reseal.seal());
        let valid = report.verdict == Verdict::Valid;
        assert!(!valid || is_free(board, sequence, &altered), "record {sequence}, byte {position}");
    });
    let blobs = board.roots().into_iter().flat_map(|root| {
        let length = board.blob(&root).unwrap().len();
        mutate::positions(length, 24).map(move |position| (root, position))
    });
    let blobs: Vec<(Digest, usize)> = blobs.collect();
    blobs.par_iter().for_each(|&(root, position)| {
        let mut reseal = Reseal::of(&election);
        reseal.alter_blob(&root, |bytes| bytes[position] ^= 1 << (position % 8));
        let report = report(&reseal.seal());
        assert_eq!(report.verdict, Verdict::Invalid, "blob {}, byte {position}", hex::encode(root));
    });
}

#[test]
fn no_flipped_bit_stays_valid() {
    let election = election();
    let board = &election.board;
    let mut altered: Vec<(String, MemoryBoard)> = Vec::new();
    for (sequence, file) in board.records().iter().enumerate() {
        for position in mutate::positions(file.len(), 8) {
            let copy = board.clone();
            let mut files = board.records();
            files[sequence][position] ^= 1 << (position % 8);
            copy.set_records(files);
            altered.push((format!("record {sequence}, byte {position}"), copy));
        }
    }
    for root in board.roots() {
        let bytes = board.blob(&root).unwrap();
        for position in mutate::positions(bytes.len(), 12) {
            let copy = board.clone();
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << (position % 8);
            copy.set_blob(root, flipped);
            altered.push((format!("blob {}, byte {position}", hex::encode(root)), copy));
        }
    }
    assert_eq!(board.extent().unwrap().beyond_gap, None);
    altered.par_iter().for_each(|(what, board)| {
        let verdict = report(board).verdict;
        assert!(matches!(verdict, Verdict::Invalid | Verdict::Unreadable), "{what}: {verdict:?}");
    });
}

#[test]
fn positions_reach_both_ends() {
    assert_eq!(mutate::positions(100, 3).collect::<Vec<_>>(), [0, 49, 99]);
    assert_eq!(mutate::positions(2, 10).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(mutate::positions(0, 10).count(), 0);
    assert_eq!(mutate::positions(1, 10).collect::<Vec<_>>(), [0]);
}

#[test]
fn every_block_of_a_proof_is_reached() {
    let election = election();
    let at = first(&election.board, Kind::Mix);
    let body = Reseal::of(&election).message(at).body;
    let mutants = mutate::blocks(&body, "all ones", &[0xff; 32]);
    let proof = mutants.iter().filter(|mutant| mutant.what.contains("proof.")).count();
    assert!(proof > 50, "{proof}");
    // Not a scalar and not an element: refused wherever it stands.
    mutants.par_iter().step_by(9).for_each(|mutant| {
        let mut reseal = Reseal::of(&election);
        reseal.alter_message(at, |message| message.body = mutant.body.clone());
        assert_ne!(report(&reseal.seal()).verdict, Verdict::Valid, "{}", mutant.what);
    });
}
