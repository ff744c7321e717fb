//! Expected: an honest board of which a list is missing or damaged convicts nobody, whatever was excluded on it.

use psephos_audit::{Options, Report, audit};
use psephos_record::board::MemoryBoard;
use psephos_testkit::stories::cases;
use rayon::prelude::*;

fn report_of(board: &MemoryBoard) -> Report {
    audit(board, &Options::default(), &|_| {}).expect("a board in memory can be read").report
}

fn assert_nobody(board: &MemoryBoard, what: &str) {
    let report = report_of(board);
    let convicted = report.failures.iter().any(|failure| !failure.culprits.is_empty());
    assert!(!convicted, "{what}: {}", report.to_text());
}

#[test]
fn a_list_that_is_missing_or_damaged_convicts_nobody() {
    let valid: Vec<_> = cases().filter(|case| case.check().is_none()).collect();
    valid.par_iter().for_each(|case| {
        let board = (case.make)().board;
        for root in board.roots() {
            let bytes = board.blob(&root).expect("a blob of this board");
            board.remove_blob(&root);
            assert_nobody(&board, &format!("{} without {}", case.name, hex::encode(root)));
            let mut altered = bytes.clone();
            altered.push(0);
            board.set_blob(root, altered);
            assert_nobody(&board, &format!("{} with a longer {}", case.name, hex::encode(root)));
            board.set_blob(root, bytes);
        }
    });
}
