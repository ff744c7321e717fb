//! Expected: a board that was altered and sealed again fails where it was altered, not at its hashes.

use psephos_audit::{CheckId, Culprit, Options, Report, Verdict, audit};
use psephos_record::board::MemoryBoard;
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;
use psephos_record::message::Record;
use psephos_testkit::{Author, Election, Plan, Reseal};

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
