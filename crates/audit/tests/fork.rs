//! Two boards of one election, compared: whether they part ways, and who has signed knowing both branches.

use psephos_audit::{Audit, CheckId, Culprit, Options, Status, Verdict, compare};
use psephos_record::board::MemoryBoard;
use psephos_testkit::{Election, Plan};

fn compared(board: &MemoryBoard, other: &MemoryBoard) -> Audit {
    compare(board, Ok(other), &Options::default(), &|_| {}).expect("boards in memory can be read")
}

fn status(audit: &Audit) -> (Status, u64) {
    let check = audit.report.check(CheckId::BoardFork).expect("the check is listed");
    (check.status, check.items)
}

fn mixed() -> Election {
    Election::mixed(Plan::new(3, 2, 3))
}

/// The election of `before`, concluded with shares in another order.
fn concluded(before: &Election, order: [u64; 3]) -> Election {
    let mut election = before.clone();
    for trustee in order {
        election.share(trustee);
    }
    election.publish();
    election.seal();
    election
}

#[test]
fn a_board_that_the_other_continues_is_no_fork() {
    let before = mixed();
    let whole = concluded(&before, [0, 1, 2]);
    let records = before.view().records;
    for (board, other) in [(&whole.board, &before.board), (&before.board, &whole.board)] {
        assert_eq!(status(&compared(board, other)), (Status::Pass, records));
    }
    let audit = compared(&whole.board, &whole.board);
    assert_eq!(audit.report.verdict, Verdict::Valid);
    assert_eq!(status(&audit), (Status::Pass, whole.view().records));
}

#[test]
fn those_who_have_signed_knowing_both_branches_are_named() {
    let before = mixed();
    let fork = before.view().records;
    let one = concluded(&before, [0, 1, 2]);
    let other = concluded(&before, [1, 0, 2]);
    assert_eq!(one.audit().report.verdict, Verdict::Valid);
    assert_eq!(other.audit().report.verdict, Verdict::Valid);
    let audit = compared(&one.board, &other.board);
    assert_eq!(audit.report.verdict, Verdict::Invalid);
    assert_eq!(status(&audit), (Status::Fail, fork + 1));
    let [failure] = audit.report.failures.as_slice() else { panic!("{}", audit.report.to_text()) };
    assert_eq!((failure.check, failure.record), (CheckId::BoardFork, Some(fork)));
    // Trustees 0 and 1 know the fork's own record on one branch only: theirs is the other one.
    assert_eq!(failure.culprits, [Culprit::Authority, Culprit::Trustee(2)]);
    for words in ["\"share\", by trustee 0", "\"share\", by trustee 1", "knowing the other"] {
        assert!(failure.evidence.contains(words), "{}", failure.evidence);
    }
}

#[test]
fn one_record_on_each_branch_convicts_nobody() {
    let (mut one, mut other) = (mixed(), mixed());
    one.share(0);
    other.share(1);
    let audit = compared(&one.board, &other.board);
    assert_eq!(audit.report.failures.len(), 1);
    assert_eq!(audit.report.failures[0].culprits, []);
}

#[test]
fn a_file_of_the_other_branch_does_not_convict_who_never_saw_it() {
    let before = mixed();
    let honest = concluded(&before, [0, 1, 2]);
    // Somebody who can write to a copy of the folder, and has nobody's key, forks it by wrapping the first
    // share for another place, and lays the files of the true board behind it.
    let mut files = before.board.records();
    let mut record = psephos_record::message::Record::decode(&honest.board.records()[files.len()])
        .expect("a record");
    record.sequence += 1;
    files.push(record.encode());
    files.extend(honest.board.records().split_off(before.view().records as usize));
    let forged = MemoryBoard::new();
    forged.set_records(files);
    for (board, other) in [(&honest.board, &forged), (&forged, &honest.board)] {
        let audit = compared(board, other);
        assert_eq!(status(&audit).0, Status::Fail);
        for failure in &audit.report.failures {
            assert_eq!(failure.culprits, [], "{}", audit.report.to_text());
        }
    }
}

#[test]
fn boards_of_different_elections_are_not_compared() {
    let one = Election::complete(Plan::new(2, 2, 2));
    let other = Election::complete(Plan { seed: 99, ..Plan::new(2, 2, 2) });
    for board in [&other.board, &MemoryBoard::new()] {
        let audit = compared(&one.board, board);
        assert_eq!(status(&audit), (Status::NotRun, 0));
        assert_eq!(audit.report.verdict, Verdict::Incomplete);
        let said = |text: &String| text.starts_with("the second board was not compared");
        assert!(audit.report.warnings.iter().any(said), "{}", audit.report.to_text());
    }
}
