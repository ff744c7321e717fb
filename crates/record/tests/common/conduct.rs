//! What every board does, wherever it lies: for the tests of each kind.

use psephos_core::tree;
use psephos_record::board::{
    Appended, Board, BoardError, Extent, Placed, WritableBoard, check_blob,
};
use psephos_record::bodies::Blob;
use psephos_record::message::{Record, SignedMessage, file_digest};

use super::messages::signed;

/// Everything here, each on an empty board that `new` makes.
pub fn check(new: &dyn Fn() -> Box<dyn WritableBoard>) {
    for check in [
        records_follow_each_other,
        a_message_may_build_on_any_earlier_record,
        what_would_spoil_the_board_is_not_appended,
        a_taken_place_stays_as_it_is,
        honest_records_follow_a_broken_one,
        threads_lose_nothing,
        lists_come_back_whole,
        what_is_no_list_is_not_stored,
    ] {
        check(&*new());
    }
}

/// Every record of a board, checked to be a chain.
pub fn chain(board: &dyn Board) -> Vec<Record> {
    let extent = board.extent().unwrap();
    assert_eq!(extent.beyond_gap, None);
    let mut previous = [0; 32];
    let mut records = Vec::new();
    for sequence in 0..extent.records {
        let file = board.record(sequence).unwrap();
        let record = Record::decode(&file).unwrap();
        assert_eq!((record.sequence, record.previous), (sequence, previous));
        record.verify(&record.message().unwrap()).unwrap();
        previous = file_digest(&file);
        records.push(record);
    }
    records
}

fn records_follow_each_other(board: &dyn WritableBoard) {
    assert_eq!(board.extent().unwrap(), Extent { records: 0, beyond_gap: None });
    let mut head = [0; 32];
    let mut sent: Vec<SignedMessage> = Vec::new();
    for counter in 0..5 {
        let message = signed(1, counter, head);
        let appended = board.append(&message).unwrap();
        assert_eq!(appended.sequence, counter);
        assert_eq!(file_digest(&board.record(counter).unwrap()), appended.head);
        head = appended.head;
        sent.push(message);
    }
    let stand: Vec<SignedMessage> = chain(board).into_iter().map(Record::unwrap_message).collect();
    assert_eq!(stand, sent);
    assert!(matches!(board.record(5), Err(BoardError::RecordMissing { sequence: 5, .. })));
}

fn a_message_may_build_on_any_earlier_record(board: &dyn WritableBoard) {
    let first = board.append(&signed(1, 0, [0; 32])).unwrap();
    board.append(&signed(2, 0, first.head)).unwrap();
    board.append(&signed(3, 0, first.head)).unwrap();
    board.append(&signed(4, 0, [0; 32])).unwrap();
    assert_eq!(chain(board).len(), 4);
}

fn what_would_spoil_the_board_is_not_appended(board: &dyn WritableBoard) {
    let message = signed(1, 0, [0; 32]);
    let Appended { head, .. } = board.append(&message).unwrap();
    board.append(&signed(2, 0, head)).unwrap();
    assert!(matches!(board.append(&message), Err(BoardError::AlreadyStands { sequence: 0 })));
    assert!(matches!(
        board.append(&signed(2, 0, head)),
        Err(BoardError::AlreadyStands { sequence: 1 })
    ));
    let foreign = board.append(&signed(1, 1, [5; 32]));
    assert!(matches!(foreign, Err(BoardError::ForeignHead { .. })));
    let mut forged = signed(1, 1, head);
    forged.signature.0[3] ^= 1;
    assert!(matches!(board.append(&forged), Err(BoardError::Refused { .. })));
    let mut cut = signed(1, 1, head);
    cut.message.pop();
    assert!(matches!(board.append(&cut), Err(BoardError::Refused { .. })));
    assert_eq!(chain(board).len(), 2);
}

fn a_taken_place_stays_as_it_is(board: &dyn WritableBoard) {
    assert_eq!(board.create_record(0, b"first").unwrap(), Placed::Here);
    assert_eq!(board.create_record(0, b"second").unwrap(), Placed::Taken);
    assert_eq!(board.record(0).unwrap(), b"first");
}

/// Somebody else's garbage at the end of the log does not stop honest writers.
fn honest_records_follow_a_broken_one(board: &dyn WritableBoard) {
    let first = board.append(&signed(1, 0, [0; 32])).unwrap();
    board.create_record(1, b"garbage").unwrap();
    let third = board.append(&signed(1, 1, first.head)).unwrap();
    assert_eq!(third.sequence, 2);
    let record = Record::decode(&board.record(2).unwrap()).unwrap();
    assert_eq!(record.previous, file_digest(b"garbage"));
}

fn threads_lose_nothing(board: &dyn WritableBoard) {
    std::thread::scope(|scope| {
        for author in 1..=4 {
            scope.spawn(move || {
                for counter in 0..10 {
                    board.append(&signed(author, counter, [0; 32])).unwrap();
                }
            });
        }
    });
    assert_eq!(in_order_of_each_author(&chain(board)), 40);
}

/// Every author's records in the order in which it sent them; how many in all.
pub fn in_order_of_each_author(records: &[Record]) -> usize {
    let mut next = std::collections::BTreeMap::new();
    for record in records {
        let message = record.message().unwrap();
        let expected = next.entry(message.author).or_insert(0);
        assert_eq!(message.counter, *expected);
        *expected += 1;
    }
    records.len()
}

/// Shorter than a chunk of the tree, longer than a part of an upload, and empty.
fn lists_come_back_whole(board: &dyn WritableBoard) {
    for (rows, row_length) in [(0u64, 64u64), (3, 1), (2000, 64), (290_000, 64)] {
        let content: Vec<u8> = (0..rows * row_length).map(|index| (index / 7) as u8).collect();
        let blob = Blob { root: tree::root(&content), rows, row_length };
        assert_eq!(board.blob_length(&blob.root).unwrap(), None);
        let missing = board.open_blob(&blob.root).map(|_| ());
        assert!(matches!(missing, Err(BoardError::BlobMissing { .. })), "{missing:?}");
        for _ in 0..2 {
            assert_eq!(board.put_rows(row_length, &content).unwrap(), blob);
            assert_eq!(board.blob_length(&blob.root).unwrap(), Some(content.len() as u64));
            check_blob(board, &blob).unwrap();
        }
        let mut read = Vec::new();
        board.open_blob(&blob.root).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == content, "{rows} rows of {row_length} bytes");
    }
}

fn what_is_no_list_is_not_stored(board: &dyn WritableBoard) {
    assert!(matches!(
        board.put_rows(4, b"12345"),
        Err(BoardError::BrokenRows { length: 5, row_length: 4 })
    ));
    board.put_blob(4, &mut |_| Err(std::io::ErrorKind::Other.into())).unwrap_err();
    assert_eq!(board.blob_length(&tree::root(b"12345")).unwrap(), None);
}
