//! Blobs: what is read is what the root names, or the pass fails.

mod common;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use psephos_core::rows::{Rows, RowsError, read_all};
use psephos_core::tree;
use psephos_record::board::{
    BlobFault, BlobRows, Board, BoardError, Extent, FolderBoard, MemoryBoard, WritableBoard,
    check_blob,
};
use psephos_record::bodies::Blob;

fn bytes(length: usize) -> Vec<u8> {
    (0..length as u64)
        .map(|index| (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u8)
        .collect()
}

fn new_board() -> (tempfile::TempDir, FolderBoard) {
    let folder = tempfile::tempdir().unwrap();
    let board = FolderBoard::create(folder.path()).unwrap();
    (folder, board)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows straddle the chunks of the tree and the pieces of a pass.
    #[test]
    fn rows_come_whole_and_in_order(row_length in 1u64..5000, rows in 0u64..700) {
        let content = bytes((row_length * rows) as usize);
        let (_folder, folder) = new_board();
        let memory = MemoryBoard::new();
        for board in [&folder as &dyn WritableBoard, &memory] {
            let blob = board.put_rows(row_length, &content).unwrap();
            prop_assert_eq!(blob, Blob { root: tree::root(&content), rows, row_length });
            prop_assert_eq!(board.blob_length(&blob.root).unwrap(), Some(content.len() as u64));
            check_blob(board, &blob).unwrap();
            let stream = BlobRows::new(board, &blob).unwrap();
            let mut next = 0;
            stream.visit(&mut |first, piece| {
                assert_eq!((first, piece.len() as u64 % row_length), (next, 0));
                next += piece.len() as u64 / row_length;
                Ok(())
            }).unwrap();
            prop_assert_eq!((next, stream.count()), (rows, rows));
            prop_assert_eq!(read_all(&stream).unwrap(), content.clone());
        }
    }
}

#[test]
fn long_rows_and_long_lists_are_read_in_pieces() {
    let (_folder, board) = new_board();
    for (row_length, rows) in [(1 << 20, 3), (700_000, 5), (64, 50_000), (3, 1_000_001)] {
        let content = bytes(row_length * rows);
        let blob = board.put_rows(row_length as u64, &content).unwrap();
        assert_eq!(read_all(&BlobRows::new(&board, &blob).unwrap()).unwrap(), content);
    }
}

#[test]
fn damage_is_told_from_a_wrong_record() {
    let (_folder, board) = new_board();
    let content = bytes(200_000);
    let blob = board.put_rows(100, &content).unwrap();
    let path = board.blob_path(&blob.root);
    let read = |blob: &Blob| read_all(&BlobRows::new(&board, blob).unwrap()).map(|_| ());

    // The record states another shape of the right bytes: its author's fault.
    let stated = Blob { rows: 1999, ..blob };
    assert!(matches!(check_blob(&board, &stated), Err(BlobFault::Shape { .. })));
    assert!(matches!(
        read(&stated),
        Err(RowsError::Length { found: 200_000, stated: 199_900, .. })
    ));
    assert!(check_blob(&board, &Blob { rows: 1000, row_length: 200, ..blob }).is_ok());

    // One byte changed, one cut off, one more: nobody's fault that can be named.
    let mut altered = content.clone();
    altered[131_072] ^= 1;
    fs::write(&path, &altered).unwrap();
    assert!(matches!(check_blob(&board, &blob), Err(BlobFault::Root { .. })));
    assert!(matches!(read(&blob), Err(RowsError::Root(_))));
    fs::write(&path, &content[..199_999]).unwrap();
    assert!(matches!(check_blob(&board, &blob), Err(BlobFault::Root { .. })));
    assert!(matches!(read(&blob), Err(RowsError::Length { found: 199_999, .. })));
    fs::write(&path, [&content[..], b"x"].concat()).unwrap();
    assert!(matches!(check_blob(&board, &blob), Err(BlobFault::Root { .. })));
    assert!(matches!(read(&blob), Err(RowsError::Length { found: 200_001, .. })));

    // So much longer that nobody waits for its root.
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(check_blob(&board, &blob), Err(BlobFault::TooLong { .. })));
    assert!(matches!(read(&blob), Err(RowsError::Length { .. })));

    // Writing it again repairs it.
    assert_eq!(board.put_rows(100, &content).unwrap(), blob);
    assert_eq!(read(&blob), Ok(()));

    fs::remove_file(&path).unwrap();
    assert!(matches!(check_blob(&board, &blob), Err(BlobFault::Missing { .. })));
    assert!(matches!(read(&blob), Err(RowsError::Storage(_))));
    assert_eq!(board.blob_length(&blob.root).unwrap(), None);
}

