//! Reading: what comes is what the server has, however it comes, or an error says what is wrong with the server.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use psephos_core::pairs::pairs;
use psephos_record::board::{
    Board, BoardError, Extent, FolderBoard, WritableBoard, check_blob, record_name, sequence_of,
};
use psephos_record::bodies::Blob;
use rayon::prelude::*;
use tempfile::TempDir;

use super::super::site::Site;
use super::server::{Fault, Reply, Request, Server, publish, ranged};
use super::{WebBoard, conduct, impatient, messages};

/// A folder with some records, and a list of 3 MiB.
fn example(records: u64) -> (TempDir, FolderBoard, Blob) {
    let folder = tempfile::tempdir().unwrap();
    let board = FolderBoard::create(folder.path()).unwrap();
    for counter in 0..records {
        board.append(&messages::signed(1, counter, [0; 32])).unwrap();
    }
    let rows: Vec<u8> = (0..3u32 << 20).map(|index| (index / 3) as u8).collect();
    let blob = board.put_rows(64, &rows).unwrap();
    (folder, board, blob)
}

fn open(server: &Server) -> WebBoard {
    let site = Site::patient(&server.url, Duration::from_millis(300)).unwrap();
    impatient(WebBoard::at(site, None).unwrap())
}

/// The list as it comes.
fn read(board: &WebBoard, blob: &Blob) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    board.open_blob(&blob.root).map_err(std::io::Error::other)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn same(board: &WebBoard, folder: &FolderBoard, blob: &Blob) {
    let length = folder.blob_length(&blob.root).unwrap();
    assert_eq!(board.blob_length(&blob.root).unwrap(), length);
    assert!(read(board, blob).unwrap() == fs::read(folder.blob_path(&blob.root)).unwrap());
    check_blob(board, blob).unwrap();
}

#[test]
fn a_published_folder_is_read() {
    for records in [1, 2, 3, 20] {
        let (_kept, folder, blob) = example(records);
        let server = Server::start(publish(folder.path().to_owned()));
        let board = open(&server);
        assert_eq!(board.extent().unwrap(), Extent { records, beyond_gap: None });
        let chain = conduct::chain(&folder);
        assert!(conduct::chain(&board) == chain);
        same(&board, &folder, &blob);
        assert!(matches!(board.record(records), Err(BoardError::RecordMissing { .. })));
        assert_eq!(board.blob_length(&[5; 32]).unwrap(), None);
        assert!(matches!(board.open_blob(&[5; 32]), Err(BoardError::BlobMissing { .. })));
        assert_eq!(board.place(), server.url);
    }
}

#[test]
fn what_was_read_is_not_asked_for_again() {
    let (_kept, folder, blob) = example(20);
    let server = Server::start(publish(folder.path().to_owned()));
    let board = open(&server);
    let fetched = || server.asked().iter().filter(|line| line.starts_with("GET")).count();
    assert_eq!(board.extent().unwrap().records, 20);
    assert_eq!(fetched(), 20);
    assert_eq!(board.extent().unwrap().records, 20);
    assert_eq!(server.asked(), [format!("HEAD /town/{}", record_name(20))]);
    for lists in [1, 0] {
        conduct::chain(&board);
        same(&board, &folder, &blob);
        assert_eq!(fetched(), lists);
    }
}

#[test]
fn records_that_come_later_are_seen() {
    let (_kept, folder, _) = example(3);
    let server = Server::start(publish(folder.path().to_owned()));
    let board = open(&server);
    assert_eq!(conduct::chain(&board).len(), 3);
    for counter in 3..9 {
        folder.append(&messages::signed(1, counter, [0; 32])).unwrap();
    }
    assert_eq!(conduct::chain(&board).len(), 9);
}

#[test]
fn a_missing_record_is_noticed() {
    for (records, missing) in
        [(9, 1..2), (9, 2..3), (9, 6..7), (9, 7..8), (40, 3..20), (40, 30..39)]
    {
        let (_kept, folder, _) = example(records);
        for sequence in missing.clone() {
            fs::remove_file(folder.record_path(sequence)).unwrap();
        }
        let server = Server::start(publish(folder.path().to_owned()));
        let board = open(&server);
        let found = folder.extent().unwrap();
        assert_eq!(found, Extent { records: missing.start, beyond_gap: Some(missing.end) });
        assert_eq!(board.extent().unwrap(), found, "{missing:?}");
    }
}

