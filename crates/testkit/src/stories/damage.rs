//! Copies of boards that an exclusion has saved, in which a list is missing or damaged: what followed from the
//! exclusion seems out of its place there, and nobody is to blame (spec/09-audit.md §9.2).

use psephos_audit::Verdict;
use psephos_core::Digest;
use psephos_record::board::MemoryBoard;

use super::{Case, Fixture, saved};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "board.blob-missing-mix-before-an-absence",
        altered: "A trustee was excluded for absence; the list that was mixed before is missing in the copy: UNREADABLE.",
        make: || missing("trustee-absent"),
    },
    Case {
        name: "board.blob-mix-before-an-absence",
        altered: "A trustee was excluded for absence; the list that was mixed before is damaged in the copy.",
        make: || damaged("trustee-absent"),
    },
    Case {
        name: "board.blob-missing-excluded-mix",
        altered: "A mix was excluded for its proof, and another made again; the excluded list is missing in the copy: UNREADABLE.",
        make: || missing("mix-redone"),
    },
    Case {
        name: "board.blob-excluded-mix",
        altered: "A mix was excluded for its proof, and another made again; the excluded list is damaged in the copy.",
        make: || damaged("mix-redone"),
    },
];

fn board_of(name: &str) -> (MemoryBoard, Digest) {
    let case = saved::CASES.iter().find(|case| case.name == name).expect("a case");
    let board = (case.make)().board;
    let view = psephos_audit::view(&board).expect("a board in memory can be read");
    let list = view.batches[0].mixes[0].output.root;
    (board, list)
}

fn missing(name: &str) -> Fixture {
    let (board, list) = board_of(name);
    board.remove_blob(&list);
    Fixture::answering(board, Verdict::Unreadable)
}

fn damaged(name: &str) -> Fixture {
    let (board, list) = board_of(name);
    let mut bytes = board.blob(&list).expect("a list");
    bytes[0] ^= 1;
    board.set_blob(list, bytes);
    Fixture::blaming(board, &[])
}