/// Grows or changes the file after the pass has begun.
#[test]
fn changes_during_a_pass_are_noticed() {
    let (_folder, board) = new_board();
    let content = bytes(6 << 20);
    let blob = board.put_rows(64, &content).unwrap();
    let path = board.blob_path(&blob.root);
    type Change = fn(&std::path::Path);
    let grow: Change = |path| {
        OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    };
    let cut: Change =
        |path| OpenOptions::new().write(true).open(path).unwrap().set_len(5 << 20).unwrap();
    let alter: Change = |path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        io::Seek::seek(&mut file, io::SeekFrom::Start(5 << 20)).unwrap();
        file.write_all(b"something else").unwrap();
    };
    for change in [grow, cut, alter] {
        fs::write(&path, &content).unwrap();
        let changed = AtomicBool::new(false);
        let outcome = BlobRows::new(&board, &blob).unwrap().visit(&mut |_, _| {
            if !changed.swap(true, Ordering::Relaxed) {
                change(&path);
            }
            Ok(())
        });
        assert!(
            matches!(outcome, Err(RowsError::Length { .. } | RowsError::Root(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_visitor_can_stop() {
    let board = MemoryBoard::new();
    let blob = board.put_rows(1, b"abc").unwrap();
    let outcome = BlobRows::new(&board, &blob).unwrap().visit(&mut |_, _| Err(RowsError::Stopped));
    assert_eq!(outcome, Err(RowsError::Stopped));
}

#[test]
fn impossible_shapes_are_refused_before_reading() {
    let board = MemoryBoard::new();
    let shapes = [
        (1, 0),
        (0, 0),
        (u64::MAX, 2),
        (u64::MAX, 1),
        (1, Blob::ROW_LIMIT + 1),
        (1 << 40, 1 << 20),
    ];
    for (rows, row_length) in shapes {
        let blob = Blob { root: [0; 32], rows, row_length };
        assert_eq!(blob.length(), None);
        assert!(matches!(BlobRows::new(&board, &blob), Err(BoardError::BlobShape { .. })));
    }
    assert_eq!(Blob { root: [0; 32], rows: 0, row_length: 64 }.length(), Some(0));
}

#[test]
fn a_blob_that_cannot_be_finished_leaves_nothing() {
    let (folder, board) = new_board();
    let failing = board.put_blob(4, &mut |out| {
        out.write_all(b"begun")?;
        Err(io::ErrorKind::StorageFull.into())
    });
    let shown = failing.unwrap_err().to_string();
    assert!(shown.contains("free some space"), "{shown}");
    assert!(matches!(
        board.put_rows(4, b"12345"),
        Err(BoardError::BrokenRows { length: 5, row_length: 4 })
    ));
    assert!(matches!(board.put_rows(0, b""), Err(BoardError::BrokenRows { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
}

/// A board whose reader hands out bytes one by one, and one that never ends.
struct Odd {
    endless: bool,
    content: Vec<u8>,
}

struct Drip<'a>(&'a [u8]);

impl io::Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut self.0, buffer.get_mut(..1).unwrap_or_default())
    }
}

impl Board for Odd {
    fn place(&self) -> String {
        "odd".into()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        Ok(Extent { records: 0, beyond_gap: None })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn io::Read + Send + '_>, BoardError> {
        Err(BoardError::RecordMissing { place: self.place(), sequence })
    }

    fn blob_length(&self, _root: &[u8; 32]) -> Result<Option<u64>, BoardError> {
        Ok(Some(self.content.len() as u64))
    }

    fn open_blob(&self, _root: &[u8; 32]) -> Result<Box<dyn io::Read + Send + '_>, BoardError> {
        if self.endless { Ok(Box::new(io::repeat(7))) } else { Ok(Box::new(Drip(&self.content))) }
    }
}

#[test]
fn any_reader_is_read_to_its_stated_length_and_no_further() {
    let content = bytes(5000);
    let blob = Blob { root: tree::root(&content), rows: 50, row_length: 100 };
    let drip = Odd { endless: false, content: content.clone() };
    assert_eq!(read_all(&BlobRows::new(&drip, &blob).unwrap()).unwrap(), content);
    let endless = Odd { endless: true, content };
    let outcome = read_all(&BlobRows::new(&endless, &blob).unwrap());
    assert!(matches!(outcome, Err(RowsError::Length { found: 5001, .. })), "{outcome:?}");
}
