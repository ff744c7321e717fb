//! What the black-box tests share: the programs as they were built, and an election driven through them.

pub mod disk;
mod election;
pub mod ledger;
mod pages;
mod programs;
pub mod python;
mod s3;
pub mod script;
pub mod server;

pub use election::Election;
pub use pages::{Block, Page};
pub use programs::{Outcome, Programs, json, networked_verifier, programs, typed};
pub use s3::S3;

use std::io::Write;
use std::path::{Path, PathBuf};

use psephos_core::pairs::pairs;
use psephos_record::board::{Board, FolderBoard, WritableBoard};
use psephos_record::message::Record;
use serde_json::Value;

/// A small election: two methods, a threshold below the number of trustees.
pub const SMALL: &str = r#"
title = "A small election"

[[contest]]
id = "mayor"
title = "Mayor"
method = "irv"
max_ranks = 3
candidates = ["Ada", "Blaise", "Carl"]

[[contest]]
id = "park"
title = "A new park?"
method = "plurality"
candidates = ["Yes", "No"]
"#;

/// Votes for [`SMALL`].
pub const SMALL_BALLOTS: &str = "mayor,park\n1>2,1\n2>1>3,2\n3,\n1,1\n2>3,1\n,2\n1>3,1\n";

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies a board and the lists that its records name into a new folder.
///
/// # Panics
/// When it cannot be read or written.
pub fn copy_board(from: &dyn Board, folder: &Path) {
    let board = FolderBoard::create(folder).expect("a board");
    for sequence in 0..from.extent().expect("records").records {
        let file = from.record(sequence).expect("a record");
        let body = Record::decode(&file).and_then(|record| record.message()?.body());
        for list in body.expect("a body").lists() {
            let mut rows = from.open_blob(&list.blob.root).expect("a list");
            let mut write = |out: &mut dyn Write| std::io::copy(&mut rows, out).map(|_| ());
            board.put_blob(list.blob.row_length, &mut write).expect("stored");
        }
        board.create_record(sequence, &file).expect("written");
    }
}

/// The folder of a real election, if the data lie beside the repository; says so when they do not.
pub fn real_election(name: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// Asserts that the contests of a report have the counts of an `expected.json`.
pub fn assert_expected(contests: &Value, expected: &Value) {
    let (found, wanted) = (list(contests), list(&expected["contests"]));
    assert_eq!(found.len(), wanted.len(), "number of contests");
    for (found, wanted) in pairs(found, wanted) {
        let id = &wanted["id"];
        for field in ["id", "method", "cells_sorted_sha256"] {
            assert_eq!(found[field], wanted[field], "{field} of {id}");
        }
        for field in ["votes", "elected"] {
            if !wanted[field].is_null() {
                assert_eq!(found[field], wanted[field], "{field} of {id}");
            }
        }
        let (rounds, wanted) = (list(&found["rounds"]), list(&wanted["rounds"]));
        assert_eq!(rounds.len(), wanted.len(), "rounds of {id}");
        for (number, (round, wanted)) in pairs(rounds, wanted).enumerate() {
            assert_eq!(round["votes"], wanted["votes"], "round {} of {id}", number + 1);
            assert_eq!(round["exhausted"], wanted["exhausted"], "round {} of {id}", number + 1);
            for field in ["eliminated", "elected"] {
                // A file may leave out an empty list.
                assert_eq!(
                    list(&round[field]),
                    list(&wanted[field]),
                    "{field} in round {}",
                    number + 1
                );
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
