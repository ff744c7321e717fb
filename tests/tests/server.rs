//! The board server as a program: whole rehearsals through it, restarts, refusals, its end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use psephos_core::tree::TreeHasher;
use psephos_record::board::{Board, FolderBoard, MemoryBoard, WritableBoard};
use psephos_record::bodies::{Ballots, Body, Open};
use psephos_record::signature::sign;
use psephos_testkit::{Author, Election, Plan};
use psephos_tests::server::Server;
use psephos_tests::{Outcome, S3, SMALL, SMALL_BALLOTS, copy_board, programs};
use serde_json::{Value, json};

/// A made election as far as it is open, in a folder.
fn open_election(folder: &Path) -> Election {
    let election = Election::opened(Plan::new(3, 2, 5));
    copy_board(&election.board, folder);
    election
}

/// `rehearse` of the small election through a server, with these options and this environment.
fn rehearse(folder: &Path, options: &[&str], environment: &[(&str, String)]) -> Value {
    let (toml, csv) = (folder.join("small.toml"), folder.join("small.csv"));
    fs::write(&toml, SMALL).expect("written");
    fs::write(&csv, SMALL_BALLOTS).expect("written");
    let mut command = programs().command("psephos-authority");
    command.args(["rehearse", "--json", "--board", "http://127.0.0.1:0", "--election"]);
    command.arg(toml).arg("--ballots").arg(csv).args(options);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let report = Outcome::of(command.output().expect("it starts")).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    report
}

#[test]
fn a_rehearsal_through_a_server_is_valid_and_its_store_is_the_board() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("store");
    let report = rehearse(folder.path(), &["--store", &store.display().to_string()], &[]);
    assert_eq!(report["board"], store.display().to_string());
    programs().verifier(&[&store]).exits(0);
    assert!(!store.join(".incoming-uploads").exists(), "uploads lie beside the homes");
}

#[test]
fn a_bad_mix_goes_through_a_server_and_is_found() {
    // The server looks at no proof: those who verify do.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("store").display().to_string();
    let report = rehearse(folder.path(), &["--store", &store, "--fault", "bad-mix:1"], &[]);
    assert_eq!(report["faults"][0]["fault"], "bad-mix:1");
}

#[test]
fn a_rehearsal_on_an_object_store_is_valid() {
    let Some(store) = S3::start() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = store.url("rehearsed");
    let report = rehearse(folder.path(), &["--store", &place], &store.environment());
    assert_eq!(report["board"], place);
}

#[test]
fn an_upload_goes_on_after_the_server_was_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let mut election = open_election(&board);
    let bytes: Vec<u8> = (0..9u32 << 20).map(|place| (place / 5) as u8).collect();
    let ballots = MemoryBoard::new().put_rows(1 << 10, &bytes).expect("a list");
    let body = Body::Ballots(Ballots { box_index: 0, ballots });
    let message = election.message(Author::Intake, &body);
    let offer = sign(message, election.key(Author::Intake)).encode();
    let mut hasher = TreeHasher::new();
    hasher.update(&bytes);
    let (outline, path) =
        (hasher.outline().encode(), format!("/api/v1/uploads/{}", hex::encode(ballots.root)));

    let mut server = Server::start(&[Path::new("--store"), &board]);
    assert_eq!(server.told("PUT", &path, &outline).0, 404);
    let (status, answer) = server.told("POST", "/api/v1/messages", &offer);
    assert_eq!((status, &answer["missing"]), (424, &json!([hex::encode(ballots.root)])));
    let begun = json!({ "part_length": 8 << 20, "parts": 2, "missing": [[0, 2]] });
    assert_eq!(server.told("PUT", &path, &outline), (200, begun));
    assert_eq!(server.ask("PUT", &format!("{path}/1"), &bytes[..1 << 20]).0, 422);
    assert_eq!(server.ask("PUT", &format!("{path}/1"), &bytes[8 << 20..]).0, 204);
    server.kill();

    let server = Server::start(&[Path::new("--store"), &board]);
    assert_eq!(server.told("GET", &path, &[]).1["missing"], json!([[0, 1]]));
    assert_eq!(server.ask("POST", &format!("{path}/complete"), &[]).0, 409);
    assert_eq!(server.ask("PUT", &format!("{path}/0"), &bytes[..8 << 20]).0, 204);
    assert_eq!(server.ask("POST", &format!("{path}/complete"), &[]).0, 204);
    let list = server.ask("GET", &format!("/blobs/{}", hex::encode(ballots.root)), &[]);
    assert!(list.0 == 200 && list.1 == bytes);
    let (status, placed) = server.told("POST", "/api/v1/messages", &offer);
    assert_eq!(status, 201, "{placed}");
    assert_eq!(server.told("POST", "/api/v1/messages", &offer), (200, placed));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_is_refused_leaves_the_board_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let mut election = open_election(&board);
    let server = Server::start(&[Path::new("--store"), &board]);
    let records = FolderBoard::open(&board).and_then(|board| board.extent()).expect("records");
    let mut refuse = |author, altered: bool, check: &str| {
        let message = election.message(author, &Body::Open(Open {}));
        let mut offer = sign(message, election.key(author));
        offer.signature.0[5] ^= u8::from(altered);
        let (status, answer) = server.told("POST", "/api/v1/messages", &offer.encode());
        assert_eq!((status, answer["check"].as_str()), (422, Some(check)), "{answer}");
        assert!(answer["fix"].is_string());
    };
    refuse(Author::Stranger, false, "board.signature");
    refuse(Author::Authority, true, "board.signature");
    refuse(Author::Authority, false, "board.phase");
    let (status, answer) = server.told("POST", "/api/v1/messages", b"nonsense");
    assert_eq!((status, answer["check"].as_str()), (422, Some("encoding.canonical")));
    assert_eq!(server.ask("PUT", "/records/00000000.cbor", b"another").0, 412);
    let after = FolderBoard::open(&board).and_then(|board| board.extent()).expect("records");
    assert_eq!(after, records);
}

