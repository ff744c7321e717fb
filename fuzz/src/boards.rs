//! Whole boards: altered, put together from bytes, and as evidence.

use std::io::Cursor;
use std::path::Path;
use std::sync::OnceLock;

use psephos_audit::{Culprit, Evidence, Options, Report, Verdict};
use psephos_record::board::{ArchiveBoard, Board, write_archive};
use psephos_testkit::Reseal;
use psephos_testkit::systematic::{BOARDS, Case, Outcome, Subject};

use super::stored;

/// One of the systematic alterations of tiny boards: two bytes choose the board, four the case.
pub fn audit(input: &[u8]) {
    static SUBJECTS: OnceLock<Vec<(Subject, Vec<Case>)>> = OnceLock::new();
    let subjects = SUBJECTS.get_or_init(|| {
        let subject = |board| {
            let subject = Subject::new(board);
            let cases = subject.cases();
            (subject, cases)
        };
        BOARDS.map(subject).into()
    });
    let Some((board, case)) = input.split_first_chunk::<2>() else { return };
    let Some(case) = case.first_chunk() else { return };
    let (subject, cases) = &subjects[usize::from(u16::from_le_bytes(*board)) % subjects.len()];
    let case = cases[u32::from_le_bytes(*case) as usize % cases.len()];
    if let Outcome::Wrong(what) = subject.run(case) {
        panic!("{}: {case:?}: {what}", subject.name);
    }
}

/// A message in the place of a record of a tiny board, signed by that record's author, and the board re-sealed,
/// with a choice of how many records follow. It may be accepted, but counts no other result.
pub fn resealed(input: &[u8]) {
    static ELECTIONS: OnceLock<Vec<(Reseal, Report)>> = OnceLock::new();
    let elections = ELECTIONS.get_or_init(|| {
        let parts = BOARDS.iter().map(|(_, make)| {
            let election = make();
            (Reseal::of(&election), report_of(&election.board))
        });
        parts.collect()
    });
    let [board, record, following, message @ ..] = input else { return };
    let (reseal, honest) = &elections[usize::from(*board) % elections.len()];
    let record = usize::from(*record) % reseal.records();
    let mut reseal = reseal.clone();
    reseal.alter_bytes(record, |bytes| *bytes = message.to_vec());
    if *following > 0 {
        reseal.truncate(record + usize::from(*following));
    }
    let report = report_of(&reseal.seal());
    if report.verdict == Verdict::Valid {
        assert_eq!(report.results, honest.results);
    }
}

/// Evidence made from an honest board: nobody but a voter can be blamed, no other result is counted.
pub fn evidence(input: &[u8]) {
    static HONEST: OnceLock<Option<Report>> = OnceLock::new();
    let whole = || stored::evidence().last().and_then(|seed| answer(seed));
    let honest = HONEST.get_or_init(whole).as_ref().expect("a stored board");
    let Some(report) = answer(input) else { return };
    let mut blamed = report.failures.iter().flat_map(|failure| &failure.culprits);
    let of_office = |culprit: &&Culprit| !matches!(culprit, Culprit::Credential(_));
    assert_eq!(blamed.find(of_office), None);
    if report.verdict == Verdict::Valid {
        assert_eq!((report.election, report.results), (honest.election, honest.results.clone()));
    }
}

/// Evidence of whatever board, good or bad: it proves nothing but what it claims.
pub fn corpus(input: &[u8]) {
    let Ok(evidence) = Evidence::decode(input) else { return };
    assert_eq!(evidence.encode(), input);
    let judgement = evidence.judge(None).expect("a board in memory");
    let claims = judgement.claims.iter().map(|(claim, _)| claim);
    assert!(claims.eq(&evidence.failures));
}

/// The audit of what a file of evidence holds, if it is one.
fn answer(file: &[u8]) -> Option<Report> {
    let evidence = Evidence::decode(file).ok()?;
    assert_eq!(evidence.encode(), file);
    Some(report_of(&evidence.board()))
}

/// An archive of whatever board. What is read as one is written again as it was, but for blobs that no record
/// names or that are not sound, and without its audit naming another result of the same records.
pub fn archive(input: &[u8]) {
    let Ok(board) = ArchiveBoard::read("fuzz".into(), Cursor::new(input)) else { return };
    let report = report_of(&board);
    let mut again = Vec::new();
    let written = write_archive(&board, Path::new("again"), &mut again, &mut |_, _, _| {});
    let written = written.expect("a board without a gap");
    assert!(again.len() <= input.len());
    let reread = ArchiveBoard::read("again".into(), Cursor::new(&again)).expect("an archive");
    assert_eq!(reread.extent().expect("in memory").records, written.records);
    if written.lost.is_empty() {
        let found = report_of(&reread);
        let answer =
            |report: Report| (report.verdict, report.head, report.failures, report.results);
        assert_eq!(answer(found), answer(report));
    }
}

fn report_of(board: &dyn Board) -> Report {
    psephos_audit::audit(board, &Options::default(), &|_| {}).expect("a board in memory").report
}
