//! Clients that are slow, huge or many, over real connections.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::folder;
use psephos_board_server::{App, Limits, Listening, Rooms, Settings, serve};
use psephos_record::board::{MemoryBoard, WritableBoard};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A server on a port of its own, which ends when it is dropped.
struct Live {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    _spool: tempfile::TempDir,
}

impl Live {
    fn start(board: MemoryBoard, limits: Limits) -> Live {
        let spool = folder();
        let app = App::new(Arc::new(board), spool.path().to_owned(), None, limits).unwrap();
        let listening = Listening::at("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listening.address();
        let (end, ended) = oneshot::channel();
        let thread = thread::spawn(move || {
            let settings = Settings { listening, certificate: None };
            let ended = async {
                let _ = ended.await;
            };
            Runtime::new().unwrap().block_on(serve(app, settings, ended)).unwrap();
        });
        Live { address, end: Some(end), thread: Some(thread), _spool: spool }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// A connection from another address of this machine.
    fn connect_elsewhere(&self) -> TcpStream {
        let connected = Runtime::new().unwrap().block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            socket.connect(self.address).await.unwrap().into_std().unwrap()
        });
        connected.set_nonblocking(false).unwrap();
        connected.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connected
    }

    /// Ends the server and waits for that.
    fn end(&mut self) {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Short times, so that a test does not take long.
fn hasty() -> Limits {
    Limits {
        head: Duration::from_millis(300),
        stall: Duration::from_millis(400),
        ..Limits::default()
    }
}

/// Everything that comes until the other side ends; what was cut off counts.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let live = Live::start(MemoryBoard::new(), hasty());
    for begun in [&b""[..], b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = live.connect();
        stream.write_all(begun).unwrap();
        let started = Instant::now();
        let answer = rest(&mut stream);
        assert!(!answer.contains("200 OK"), "{answer}");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

#[test]
fn a_connection_that_is_idle_is_ended() {
    let live = Live::start(MemoryBoard::new(), hasty());
    let mut stream = live.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let started = Instant::now();
    assert!(rest(&mut stream).contains("200 OK"));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let live = Live::start(MemoryBoard::new(), hasty());
    let mut stream = live.connect();
    stream
        .write_all(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        .unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 408"));
    // One byte at a time is too slow as well.
    let mut stream = live.connect();
    stream
        .write_all(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        .unwrap();
    let started = Instant::now();
    for _ in 0..100 {
        if stream.write_all(b"x").is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(rest(&mut stream).starts_with("HTTP/1.1 408"));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_huge_body_is_refused_before_it_comes() {
    let live = Live::start(MemoryBoard::new(), hasty());
    for (method, path, length, status) in [
        ("POST", "/api/v1/messages", "1000000000000", "413"),
        ("PUT", "/records/00000000.cbor", "99999999999999999999", "411"),
        ("POST", "/api/v1/messages", "134217729", "413"),
    ] {
        let mut stream = live.connect();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let answer = rest(&mut stream);
        // A length that no computer has may be refused by the reading of the head already.
        let refused = [format!("HTTP/1.1 {status}"), "HTTP/1.1 400".to_owned()];
        assert!(refused.iter().any(|line| answer.starts_with(line)), "{length}: {answer}");
    }
    let mut stream = live.connect();
    let endless =
        b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(endless).unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 411"));
    let mut stream = live.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").unwrap();
    for _ in 0..4096 {
        if stream.write_all(b"X-Long: 0123456789012345678901234567890123456789\r\n").is_err() {
            break;
        }
    }
    assert!(!rest(&mut stream).contains("200 OK"));
}

fn post(path: &str, length: usize) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
}

#[test]
fn bodies_share_a_bounded_memory_as_they_come() {
    let rooms = Rooms { messages: 1 << 20, ..Limits::default().rooms };
    let live =
        Live::start(MemoryBoard::new(), Limits { rooms, stall: Duration::from_secs(2), ..hasty() });
    let head = post("/api/v1/messages", 300_000);
    // What is only announced takes no room.
    let mut announced: Vec<TcpStream> = (0..5).map(|_| live.connect()).collect();
    for stream in &mut announced {
        stream.write_all(head.as_bytes()).unwrap();
    }
    let mut first = live.connect();
    first.write_all(head.as_bytes()).unwrap();
    first.write_all(&vec![0; 1 << 18]).unwrap();
    thread::sleep(Duration::from_millis(200));
    // One address has a quarter of the room, and everybody has the rest.
    let mut second = live.connect();
    second.write_all(head.as_bytes()).unwrap();
    second.write_all(b"x").unwrap();
    let answer = rest(&mut second);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after"), "{answer}");
    let mut other = live.connect_elsewhere();
    other.write_all(post("/api/v1/messages", 200_000).as_bytes()).unwrap();
    other.write_all(&vec![0; 200_000]).unwrap();
    assert!(rest(&mut other).starts_with("HTTP/1.1 422"));
    drop(first);
    thread::sleep(Duration::from_millis(200));
    let mut third = live.connect();
    third.write_all(post("/api/v1/messages", 3).as_bytes()).unwrap();
    third.write_all(b"abc").unwrap();
    assert!(rest(&mut third).starts_with("HTTP/1.1 422"), "the room is free again");
}

#[test]
fn who_began_fast_and_is_slow_now_is_not_waited_for() {
    let live = Live::start(MemoryBoard::new(), hasty());
    let mut stream = live.connect();
    stream.write_all(post("/api/v1/messages", 1 << 27).as_bytes()).unwrap();
    stream.write_all(&vec![0; 4 << 20]).unwrap();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(10) && stream.write_all(b"x").is_ok() {
        thread::sleep(Duration::from_millis(100));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn slow_bodies_keep_nobody_else_waiting() {
    let limits = Limits { requests: 4, stall: Duration::from_secs(20), ..Limits::default() };
    let live = Live::start(MemoryBoard::new(), limits);
    let slow: Vec<TcpStream> = (0..40)
        .map(|number| {
            let path = ["/api/v1/messages", "/records/00000000.cbor"][number % 2];
            let mut stream = live.connect();
            stream.write_all(post(path, 600_000).as_bytes()).unwrap();
            stream.write_all(b"x").unwrap();
            stream
        })
        .collect();
    thread::sleep(Duration::from_millis(200));
    for (asked, status) in [
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(), 200),
        (
            "GET /records/00000000.cbor HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                .to_owned(),
            404,
        ),
        (post("/api/v1/messages", 3).replace("Host", "Connection: close\r\nHost") + "abc", 422),
    ] {
        let mut stream = live.connect();
        stream.write_all(asked.as_bytes()).unwrap();
        let answer = rest(&mut stream);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{asked}: {answer}");
    }
    drop(slow);
}

#[test]
fn one_address_has_so_many_connections_and_others_come_after_them() {
    let limits = Limits { connections_per_address: 3, ..hasty() };
    let live = Live::start(MemoryBoard::new(), limits);
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let held: Vec<TcpStream> = (0..3).map(|_| live.connect()).collect();
    thread::sleep(Duration::from_millis(100));
    let mut refused = live.connect();
    let _ = refused.write_all(ask);
    assert!(!rest(&mut refused).contains("200 OK"));
    drop(held);
    thread::sleep(Duration::from_millis(200));
    let mut served = live.connect();
    served.write_all(ask).unwrap();
    assert!(rest(&mut served).contains("200 OK"));
}

#[test]
fn whoever_takes_nothing_of_an_answer_is_let_go() {
    let board = MemoryBoard::new();
    let blob = board.put_rows(1 << 20, &vec![7; 64 << 20]).unwrap();
    let live = Live::start(board, hasty());
    let mut stream = live.connect();
    let path = format!("/blobs/{}", hex::encode(blob.root));
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    thread::sleep(Duration::from_secs(2));
    // What was on its way comes, and then the connection ends.
    let taken = rest(&mut stream).len();
    assert!(taken < 64 << 20, "{taken}");
}

#[test]
fn whoever_takes_an_answer_too_slowly_is_let_go() {
    let board = MemoryBoard::new();
    let blob = board.put_rows(1 << 20, &vec![7; 64 << 20]).unwrap();
    let live = Live::start(board, hasty());
    let mut stream = live.connect();
    let path = format!("/blobs/{}", hex::encode(blob.root));
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    // What the two systems hold for each other is soon full; then nothing but this is taken.
    let started = Instant::now();
    let mut piece = [0; 512];
    while started.elapsed() < Duration::from_secs(4) {
        stream.read_exact(&mut piece).unwrap();
        thread::sleep(Duration::from_millis(100));
    }
    let taken = rest(&mut stream).len();
    assert!(taken < 60 << 20, "{taken}");
}

#[test]
fn what_was_begun_is_finished_and_nothing_new_is_taken() {
    let mut live = Live::start(MemoryBoard::new(), Limits::default());
    let mut begun = live.connect();
    begun
        .write_all(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
        .unwrap();
    let mut follower = live.connect();
    follower.write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    thread::sleep(Duration::from_millis(300));
    let address = live.address;
    let ending = thread::spawn(move || live.end());
    thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(address).is_err(), "nobody new is let in");
    begun.write_all(b"abc").unwrap();
    assert!(rest(&mut begun).starts_with("HTTP/1.1 422"));
    assert!(rest(&mut follower).contains("retry: 2000"), "followers are let go");
    ending.join().unwrap();
}

#[test]
fn events_come_to_all_who_follow() {
    let limits = Limits { look: Duration::from_millis(20), ..Limits::default() };
    let election = psephos_testkit::Election::enrolled(psephos_testkit::Plan::new(3, 2, 5));
    let live = Live::start(election.board.clone(), limits);
    let followers: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = live.connect();
            let head = b"GET /api/v1/events?from=0 HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0\r\n\r\n";
            stream.write_all(head).unwrap();
            stream
        })
        .collect();
    for mut follower in followers {
        let mut seen = String::new();
        let mut piece = [0; 4096];
        while !seen.contains("id: 3\n") {
            let count = follower.read(&mut piece).unwrap();
            assert!(count > 0, "{seen}");
            seen.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
        assert!(!seen.contains("id: 0\n") && seen.contains("id: 1\n"), "{seen}");
    }
}
