//! Appending: everything lands once, in one order, whole or not at all, and says clearly when it cannot.

mod common;
#[path = "common/conduct.rs"]
mod conduct;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{messages, signed};
use conduct::{chain, in_order_of_each_author};
use psephos_core::hash;
use psephos_record::board::{
    Board, BoardError, Extent, FolderBoard, MemoryBoard, SlowBoard, WritableBoard,
};
use psephos_record::message::RECORD_LIMIT;

fn new_board() -> (tempfile::TempDir, FolderBoard) {
    let folder = tempfile::tempdir().unwrap();
    let board = FolderBoard::create(folder.path()).unwrap();
    (folder, board)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_kind_of_board_behaves_alike() {
    conduct::check(&|| Box::new(MemoryBoard::new()));
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicUsize::new(0);
    conduct::check(&|| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        Box::new(FolderBoard::create(folder.path().join(number.to_string())).unwrap())
    });
}

const WRITER_FOLDER: &str = "PSEPHOS_TEST_WRITER_FOLDER";
const WRITER_AUTHOR: &str = "PSEPHOS_TEST_WRITER_AUTHOR";

/// What each of the processes does that `processes_lose_nothing` starts: this test again, with an author.
fn write_as(author: &str) {
    let board = FolderBoard::create(std::env::var(WRITER_FOLDER).unwrap()).unwrap();
    for counter in 0..15 {
        board.append(&signed(author.parse().unwrap(), counter, [0; 32])).unwrap();
        board.put_rows(1, &counter.to_le_bytes()).unwrap();
    }
}

#[test]
fn processes_lose_nothing() {
    if let Ok(author) = std::env::var(WRITER_AUTHOR) {
        return write_as(&author);
    }
    let folder = tempfile::tempdir().unwrap();
    let board = folder.path().join("board");
    let writers: Vec<_> = (1..=3)
        .map(|author| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes_lose_nothing"])
                .env(WRITER_FOLDER, &board)
                .env(WRITER_AUTHOR, author.to_string())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(in_order_of_each_author(&chain(&FolderBoard::open(&board).unwrap())), 45);
    assert_eq!(names(&board), ["blobs", "records"]);
    assert_eq!(names(&board.join("blobs")).len(), 15);
}

#[test]
fn leftovers_of_a_crash_are_ignored() {
    let (folder, board) = new_board();
    board.append(&signed(1, 0, [0; 32])).unwrap();
    fs::write(folder.path().join(".incoming-1-0"), b"half a record").unwrap();
    fs::write(folder.path().join("notes.txt"), b"mine").unwrap();
    for name in ["1.cbor", "00000001.cbor.tmp", "000000001.cbor", "0000000a.cbor", "00000001.CBOR"]
    {
        fs::write(folder.path().join("records").join(name), b"no record").unwrap();
    }
    let again = FolderBoard::create(folder.path()).unwrap();
    again.append(&signed(1, 1, [0; 32])).unwrap();
    assert_eq!(chain(&again).len(), 2);
}

/// A crash between making the two folders.
#[test]
fn a_half_made_board_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("blobs")).unwrap();
    let board = FolderBoard::create(folder.path()).unwrap();
    board.append(&signed(1, 0, [0; 32])).unwrap();
}

#[test]
fn a_gap_is_seen_and_nothing_is_written_behind_it() {
    let (_folder, board) = new_board();
    for counter in 0..4 {
        board.append(&signed(1, counter, [0; 32])).unwrap();
    }
    fs::remove_file(board.record_path(1)).unwrap();
    assert_eq!(board.extent().unwrap(), Extent { records: 1, beyond_gap: Some(2) });
    let error = board.append(&signed(1, 4, [0; 32])).unwrap_err();
    assert!(matches!(error, BoardError::Gap { missing: 1, found: 2, .. }), "{error}");
}

#[test]
fn other_folders_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |error: BoardError, text: &str| {
        let shown = error.to_string();
        assert!(matches!(error, BoardError::NotABoard { .. }), "{shown}");
        assert!(
            shown.contains(&folder.path().display().to_string()) && shown.contains(text),
            "{shown}"
        );
    };
    refused(FolderBoard::open(folder.path().join("nothing")).unwrap_err(), "no such folder");
    refused(FolderBoard::open(folder.path()).unwrap_err(), "`records`");
    fs::write(folder.path().join("thesis.tex"), b"mine").unwrap();
    refused(FolderBoard::create(folder.path()).unwrap_err(), "thesis.tex");
    refused(FolderBoard::open(folder.path().join("thesis.tex")).unwrap_err(), "not a folder");
    assert_eq!(names(folder.path()), ["thesis.tex"]);
}

