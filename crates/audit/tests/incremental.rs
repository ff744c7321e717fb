//! What a trustee does who has seen the board before: audits what is new, and refuses other boards.

use psephos_audit::{AuditError, CheckId, Options, Verdict, audit, view};
use psephos_record::bodies::Body;
use psephos_testkit::stories::cases;
use psephos_testkit::{Author, Election, Plan};

fn after(records: u64, head: [u8; 32]) -> Options {
    Options { verified: Some((records, head)), ..Options::default() }
}

#[test]
fn only_what_is_new_is_verified() {
    let mut election = Election::closed(Plan::new(3, 2, 4));
    election.mix(0);
    let seen = election.view();
    election.mix(1);
    let report = election.audit_with(&after(seen.records, seen.head)).report;
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_text());
    let items = |check| report.check(check).unwrap().items;
    assert_eq!(items(CheckId::MixProof), 1);
    assert_eq!(items(CheckId::BallotProof), 0);
    let view = election.audit_with(&after(seen.records, seen.head)).view;
    assert!(view.batches[0].mixes.iter().all(|mix| mix.valid));
    assert_eq!(view.batches[0].position, 2);

    let mut body = election.mix_body(2);
    body.mixes[0].proof = None;
    election.post(Author::Trustee(2), Body::Mix(body));
    let report = election.audit_with(&after(seen.records, seen.head)).report;
    assert_eq!(report.verdict, Verdict::Invalid);
}

#[test]
fn every_step_of_an_election_can_be_the_last_one_seen() {
    let election = Election::complete(Plan::new(2, 2, 3));
    let files = election.board.records();
    for (index, file) in files.iter().enumerate() {
        let records = index as u64 + 1;
        let head = psephos_record::message::file_digest(file);
        let report = election.audit_with(&after(records, head)).report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    }
}

/// What is put right on the way to a VALID election is put right for whoever saw it go wrong.
#[test]
fn whoever_saw_a_valid_election_earlier_comes_to_the_same() {
    for case in cases().filter(|case| case.check().is_none()) {
        let board = (case.make)().board;
        let files = board.records();
        for records in [1, files.len() / 2, files.len() - 1] {
            let head = psephos_record::message::file_digest(&files[records - 1]);
            let options = after(records as u64, head);
            let report = audit(&board, &options, &|_| {}).unwrap().report;
            assert_eq!(report.verdict, Verdict::Valid, "{}: {}", case.name, report.to_text());
        }
    }
}

#[test]
fn other_boards_are_no_continuation() {
    let election = Election::complete(Plan::new(2, 2, 3));
    let seen = election.view();
    for (records, head) in [(seen.records, [7; 32]), (3, seen.head), (seen.records + 1, seen.head)]
    {
        let answer = audit(&election.board, &after(records, head), &|_| {});
        assert!(matches!(answer, Err(AuditError::NotAContinuation { .. })));
    }
}

#[test]
fn the_view_takes_proofs_for_granted() {
    let election = Election::complete(Plan::new(3, 2, 4));
    let (quick, thorough) = (view(&election.board).unwrap(), election.audit().view);
    assert_eq!(quick.phase, thorough.phase);
    assert_eq!(quick.counters, thorough.counters);
    assert_eq!(quick.batches[0].mixes, thorough.batches[0].mixes);
    assert_eq!(quick.batches[0].shares, thorough.batches[0].shares);
}