#[test]
fn a_cut_line_is_taken_up_where_it_was_cut() {
    let (_kept, folder, blob) = example(2);
    for with_ranges in [true, false] {
        let files = publish(folder.path().to_owned());
        let cuts = AtomicUsize::new(0);
        let server = Server::start(move |request: &Request| {
            let mut reply = files(request);
            if !with_ranges && reply.status == 206 {
                reply = files(&Request { headers: Default::default(), ..copy(request) });
            }
            // Without ranges every try begins at the beginning: it has to come further each time.
            let number = cuts.fetch_add(1, Ordering::Relaxed);
            let after = if with_ranges { 700_000 } else { 700_000 * (number + 1) };
            let is_list = request.path.contains("blobs");
            reply.failing(if is_list { Fault::Cut(after) } else { Fault::None })
        });
        let board = open(&server);
        same(&board, &folder, &blob);
        let lists = server.asked().iter().filter(|line| line.contains("GET /town/blobs")).count();
        assert!(lists > 2, "{lists}");
    }
}

fn copy(request: &Request) -> Request {
    let (method, path) = (request.method.clone(), request.path.clone());
    Request { method, path, headers: request.headers.clone(), body: Vec::new() }
}

/// A server whose answers to the first `times` requests for lists are `reply`, and good ones then.
fn failing_at_first(
    folder: &Path,
    times: usize,
    reply: impl Fn(Reply) -> Reply + Send + Sync + 'static,
) -> Server {
    let files = publish(folder.to_owned());
    let count = AtomicUsize::new(0);
    Server::start(move |request: &Request| {
        let good = files(request);
        let is_list = request.path.contains("blobs") && request.method == "GET";
        if is_list && count.fetch_add(1, Ordering::Relaxed) < times { reply(good) } else { good }
    })
}

#[test]
fn a_server_that_fails_for_a_while_is_waited_for() {
    let (_kept, folder, blob) = example(2);
    let busy = |_| Reply::new(503, "busy").with("Retry-After", 0);
    same(&open(&failing_at_first(folder.path(), 3, busy)), &folder, &blob);
    let stalling = |good: Reply| good.failing(Fault::Stall(10));
    same(&open(&failing_at_first(folder.path(), 2, stalling)), &folder, &blob);
}

#[test]
fn a_server_that_goes_on_failing_is_given_up() {
    let (_kept, folder, blob) = example(2);
    type Answer = fn(Reply) -> Reply;
    let answers: [(Answer, &str); 6] = [
        (|_| Reply::new(500, "no"), "500"),
        (|_| Reply::new(401, "no"), "401"),
        (|good| good.failing(Fault::Stall(0)), "no answer for too long"),
        (|good| good.failing(Fault::Unframed), "does not say how long"),
        (|good| good.with("Content-Encoding", "gzip"), "compresses"),
        (|good| Reply::new(206, good.body).with("Content-Range", "bytes 5-9/10"), "another part"),
    ];
    for (answer, expected) in answers {
        let server = failing_at_first(folder.path(), usize::MAX, answer);
        let begun = Instant::now();
        let error = read(&open(&server), &blob).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{expected}");
    }
}

#[test]
fn a_list_that_changes_while_it_is_read_is_no_list() {
    let (_kept, folder, blob) = example(2);
    let path = folder.blob_path(&blob.root);
    let first = AtomicUsize::new(0);
    let files = publish(folder.path().to_owned());
    let server = Server::start(move |request: &Request| {
        let is_list = request.path.contains("blobs") && request.method == "GET";
        if !is_list || first.fetch_add(1, Ordering::Relaxed) == 0 {
            return files(request).failing(if is_list { Fault::Cut(99) } else { Fault::None });
        }
        ranged(request, fs::read(&path).unwrap()[1..].to_vec())
    });
    let error = read(&open(&server), &blob).unwrap_err().to_string();
    assert!(error.contains("changed while it was read"), "{error}");
}

#[test]
fn other_bytes_are_handed_on_once_and_not_kept() {
    let (_kept, folder, blob) = example(2);
    let spoil = |mut good: Reply| {
        good.body[70_000] ^= 1;
        good
    };
    let server = failing_at_first(folder.path(), 1, spoil);
    let board = open(&server);
    assert!(check_blob(&board, &blob).is_err());
    check_blob(&board, &blob).unwrap();
}

#[test]
fn a_file_without_a_stated_length_ends_where_its_chunks_do() {
    let (_kept, folder, blob) = example(2);
    let server = failing_at_first(folder.path(), 1, |good| good.failing(Fault::Chunked));
    same(&open(&server), &folder, &blob);
}

