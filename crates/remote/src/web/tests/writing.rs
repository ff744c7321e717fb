//! Writing to a board server: records land once, lists arrive whole, and refusals come with the server's words.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use psephos_core::Digest;
use psephos_core::tree::{self, Outline};
use psephos_record::board::{Board, BoardError, MemoryBoard, Placed, WritableBoard};
use psephos_record::bodies::{Ballots, Blob, Body};
use psephos_record::message::{Record, SignedMessage};
use psephos_record::signature::sign;
use serde_json::json;
use tempfile::TempDir;

use super::super::site::Site;
use super::server::{Reply, Request, Server, ranged};
use super::{WebBoard, conduct, impatient, messages};

const PART: usize = 1 << 20;

type Parts = BTreeMap<u64, Vec<u8>>;

/// What a board server does with a request (spec/board-server.md), as far as a client sees it.
#[derive(Default)]
struct Office {
    board: MemoryBoard,
    uploads: Mutex<BTreeMap<Digest, (Outline, Parts)>>,
}

impl Office {
    fn answer(&self, request: &Request) -> Reply {
        let path = request.path.strip_prefix("/town/").unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let digest = |text: &str| -> Digest { hex::decode(text).unwrap().try_into().unwrap() };
        match (request.method.as_str(), &parts[..]) {
            ("PUT", ["records", name]) => self.put_record(sequence(name), &request.body),
            (_, ["records", name]) => match self.board.record(sequence(name)) {
                Ok(file) => ranged(request, file),
                Err(_) => Reply::new(404, ""),
            },
            (_, ["blobs", root]) => match self.board.blob(&digest(root)) {
                Some(bytes) => ranged(request, bytes),
                None => Reply::new(404, ""),
            },
            (_, ["api", "v1", "uploads", root]) => self.begin(&digest(root), &request.body),
            ("PUT", ["api", "v1", "uploads", root, part]) => {
                self.put_part(&digest(root), part.parse().unwrap(), &request.body)
            }
            ("POST", ["api", "v1", "uploads", root, "complete"]) => self.complete(&digest(root)),
            _ => Reply::new(404, ""),
        }
    }

    fn put_record(&self, sequence: u64, file: &[u8]) -> Reply {
        let message = Record::decode(file).ok().and_then(|record| record.message().ok());
        let lists = message.and_then(|message| message.body().ok()).map(|body| body.lists());
        let missing: Vec<String> = lists
            .unwrap_or_default()
            .iter()
            .filter(|list| self.board.blob(&list.blob.root).is_none())
            .map(|list| hex::encode(list.blob.root))
            .collect();
        if !missing.is_empty() {
            return Reply::new(424, json!({ "detail": "lists", "missing": missing }).to_string());
        }
        match self.board.create_record(sequence, file) {
            Ok(Placed::Here) => Reply::new(201, ""),
            _ => Reply::new(412, ""),
        }
    }

    fn begin(&self, root: &Digest, outline: &[u8]) -> Reply {
        let mut uploads = self.uploads.lock().unwrap();
        let outline = Outline::decode(outline).unwrap();
        assert_eq!(outline.root(), *root);
        let (outline, there) = uploads.entry(*root).or_insert((outline, BTreeMap::new()));
        let parts = outline.length().div_ceil(PART as u64);
        let missing: Vec<(u64, u64)> =
            (0..parts).filter(|part| !there.contains_key(part)).map(|part| (part, 1)).collect();
        let progress = json!({ "part_length": PART, "parts": parts, "missing": missing });
        Reply::new(200, progress.to_string())
    }

    fn put_part(&self, root: &Digest, part: u64, bytes: &[u8]) -> Reply {
        let mut uploads = self.uploads.lock().unwrap();
        let (outline, there) = uploads.get_mut(root).unwrap();
        assert_eq!(outline.first_wrong(part * (PART / tree::CHUNK_LENGTH) as u64, bytes), None);
        there.insert(part, bytes.to_vec());
        Reply::new(204, "")
    }

    fn complete(&self, root: &Digest) -> Reply {
        let uploads = self.uploads.lock().unwrap();
        let bytes: Vec<u8> = uploads[root].1.values().flatten().copied().collect();
        if bytes.len() as u64 != uploads[root].0.length() {
            return Reply::new(409, "");
        }
        self.board.set_blob(*root, bytes);
        Reply::new(204, "")
    }
}

fn sequence(name: &str) -> u64 {
    name.strip_suffix(".cbor").unwrap().parse().unwrap()
}

fn open(server: &Server) -> (TempDir, WebBoard) {
    let home = tempfile::tempdir().unwrap();
    let site = Site::patient(&server.url, Duration::from_secs(5)).unwrap();
    let board = WebBoard::writable_at(site, &home.path().join("outgoing")).unwrap();
    (home, impatient(board))
}

/// The office behind a line that lets `spoil` answer first.
fn spoilt(spoil: impl Fn(&Request, &Office) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let office = Office::default();
    Server::start(move |request| spoil(request, &office).unwrap_or_else(|| office.answer(request)))
}

fn good() -> Server {
    spoilt(|_, _| None)
}

