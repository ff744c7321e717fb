//! Boards in object stores: they behave like any other, and of many writers one wins each place.

#[path = "../../record/tests/common/conduct.rs"]
mod conduct;
#[path = "../../record/tests/common/messages.rs"]
mod messages;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use psephos_record::board::{
    Board, BoardError, Extent, Placed, WritableBoard, blob_name, check_blob, record_name,
};
use psephos_remote::object::{Atomicity, Store, atomicity};
use psephos_remote::{Files, FolderFiles};

fn in_memory() -> (Arc<dyn ObjectStore>, Store) {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    (store.clone(), Store::new(store, "town/2026", "memory".into()))
}

/// What a test does to a store directly.
fn put(store: &Arc<dyn ObjectStore>, name: &str, bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let path = Path::from(format!("town/2026/{name}"));
    runtime.block_on(store.put(&path, bytes.to_vec().into())).unwrap();
}

fn remove(store: &Arc<dyn ObjectStore>, name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.delete(&Path::from(format!("town/2026/{name}")))).unwrap();
}

#[test]
fn it_behaves_like_any_board() {
    conduct::check(&|| Box::new(in_memory().1.board()));
    conduct::check(&|| Box::new(in_memory().1.alone().board()));
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn ObjectStore> =
        Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
    let number = AtomicUsize::new(0);
    conduct::check(&|| {
        let prefix = number.fetch_add(1, Ordering::Relaxed).to_string();
        Box::new(Store::new(store.clone(), &prefix, "a store in a folder".into()).board())
    });
}

/// Each with a view of its own, as on machines of their own.
#[test]
fn of_many_writers_none_loses_anything() {
    let (_, store) = in_memory();
    let stand = thread::scope(|scope| {
        let write = |author: u8| {
            let board = store.board();
            scope.spawn(move || {
                for counter in 0..12 {
                    board.append(&messages::signed(author, counter, [0; 32])).unwrap();
                }
            })
        };
        let writers: Vec<_> = (1..=6).map(write).collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        conduct::in_order_of_each_author(&conduct::chain(&store.board()))
    });
    assert_eq!(stand, 72);
}

#[test]
fn the_same_record_twice_is_one_record() {
    let board = in_memory().1.board();
    assert_eq!(board.create_record(0, b"mine").unwrap(), Placed::Here);
    assert_eq!(board.create_record(0, b"mine").unwrap(), Placed::Here);
    assert_eq!(board.create_record(0, b"yours").unwrap(), Placed::Taken);
    assert!(matches!(board.create_record(100_000_000, b""), Err(BoardError::Full { .. })));
}

#[test]
fn gaps_are_seen_and_other_objects_ignored() {
    let (store, place) = in_memory();
    for name in [record_name(0), record_name(1), record_name(3)] {
        put(&store, &name, b"record");
    }
    for name in
        ["records/1.cbor", "records/00000002.cbor.tmp", "records/deep/00000002.cbor", "notes"]
    {
        put(&store, name, b"something else");
    }
    let board = place.board();
    assert_eq!(board.extent().unwrap(), Extent { records: 2, beyond_gap: Some(3) });
    assert_eq!(board.extent().unwrap(), Extent { records: 2, beyond_gap: Some(3) });
    put(&store, &record_name(2), b"record");
    assert_eq!(board.extent().unwrap(), Extent { records: 4, beyond_gap: None });
    remove(&store, &record_name(0));
    assert_eq!(place.board().extent().unwrap(), Extent { records: 0, beyond_gap: Some(1) });
}

#[test]
fn a_damaged_list_is_replaced() {
    let (store, place) = in_memory();
    let board = place.board();
    let blob = board.put_rows(3, b"abcdef").unwrap();
    for damaged in [&b"abcdeX"[..], b"abc", b""] {
        put(&store, &blob_name(&blob.root), damaged);
        assert!(check_blob(&board, &blob).is_err());
        board.put_rows(3, b"abcdef").unwrap();
        check_blob(&board, &blob).unwrap();
    }
}

/// As a server does that answers requests on a runtime of its own.
#[test]
fn it_waits_within_blocking_work_of_another_runtime() {
    let (_, store) = in_memory();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let blob = runtime.block_on(async {
        let write = move || store.board().put_rows(1, b"abc").unwrap();
        tokio::task::spawn_blocking(write).await.unwrap()
    });
    assert_eq!(blob.rows, 3);
}

fn files_behave(files: &dyn Files) {
    assert_eq!(files.list("journal").unwrap(), Vec::<String>::new());
    assert_eq!(files.create("journal/b", b"one").unwrap(), Placed::Here);
    assert_eq!(files.create("journal/b", b"two").unwrap(), Placed::Taken);
    assert_eq!(files.create("journal/a", b"").unwrap(), Placed::Here);
    assert_eq!(files.create("journal/deep/c", b"").unwrap(), Placed::Here);
    assert_eq!(files.read("journal/b").unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(files.list("journal").unwrap(), ["journal/a", "journal/b"]);
    files.remove("journal/b").unwrap();
    files.remove("journal/b").unwrap();
    assert_eq!(files.read("journal/b").unwrap(), None);
    assert_eq!(files.create("journal/b", b"two").unwrap(), Placed::Here);
}

fn one_of_many_creates(files: &dyn Files) {
    let here: usize = thread::scope(|scope| {
        let write = |text: u8| scope.spawn(move || files.create("one", &[text]).unwrap());
        let writers: Vec<_> = (0..8).map(write).collect();
        writers.into_iter().map(|writer| usize::from(writer.join().unwrap() == Placed::Here)).sum()
    });
    assert_eq!(here, 1);
}

#[test]
fn files_in_a_store_and_in_a_folder_behave_alike() {
    let folder = tempfile::tempdir().unwrap();
    let (_, store) = in_memory();
    let beside: [&dyn Files; 3] = [
        &FolderFiles::new(folder.path().join("new")),
        &store.files(),
        &in_memory().1.alone().files(),
    ];
    for files in beside {
        files_behave(files);
        one_of_many_creates(files);
    }
}

/// A store that forgets the condition, as old ones do.
struct Forgetful(psephos_remote::object::ObjectFiles);

impl Files for Forgetful {
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, psephos_remote::FilesError> {
        self.0.remove(name)?;
        self.0.create(name, bytes)
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, psephos_remote::FilesError> {
        self.0.read(name)
    }
    fn list(&self, folder: &str) -> Result<Vec<String>, psephos_remote::FilesError> {
        self.0.list(folder)
    }
    fn remove(&self, name: &str) -> Result<(), psephos_remote::FilesError> {
        self.0.remove(name)
    }
}

#[test]
fn what_a_store_can_do_is_tried_out() {
    let (_, store) = in_memory();
    assert_eq!(atomicity(&store.files()).unwrap(), Atomicity::Refused);
    assert_eq!(store.files().list("probe").unwrap(), Vec::<String>::new());
    assert_eq!(atomicity(&Forgetful(store.files())).unwrap(), Atomicity::Overwritten);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(atomicity(&FolderFiles::new(folder.path().into())).unwrap(), Atomicity::Refused);
}

#[test]
fn only_stores_are_opened_as_stores() {
    let error = psephos_remote::object::open("ftp://example/board").unwrap_err();
    assert!(error.line().contains("ftp://"), "{error}");
    assert!(psephos_remote::object::open("s3://").is_err());
    let store = psephos_remote::object::open("s3://bucket/town/2026").unwrap();
    assert_eq!(store.board().place(), "s3://bucket/town/2026");
}