#[test]
fn an_endless_list_fills_no_disk() {
    let (_kept, folder, blob) = example(2);
    let server = failing_at_first(folder.path(), 1, |good| good.failing(Fault::Endless));
    let mirror = tempfile::tempdir().unwrap();
    let site = Site::patient(&server.url, Duration::from_millis(300)).unwrap();
    let board = impatient(WebBoard::at(site, Some(mirror.path())).unwrap());
    let mut list = board.open_blob(&blob.root).unwrap();
    let mut begin = vec![0; 1 << 20];
    list.read_exact(&mut begin).unwrap();
    assert!(begin.iter().all(|byte| *byte == 7));
    let partial = mirror.path().join(format!(".incoming-{}", hex::encode(blob.root)));
    std::thread::sleep(Duration::from_millis(300));
    assert!(fs::metadata(&partial).unwrap().len() < 40 << 20);
    drop(list);
    std::thread::sleep(Duration::from_millis(300));
    // Nobody reads it any more, and it was no beginning of what the server has now.
    check_blob(&board, &blob).unwrap();
    assert!(!partial.exists());
}

/// A server that has something for fifty million names.
fn endless(folder: &Path, length: usize) -> Server {
    let files = publish(folder.to_owned());
    Server::start(move |request: &Request| {
        let good = files(request);
        let name = request.path.rsplit('/').next().unwrap();
        let is_there = sequence_of(name).is_some_and(|sequence| sequence < 50_000_000);
        if good.status == 200 || !is_there { good } else { Reply::new(200, vec![7; length]) }
    })
}

/// What lies in a folder, in bytes.
fn size(folder: &Path) -> u64 {
    let sizes = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    sizes.map(|entry| entry.metadata().unwrap().len()).sum()
}

#[test]
fn a_log_without_end_fills_no_disk() {
    let (_kept, folder, _) = example(3);
    for (length, most) in [(1_000, 100 * 4_096), (2 << 20, 8 << 20)] {
        let server = endless(folder.path(), length);
        let mirror = tempfile::tempdir().unwrap();
        let site = Site::patient(&server.url, Duration::from_secs(5)).unwrap();
        let board = impatient(WebBoard::at(site, Some(mirror.path())).unwrap());
        board.held().most = most;
        for _ in 0..2 {
            let error = board.extent().unwrap_err();
            assert!(matches!(error, BoardError::NotABoard { .. }), "{error}");
            assert!(error.to_string().contains("none of this log"), "{error}");
        }
        let there = size(&mirror.path().join("records"));
        assert!(there <= most + (9 << 20), "{there}");
        let fetched = server.asked().iter().filter(|line| line.starts_with("GET")).count();
        assert!(fetched < 200, "{fetched}");
    }
}

/// Those that are read past in a folder are read past at a URL.
#[test]
fn broken_records_are_as_in_a_folder() {
    let (_kept, folder, _) = example(30);
    type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);
    let damage: [Damage<'_>; 4] = [
        &|file| file.clear(),
        &|file| file[40] ^= 1,
        &|file| *file = fs::read(folder.record_path(3)).unwrap(),
        &|file| file.resize(3 << 20, 0),
    ];
    for (sequence, damage) in pairs([4, 11, 18, 25], damage) {
        let path = folder.record_path(sequence);
        let mut file = fs::read(&path).unwrap();
        damage(&mut file);
        fs::write(path, file).unwrap();
    }
    let server = Server::start(publish(folder.path().to_owned()));
    let board = open(&server);
    assert_eq!(board.extent().unwrap(), folder.extent().unwrap());
    for sequence in 0..30 {
        assert!(board.record(sequence).unwrap() == folder.record(sequence).unwrap(), "{sequence}");
    }
    assert!(!board.held().is_refused());
    board.held().most = 3 << 20;
    assert!(board.held().is_refused());
}

#[test]
fn redirects_are_followed_on_the_same_kind_of_line_only() {
    let (_kept, folder, blob) = example(2);
    let target = Server::start(publish(folder.path().to_owned()));
    let root = target.url.clone();
    let moved = Server::start(move |request: &Request| {
        Reply::new(302, "").with("Location", request.path.replace("/town", &root))
    });
    same(&open(&moved), &folder, &blob);

    let refused = |location: fn(&Request) -> String| {
        let server =
            Server::start(move |request| Reply::new(302, "").with("Location", location(request)));
        WebBoard::open(&server.url, None).unwrap_err().to_string()
    };
    let error = refused(|request| format!("https://127.0.0.1:1{}", request.path));
    assert!(error.contains("redirects to https://127.0.0.1:1/"), "{error}");
    let error = refused(|request| format!("{}x", request.path));
    assert!(error.contains("again and again"), "{error}");
}

