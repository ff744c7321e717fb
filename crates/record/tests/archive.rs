//! Archives: one form for one board, read in place as the folder is, and nothing else taken for one.

mod common;

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use common::signed;
use psephos_core::tree;
use psephos_record::board::{
    ArchiveBoard, Archived, Board, BoardError, Extent, FolderBoard, MemoryBoard, WritableBoard,
    open_board, write_archive,
};
use psephos_record::bodies::{Ballots, Blob, Body};
use psephos_record::message::{RECORD_LIMIT, SignedMessage, file_digest};
use psephos_record::signature::sign;

const ROWS: [&[u8]; 3] = [&[7; 416], &[8; 208 * 5], &[]];

/// A board whose records name three blobs, one of them empty; another blob is named by none.
fn board() -> MemoryBoard {
    let board = MemoryBoard::new();
    let mut head = [0; 32];
    for (counter, rows) in ROWS.iter().enumerate() {
        let blob = board.put_rows(208, rows).unwrap();
        head = board.append(&ballots(counter as u64, head, blob)).unwrap().head;
    }
    board.append(&signed(2, 0, head)).unwrap();
    board.put_rows(1, b"junk").unwrap();
    board
}

fn ballots(counter: u64, head: [u8; 32], ballots: Blob) -> SignedMessage {
    let body = Body::Ballots(Ballots { ballots, box_index: 0 });
    sign(common::message(&body, counter, head), &common::key(1))
}

fn archive(board: &dyn Board) -> (Vec<u8>, Archived) {
    let mut bytes = Vec::new();
    let done = write_archive(board, Path::new("made"), &mut bytes, &mut |_, done, total| {
        assert!(done <= total);
    });
    let done = done.unwrap();
    assert_eq!(done.length, bytes.len() as u64);
    (bytes, done)
}

fn open(bytes: &[u8]) -> Result<ArchiveBoard<Cursor<&[u8]>>, BoardError> {
    ArchiveBoard::read("it.psephos".into(), Cursor::new(bytes))
}