#[test]
fn opening_and_reading_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("records")).unwrap();
    let board = FolderBoard::open(folder.path()).unwrap();
    assert_eq!(board.extent().unwrap().records, 0);
    assert_eq!(board.blob_length(&[0; 32]).unwrap(), None);
    assert_eq!(names(folder.path()), ["records"]);
}

#[test]
fn a_record_that_is_no_file_or_too_long_is_not_read() {
    let (_folder, board) = new_board();
    fs::create_dir(board.record_path(0)).unwrap();
    let error = board.record(0).unwrap_err().to_string();
    assert!(error.contains("00000000.cbor") && error.contains("not a regular file"), "{error}");
    let long = fs::File::create(board.record_path(1)).unwrap();
    long.set_len(RECORD_LIMIT as u64 + 1).unwrap();
    assert!(matches!(board.record(1), Err(BoardError::RecordTooLarge { sequence: 1, .. })));
}

/// The digest of a file that is too long is that of its beginning: a file without end has one, too.
#[test]
fn a_record_that_is_too_long_has_a_digest() {
    let (_folder, board) = new_board();
    let zeros = vec![0; RECORD_LIMIT + 2];
    let of = |length: usize| hash::plain(&zeros[..length]);
    for (length, digested) in [
        (RECORD_LIMIT, RECORD_LIMIT),
        (RECORD_LIMIT + 1, RECORD_LIMIT + 1),
        (RECORD_LIMIT + 2, RECORD_LIMIT + 1),
        (1 << 40, RECORD_LIMIT + 1),
    ] {
        let long = fs::File::create(board.record_path(0)).unwrap();
        long.set_len(length as u64).unwrap();
        assert_eq!(board.record_digest(0).unwrap(), of(digested), "{length}");
    }
    let memory = MemoryBoard::new();
    memory.set_records(vec![zeros.clone()]);
    assert_eq!(memory.record_digest(0).unwrap(), of(RECORD_LIMIT + 1));
}

/// Errors of the system name the file, the cause and the fix, and leave the board as it was.
#[test]
fn a_failing_system_is_reported_with_the_fix() {
    let full = BoardError::Io {
        path: "/board/records".into(),
        action: "write the file",
        source: std::io::ErrorKind::StorageFull.into(),
    };
    let shown = full.to_string();
    assert!(shown.contains("/board/records") && shown.contains("free some space"), "{shown}");

    // A folder where the file should go stands for whatever else may fail.
    let (folder, board) = new_board();
    fs::remove_dir(folder.path().join("records")).unwrap();
    fs::write(folder.path().join("records"), b"no folder").unwrap();
    let error = board.create_record(0, b"record").unwrap_err();
    assert!(matches!(error, BoardError::Io { .. }), "{error}");
    assert_eq!(names(folder.path()), ["blobs", "records"], "no temporary file is left");
}

#[test]
fn memory_and_folder_hold_the_same() {
    let memory = MemoryBoard::new();
    memory.append(&signed(1, 0, [0; 32])).unwrap();
    let blob = memory.put_rows(2, b"abcd").unwrap();
    memory.set_blob([9; 32], b"not its root".to_vec());
    let folder = tempfile::tempdir().unwrap();
    let written = memory.write_to(folder.path()).unwrap();
    let copy = MemoryBoard::copy_of(&written, &[blob.root, [9; 32]]).unwrap();
    assert_eq!(copy.records(), memory.records());
    for root in memory.roots() {
        assert_eq!(copy.blob(&root), memory.blob(&root));
    }
}

#[test]
fn a_slowed_board_waits_and_is_the_same_otherwise() {
    let (_folder, board) = new_board();
    board.append(&signed(1, 0, [0; 32])).unwrap();
    let pause = Duration::from_millis(30);
    let slow = SlowBoard::new(Box::new(board.clone()), pause);
    let begun = Instant::now();
    assert_eq!(slow.extent().unwrap(), board.extent().unwrap());
    assert_eq!(slow.record(0).unwrap(), board.record(0).unwrap());
    assert!(begun.elapsed() >= 2 * pause);
}
