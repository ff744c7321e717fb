//! Expected: a valid board of which a list is missing or damaged convicts nobody, but for records that are excluded
//! on it: these were bad.

use psephos_audit::{Audit, ExcludedView, Options, audit};
use psephos_record::board::MemoryBoard;
use psephos_testkit::stories::cases;
use rayon::prelude::*;

fn audited(board: &MemoryBoard) -> Audit {
    audit(board, &Options::default(), &|_| {}).expect("a board in memory can be read")
}

/// The records that are excluded for cause.
fn excluded(board: &MemoryBoard) -> Vec<u64> {
    let exclusions = audited(board).view.exclusions.into_iter();
    let record = |excluded| match excluded {
        ExcludedView::Record { sequence, .. } => Some(sequence),
        ExcludedView::Trustee { .. } => None,
    };
    exclusions.filter_map(|exclusion| record(exclusion.excluded)).collect()
}

fn assert_nobody(board: &MemoryBoard, excluded: &[u64], what: &str) {
    let report = audited(board).report;
    let was_bad = |record: Option<u64>| record.is_some_and(|record| excluded.contains(&record));
    let mut failures = report.failures.iter();
    let convicted = failures.any(|failed| !failed.culprits.is_empty() && !was_bad(failed.record));
    assert!(!convicted, "{what}: {}", report.to_text());
}

#[test]
fn a_list_that_is_missing_or_damaged_convicts_nobody() {
    let valid: Vec<_> = cases().filter(|case| case.check().is_none()).collect();
    valid.par_iter().for_each(|case| {
        let board = (case.make)().board;
        let excluded = excluded(&board);
        for root in board.roots() {
            let bytes = board.blob(&root).expect("a blob of this board");
            board.remove_blob(&root);
            assert_nobody(
                &board,
                &excluded,
                &format!("{} without {}", case.name, hex::encode(root)),
            );
            let mut altered = bytes.clone();
            altered.push(0);
            board.set_blob(root, altered);
            assert_nobody(
                &board,
                &excluded,
                &format!("{} with a longer {}", case.name, hex::encode(root)),
            );
            board.set_blob(root, bytes);
        }
    });
}