fn all(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

/// What a board answers to everything, in words.
fn answers(board: &dyn Board, roots: &[[u8; 32]]) -> Vec<String> {
    let mut said = vec![format!("{:?}", board.extent().unwrap())];
    let place = board.place();
    let words = |error: BoardError| error.to_string().replace(&place, "PLACE");
    for sequence in [0, 1, 2, 3, 4, 5, 99_999_999, u64::MAX] {
        said.push(format!("{:?}", board.record(sequence).map_err(words)));
        said.push(format!("{:?}", board.record_digest(sequence).map_err(words)));
    }
    for root in roots.iter().chain([&[0; 32]]) {
        said.push(format!("{:?}", board.blob_length(root).map_err(words)));
        said.push(format!("{:?}", board.open_blob(root).map(all).map_err(words)));
    }
    said
}

#[test]
fn an_archive_answers_as_the_folder_that_it_was_made_of() {
    let place = tempfile::tempdir().unwrap();
    let folder = board().write_to(&place.path().join("board")).unwrap();
    let (bytes, done) = archive(&folder);
    assert_eq!((done.records, done.blobs, done.lost.len()), (4, 3, 0));
    let roots = ROWS.map(tree::root);
    assert_eq!(answers(&open(&bytes).unwrap(), &roots), answers(&folder, &roots));
    assert_eq!(open(&bytes).unwrap().blob_length(&tree::root(b"junk")).unwrap(), None);
    assert_eq!(archive(&open(&bytes).unwrap()).0, bytes);
    assert_eq!(archive(&board()).0, bytes);
}

#[test]
fn nothing_but_the_board_itself_changes_an_archive() {
    let place = tempfile::tempdir().unwrap();
    let folder = board().write_to(&place.path().join("board")).unwrap();
    let (bytes, _) = archive(&folder);
    for junk in ["records/00000009.cbor.bak", "records/notes", "blobs/x", ".incoming-1-2", "notes"]
    {
        fs::write(folder.path().join(junk), "junk").unwrap();
    }
    fs::create_dir(folder.path().join("blobs/y")).unwrap();
    let file = File::options().write(true).open(folder.record_path(0)).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(archive(&folder).0, bytes);
}

/// The page says how to make one, and open one, with tar alone.
#[test]
fn tar_makes_the_same_archive_and_unpacks_it() {
    let place = tempfile::tempdir().unwrap();
    let sound = board();
    sound.remove_blob(&tree::root(b"junk"));
    let folder = sound.write_to(&place.path().join("board")).unwrap();
    let page = fs::read_to_string("../../spec/archive.md").unwrap();
    let recipe = page.split("```sh\n").find(|part| part.contains("--format=ustar")).unwrap();
    let recipe = recipe.split("```").next().unwrap();
    let status = Command::new("sh").args(["-ec", recipe]).current_dir(place.path()).status();
    let version = Command::new("tar").arg("--version").output().unwrap();
    if !String::from_utf8_lossy(&version.stdout).contains("GNU tar") {
        return println!("skipped: tar is not GNU's");
    }
    assert!(status.unwrap().success());
    assert_eq!(fs::read(place.path().join("election.psephos")).unwrap(), archive(&folder).0);

    fs::create_dir(place.path().join("unpacked")).unwrap();
    let unpack = ["xf", "election.psephos", "-C", "unpacked"];
    let status = Command::new("tar").args(unpack).current_dir(place.path()).status();
    assert!(status.unwrap().success());
    let unpacked = FolderBoard::open(place.path().join("unpacked")).unwrap();
    let roots = ROWS.map(tree::root);
    assert_eq!(answers(&unpacked, &roots), answers(&folder, &roots));
}

#[test]
fn blobs_that_are_missing_or_damaged_are_left_out_and_named() {
    let board = board();
    let [first, second, _] = ROWS.map(tree::root);
    board.remove_blob(&first);
    board.set_blob(second, vec![9; 208 * 5]);
    let (bytes, done) = archive(&board);
    let mut lost: Vec<(u64, String)> =
        done.lost.iter().map(|lost| (lost.record, lost.fault.to_string())).collect();
    lost.sort();
    assert_eq!(lost[0], (0, format!("blob {} is missing", hex::encode(first))));
    let words = format!("the bytes of blob {} do not match its root", hex::encode(second));
    assert_eq!(lost[1], (1, words));
    assert_eq!(open(&bytes).unwrap().blob_length(&second).unwrap(), None);
}

#[test]
fn rows_that_a_record_counts_wrongly_are_archived() {
    let board = MemoryBoard::new();
    let blob = board.put_rows(208, ROWS[0]).unwrap();
    let wrong = Blob { rows: 9, ..blob };
    board.append(&ballots(0, [0; 32], wrong)).unwrap();
    let (bytes, done) = archive(&board);
    assert_eq!((done.blobs, done.lost.len()), (1, 0));
    assert_eq!(all(open(&bytes).unwrap().open_blob(&blob.root).unwrap()), ROWS[0]);
}

/// Of a record that is too long an archive has as much as its digest is of.
#[test]
fn a_record_that_is_too_long_keeps_its_digest() {
    let board = board();
    let mut files = board.records();
    files.push(vec![3; RECORD_LIMIT + 1000]);
    let digest = file_digest(&files[4]);
    board.set_records(files);
    let (bytes, _) = archive(&board);
    let read = open(&bytes).unwrap();
    assert_eq!(read.record_digest(4).unwrap(), digest);
    assert!(matches!(read.record(4), Err(BoardError::RecordTooLarge { sequence: 4, .. })));
}

#[test]
fn a_board_with_a_gap_or_without_records_is_not_archived() {
    let place = tempfile::tempdir().unwrap();
    let folder = board().write_to(place.path()).unwrap();
    fs::remove_file(folder.record_path(1)).unwrap();
    let refused = |board: &dyn Board| {
        let mut out = Vec::new();
        let refused = write_archive(board, Path::new("x"), &mut out, &mut |_, _, _| {});
        assert!(out.is_empty());
        refused.unwrap_err()
    };
    assert!(matches!(refused(&folder), BoardError::Gap { missing: 1, found: 2, .. }));
    assert!(matches!(refused(&MemoryBoard::new()), BoardError::NotABoard { .. }));
}

#[test]
fn every_cut_and_every_altered_block_between_the_files_is_refused() {
    let (bytes, _) = archive(&board());
    for length in 0..bytes.len() {
        let error = open(&bytes[..length]).unwrap_err();
        assert!(matches!(error, BoardError::NotABoard { .. }), "{length}: {error}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(open(&longer).is_err());
    let contents: Vec<Vec<u8>> =
        board().records().into_iter().chain(ROWS.map(<[u8]>::to_vec)).collect();
    let between = bytes.len() - contents.iter().map(Vec::len).sum::<usize>();
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        refused += usize::from(open(&altered).is_err());
    }
    assert_eq!(refused, between);
}

/// Whole entries as a writer makes them, in orders that it does not.
#[test]
fn entries_out_of_order_twice_or_missing_are_refused() {
    let (bytes, _) = archive(&board());
    let mut entries = Vec::new();
    let mut at = 0;
    while at < bytes.len() - 1024 {
        let length = std::str::from_utf8(&bytes[at + 124..at + 135]).unwrap();
        let length = usize::from_str_radix(length, 8).unwrap().next_multiple_of(512);
        entries.push(&bytes[at..at + 512 + length]);
        at += 512 + length;
    }
    let end = &bytes[at..];
    let made = |order: &[usize]| {
        let entries: Vec<&[u8]> = order.iter().map(|index| entries[*index]).collect();
        open(&[&entries.concat()[..], end].concat()).map(|board| board.extent().unwrap())
    };
    assert_eq!(entries.len(), 7);
    assert_eq!(made(&[0, 1, 2, 3, 4, 5, 6]).unwrap().records, 4);
    let cut = Extent { records: 2, beyond_gap: None };
    assert_eq!(made(&[0, 1, 5]).unwrap(), cut);
    for order in [
        &[][..],
        &[1],
        &[4],
        &[0, 0],
        &[0, 2],
        &[1, 0],
        &[0, 4, 1],
        &[0, 4, 4],
        &[0, 5, 4],
        &[4, 0],
    ] {
        assert!(made(order).is_err(), "{order:?}");
    }
}

#[test]
fn folder_or_archive_is_told_by_looking() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    board().write_to(&path("board.psephos")).unwrap();
    fs::write(path("archive"), archive(&board()).0).unwrap();
    for name in ["board.psephos", "archive"] {
        assert_eq!(open_board(path(name)).unwrap().extent().unwrap().records, 4);
    }
    fs::write(path("thesis.tex"), "a thesis").unwrap();
    fs::write(path("cut"), &archive(&board()).0[..1000]).unwrap();
    let refused = |name: &str| open_board(path(name)).map(drop).unwrap_err().to_string();
    assert!(refused("nothing").contains("no such file"), "{}", refused("nothing"));
    assert!(refused("thesis.tex").contains("no archive of a board"));
    assert!(refused("cut").contains("at byte"), "{}", refused("cut"));
    // Whoever wants to write to it is told what to do.
    let error = FolderBoard::open(path("archive")).unwrap_err().to_string();
    assert!(error.contains("`tar xf`"), "{error}");
}

/// What is written over or cut off while it is read is an error of the storage, and no shorter list.
#[test]
fn an_archive_that_gets_shorter_while_it_is_read_fails() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("archive");
    let (bytes, _) = archive(&board());
    fs::write(&path, &bytes).unwrap();
    let read = ArchiveBoard::open(&path).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(600).unwrap();
    assert!(matches!(read.record(0), Err(BoardError::Io { .. })));
    let root = tree::root(ROWS[1]);
    assert!(read.open_blob(&root).unwrap().read_to_end(&mut Vec::new()).is_err());
}