/// A list that waits in the spool, and a record that names it.
fn ballots(board: &WebBoard, rows: usize) -> (Blob, SignedMessage) {
    let bytes: Vec<u8> = (0..rows * 64).map(|index| (index / 5) as u8).collect();
    let blob = board.put_rows(64, &bytes).unwrap();
    let body = Body::Ballots(Ballots { box_index: 0, ballots: blob });
    (blob, sign(messages::message(&body, 0, [0; 32]), &messages::key(1)))
}

#[test]
fn it_behaves_like_any_board() {
    let homes = Mutex::new(Vec::new());
    conduct::check(&|| {
        let (home, board) = open(&good());
        homes.lock().unwrap().push(home);
        Box::new(board)
    });
}

#[test]
fn lists_go_up_when_the_record_is_sent() {
    for rows in [0, 1, 16_384, 50_000] {
        let server = good();
        let (home, board) = open(&server);
        let (blob, message) = ballots(&board, rows);
        assert_eq!(board.append(&message).unwrap().sequence, 0);
        let reader = WebBoard::open(&server.url, None).unwrap();
        psephos_record::board::check_blob(&reader, &blob).unwrap();
        let left = std::fs::read_dir(home.path().join("outgoing/blobs")).unwrap().count();
        assert_eq!(left, 0, "what the server has is not kept");
    }
}

#[test]
fn a_spool_that_is_only_being_made_holds_nothing() {
    // By another thread that makes the first list, or before a crash.
    let server = good();
    let (home, board) = open(&server);
    for folder in ["outgoing", "outgoing/blobs"] {
        std::fs::create_dir(home.path().join(folder)).unwrap();
        assert_eq!(board.blob_length(&[7; 32]).unwrap(), None, "{folder}");
    }
    let (_, message) = ballots(&board, 3);
    assert_eq!(board.append(&message).unwrap().sequence, 0);
}

#[test]
fn a_busy_server_gets_every_part_once_it_has_time() {
    let count = AtomicUsize::new(0);
    let server = spoilt(move |request, office| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        if request.method == "HEAD" || number.is_multiple_of(3) {
            return None;
        }
        // Either nothing happened, or all did and only the answer is lost.
        (number % 3 == 1).then(|| office.answer(request));
        Some(Reply::new(503, "").with("Retry-After", 0))
    });
    let (_home, board) = open(&server);
    let (blob, message) = ballots(&board, 50_000);
    assert_eq!(board.append(&message).unwrap().sequence, 0);
    psephos_record::board::check_blob(&WebBoard::open(&server.url, None).unwrap(), &blob).unwrap();
}

#[test]
fn a_part_that_is_lost_is_sent_again() {
    let lost = AtomicUsize::new(0);
    let server = spoilt(move |request, _| {
        let is_second = request.path.ends_with("/1") && request.method == "PUT";
        (is_second && lost.fetch_add(1, Ordering::Relaxed) == 0).then(|| Reply::new(204, ""))
    });
    let (_home, board) = open(&server);
    let (blob, message) = ballots(&board, 50_000);
    board.append(&message).unwrap();
    psephos_record::board::check_blob(&WebBoard::open(&server.url, None).unwrap(), &blob).unwrap();
    assert_eq!(server.asked().iter().filter(|line| line.ends_with("/0")).count(), 1);
}

#[test]
fn refusals_come_with_the_servers_words() {
    let answers = |status: u16, body: &'static str| {
        let server = spoilt(move |request, _| {
            (request.method == "PUT").then(|| Reply::new(status, body).with("Retry-After", 0))
        });
        let (_home, board) = open(&server);
        board.append(&messages::signed(1, 0, [0; 32])).unwrap_err()
    };
    let problem = r#"{"detail":"voting is over","fix":"nothing can be done","check":"phase"}"#;
    let error = answers(422, problem);
    assert!(
        matches!(&error, BoardError::Refused { reason } if reason == "voting is over; nothing can be done")
    );
    assert!(matches!(answers(413, ""), BoardError::Refused { .. }));
    for (status, body, expected) in [
        (404, "", "takes nothing"),
        (405, "<html>", "takes nothing"),
        (401, "", "401"),
        (503, "", "503"),
        (503, problem, "voting is over"),
        (424, r#"{"missing":[]}"#, "424"),
        (424, r#"{"missing":["00"]}"#, "not here"),
    ] {
        let error = answers(status, body);
        let BoardError::Unreachable { reason, .. } = &error else { panic!("{error}") };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_server_that_never_has_enough_is_given_up() {
    let always =
        spoilt(|request, _| request.path.ends_with("complete").then(|| Reply::new(409, "")));
    let (_home, board) = open(&always);
    let (_, message) = ballots(&board, 10);
    let error = board.append(&message).unwrap_err().to_string();
    assert!(error.contains("again and again"), "{error}");
}

#[test]
fn a_board_that_is_read_is_not_written() {
    let server = good();
    let (_home, board) = open(&server);
    board.append(&messages::signed(1, 0, [0; 32])).unwrap();
    let reader = WebBoard::open(&server.url, None).unwrap();
    assert!(matches!(reader.put_rows(1, b"a"), Err(BoardError::Refused { .. })));
    assert!(matches!(reader.create_record(1, b"a"), Err(BoardError::Refused { .. })));
}