#[test]
fn a_place_without_a_board_is_told_from_one_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(publish(folder.path().to_owned()));
    let error = WebBoard::open(&server.url, None).unwrap_err();
    assert!(matches!(error, BoardError::NotABoard { .. }), "{error}");
    let error = WebBoard::open("http://127.0.0.1:9/none", None).unwrap_err();
    assert!(matches!(error, BoardError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("is the server running?"), "{error}");
    for url in ["http://", "https://example/?a=1", "http://exa mple/"] {
        let error = WebBoard::open(url, None).unwrap_err();
        assert!(matches!(error, BoardError::NotABoard { .. }), "{url}: {error}");
    }
}

/// Some servers answer every name with a page.
#[test]
fn a_server_that_has_everything_has_no_board() {
    let server = Server::start(|_| Reply::new(200, "<html>Welcome"));
    let error = open(&server).extent().unwrap_err().to_string();
    assert!(error.contains("answer 404"), "{error}");
}

#[test]
fn a_server_need_not_know_head() {
    let (_kept, folder, blob) = example(5);
    folder.put_rows(1, b"").unwrap();
    let files = publish(folder.path().to_owned());
    let server = Server::start(move |request: &Request| match request.method.as_str() {
        "HEAD" => Reply::new(405, ""),
        _ => files(request),
    });
    let board = open(&server);
    assert_eq!(conduct::chain(&board).len(), 5);
    same(&board, &folder, &blob);
    let empty = psephos_core::tree::root(b"");
    assert_eq!(board.blob_length(&empty).unwrap(), Some(0));
    check_blob(&board, &Blob { root: empty, rows: 0, row_length: 1 }).unwrap();
}

#[test]
fn a_mirror_is_a_board_and_goes_on_after_a_cut() {
    let (_kept, folder, blob) = example(5);
    let place = tempfile::tempdir().unwrap();
    let mirror = place.path().join("mirror");
    let server =
        failing_at_first(folder.path(), usize::MAX, |good| good.failing(Fault::Stall(2 << 20)));
    let at = |server: &Server| {
        let site = Site::patient(&server.url, Duration::from_millis(200)).unwrap();
        let mut board = impatient(WebBoard::at(site, Some(&mirror)).unwrap());
        board.reading.tries = 0;
        board
    };
    let board = at(&server);
    conduct::chain(&board);
    read(&board, &blob).unwrap_err();
    let error = WebBoard::open(&server.url, Some(&mirror)).unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    drop(board);

    let asked = Server::start(publish(folder.path().to_owned()));
    same(&at(&asked), &folder, &blob);
    let copy = FolderBoard::open(&mirror).unwrap();
    assert_eq!(conduct::chain(&copy).len(), 5);
    check_blob(&copy, &blob).unwrap();
    let asked_again = at(&asked);
    asked.asked();
    assert_eq!(conduct::chain(&asked_again).len(), 5);
    same(&asked_again, &folder, &blob);
    assert!(asked.asked().iter().all(|line| !line.starts_with("GET")));
}

/// All threads of the pool wait for lists at the same time, as in an audit.
#[test]
fn lists_come_while_every_thread_waits() {
    let (_kept, folder, _) = example(1);
    let list = |seed: u8| {
        let rows: Vec<u8> = (0..2u32 << 20).map(|index| (index / 3) as u8 ^ seed).collect();
        folder.put_rows(64, &rows).unwrap()
    };
    let lists: Vec<Blob> = (0..16).map(list).collect();
    let server = Server::start(publish(folder.path().to_owned()));
    let board = open(&server);
    lists.par_iter().for_each(|blob| check_blob(&board, blob).unwrap());
}

/// Two that read the same list at the same time share one download.
#[test]
fn readers_share_a_download() {
    let (_kept, folder, blob) = example(2);
    let server = Server::start(publish(folder.path().to_owned()));
    let board = open(&server);
    server.asked();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| check_blob(&board, &blob).unwrap());
        }
    });
    assert_eq!(server.asked().iter().filter(|line| line.starts_with("GET")).count(), 1);
}