#[test]
fn nobody_stops_a_server_by_promising_bodies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let _election = open_election(&board);
    let options = ["--store", &board.display().to_string(), "--per-address", "0"];
    let server = Server::start(&options);
    let promise = |length: usize| {
        let mut stream = server.connect();
        let head = format!(
            "POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nx"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    };
    // As much as the server has room for, and as many requests as it works on.
    let _long: Vec<TcpStream> = (0..8).map(|_| promise(1 << 27)).collect();
    let _many: Vec<TcpStream> = (0..1000).map(|_| promise(600_000)).collect();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(server.ask("POST", "/api/v1/messages", b"nonsense").0, 422);
    assert_eq!(server.ask("GET", "/records/00000000.cbor", &[]).0, 200);
    assert_eq!(server.ask("GET", "/", &[]).0, 200);
}

#[test]
fn a_server_whose_storage_is_gone_says_that_it_cannot_be_used() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let _election = open_election(&board);
    let server = Server::start(&[Path::new("--store"), &board]);
    assert_eq!(server.ask("GET", "/readyz", &[]).0, 200);
    fs::remove_dir_all(&board).expect("removed");
    let begun = Instant::now();
    while server.ask("GET", "/readyz", &[]).0 != 503 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it says that it is ready");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(!board.exists(), "it is not made again");
}

#[test]
fn the_log_leaves_out_what_readers_ask_for_all_the_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut serve = programs().command("psephos-board");
    serve.args(["serve", "--json", "--leash", "--listen", "127.0.0.1:0", "--store"]);
    serve.arg(folder.path().join("board"));
    serve.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = serve.spawn().expect("it starts");
    let mut out = BufReader::new(server.stdout.take().expect("its output"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("where it is");
    for path in ["records/00000000.cbor", "healthz"] {
        let address = said["address"].as_str().expect("an address");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let head = format!("GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("sent");
        stream.read_to_end(&mut Vec::new()).expect("an answer");
    }
    drop(server.stdin.take());
    let output = server.wait_with_output().expect("its end");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("healthz") && !log.contains("records"), "{log}");
}

#[test]
fn a_server_that_is_told_to_end_finishes_what_was_begun() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let mut server = Some(Server::start(&[Path::new("--store"), &board]));
    let (mut begun, id) = server.as_ref().map(|it| (it.connect(), it.id())).expect("a server");
    begun
        .write_all(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
        .expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    let told = Command::new("kill").args(["-TERM", &id.to_string()]).status().expect("kill");
    assert!(told.success());
    std::thread::sleep(Duration::from_millis(300));
    begun.write_all(b"abc").expect("sent");
    let mut answer = String::new();
    begun.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert_eq!(server.take().expect("a server").end(), Some(0));
}

#[test]
fn a_server_that_cannot_begin_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = |path: &Path| path.display().to_string();
    let serve = |options: &[&str]| {
        programs().run("psephos-board", &[&["serve", "--quiet"], options].concat())
    };
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let board = text(&folder.path().join("board"));
    serve(&["--store", &board, "--listen", &address])
        .exits(74)
        .says(&["cannot listen", "--listen"]);

    let letters = folder.path().join("letters");
    fs::create_dir(&letters).expect("made");
    fs::write(letters.join("letter.txt"), "dear").expect("written");
    serve(&["--store", &text(&letters)]).exits(3).says(&["letter.txt"]);
    serve(&["--store", "s3://bucket/board"]).exits(64).says(&["--spool"]);
    serve(&["--store", "ftp://nowhere", "--spool", &board]).exits(64).says(&["ftp://"]);
    let key = text(&letters.join("letter.txt"));
    let tls = ["--store", &board, "--listen", "127.0.0.1:0", "--tls-cert", &key, "--tls-key", &key];
    serve(&tls).exits(74).says(&["PEM"]);
    let absent = text(&letters.join("absent.pem"));
    let tls =
        ["--store", &board, "--listen", "127.0.0.1:0", "--tls-cert", &key, "--tls-key", &absent];
    serve(&tls).exits(74).says(&["absent.pem"]);
    serve(&["--store", &key]).exits(3).says(&["letter.txt", "this is a file"]);
    serve(&["--listen", "8099"]).exits(64).says(&["127.0.0.1:8080"]);
    serve(&["--listen", &address.replace("127.0.0.1", "localhost"), "--store", &board])
        .exits(74)
        .says(&["cannot listen"]);
    serve(&["--connections", "0"]).exits(64).says(&["--connections"]);
    // A folder in which nothing can be written, whoever the server runs as.
    let sealed = folder.path().join("sealed");
    FolderBoard::create(&sealed).expect("a board");
    fs::write(sealed.join("health"), "a file").expect("written");
    serve(&["--store", &text(&sealed), "--listen", "127.0.0.1:0"])
        .exits(74)
        .says(&["the storage cannot be used"]);
    serve(&["--tls-cert", &key]).exits(64);

    let refused = |options: &[&str]| programs().authority(&[&["rehearse"], options].concat());
    refused(&["--board", "https://board.example"]).exits(64).says(&["127.0.0.1:0"]);
    refused(&["--store", &board]).exits(64).says(&["--board http://127.0.0.1:0"]);
}
