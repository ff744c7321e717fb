//! Expected: a sample of all systematic alterations of tiny honest boards, as they are and re-sealed, is refused,
//! but for the stated list of legitimate differences; the verdict always comes, and convicts nobody innocent.

use psephos_audit::Verdict;
use psephos_testkit::systematic::{
    BOARDS, Case, Change, Counts, Part, RecordFault, Sealed, Subject,
};
use rayon::prelude::*;

/// One of so many re-sealed cases is tried: more than 100,000.
const RESEALED: usize = 7;

/// One of so many of the others.
const AS_IT_IS: usize = 29;

#[test]
fn a_sample_of_everything_is_refused() {
    let subjects: Vec<Subject> = BOARDS.into_par_iter().map(Subject::new).collect();
    let cases: Vec<(&Subject, Case)> = subjects
        .iter()
        .flat_map(|subject| subject.cases().into_iter().map(move |case| (subject, case)))
        .collect();
    let total = cases.len();
    let (plain, resealed): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|(_, case)| case.sealed == Sealed::AsIs);
    let sample = plain.into_iter().step_by(AS_IT_IS).chain(resealed.into_iter().step_by(RESEALED));
    let sample: Vec<(&Subject, Case)> = sample.collect();
    let counted = sample.into_par_iter().fold(Counts::default, |mut counts, (subject, case)| {
        counts.add(subject.name, case, subject.run(case));
        counts
    });
    let counts = counted.reduce(Counts::default, Counts::merged);
    println!("{total} cases in all\n{counts}");
    assert!(counts.wrong.is_empty(), "{:#?}", counts.wrong);
    let resealed = counts.sealed(&[Sealed::Whole, Sealed::Stage, Sealed::Alone]);
    assert!(resealed >= 100_000, "{resealed}");
}

fn plain() -> Subject {
    Subject::new(BOARDS[0])
}

#[test]
fn every_part_of_a_board_is_reached() {
    let subject = plain();
    assert_eq!(subject.report().verdict, Verdict::Valid);
    let cases = subject.cases();
    let flips = |sealed| {
        let is_flip = |case: &&Case| {
            let flipped = matches!(
                case.part,
                Part::File(_, Change::Flip(_))
                    | Part::Message(_, Change::Flip(_))
                    | Part::Blob(_, Change::Flip(_))
            );
            flipped && case.sealed == sealed
        };
        cases.iter().filter(is_flip).count()
    };
    let bytes = subject.bytes();
    assert_eq!((flips(Sealed::AsIs), flips(Sealed::Whole)), (bytes, bytes));
    let blocks = cases.iter().filter(|case| matches!(case.part, Part::Body(_, Change::Block(..))));
    assert!(blocks.count() > 5_000);
    let records = cases.iter().filter(|case| matches!(case.part, Part::Record(..)));
    assert_eq!(records.count() % 4, 2, "all but the last one can change places with the next");
}

#[test]
fn what_alters_nothing_is_no_case() {
    let subject = plain();
    let swap = Part::Record(0, RecordFault::Repeated);
    assert!(subject.altered(Case { part: swap, sealed: Sealed::AsIs }).is_none());
    let flip = Part::File(0, Change::Flip(0));
    assert!(subject.altered(Case { part: flip, sealed: Sealed::AsIs }).is_some());
}
