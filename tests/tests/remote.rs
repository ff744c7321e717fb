//! Boards at URLs: whatever is said of a board in a folder is said of it where any web server publishes it.

#[path = "../../crates/remote/src/web/tests/server.rs"]
#[expect(dead_code, reason = "the tests of the reader use all of it")]
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use psephos_record::board::FolderBoard;
use psephos_tests::disk::Disk;
use psephos_tests::server::Server as BoardServer;
use psephos_tests::{Outcome, Programs, copy_board, networked_verifier, programs, root};
use server::{Reply, Server, publish};

fn board(case: &str) -> PathBuf {
    root().join("fixtures").join(case).join("board")
}

fn published(case: &str) -> Server {
    Server::start(publish(board(case)))
}

fn networked(arguments: &[&str]) -> Outcome {
    let mut command = networked_verifier();
    Outcome::of(command.args(arguments).output().expect("the program starts"))
}

/// The programs as they are without the feature.
fn plain() -> &'static Programs {
    networked_verifier();
    programs()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn a_published_board_has_the_report_of_its_folder() {
    for case in [
        "valid/honest",
        "valid/files-that-no-record-names",
        "valid/junk-after-the-seal",
        "invalid/mix.proof-bit-of-a-response",
        "invalid/board.blob-mix",
        "invalid/board.blob-byte-missing",
        "invalid/board.blob-missing-shares",
        "invalid/board.chain-file-missing",
        "invalid/board.chain-bit-of-a-record",
    ] {
        let folder = board(case);
        let said = plain().verifier(&[text(&folder), "--json"]);
        let server = published(case);
        let over = networked(&[&server.url, "--json"]);
        assert_eq!(over.code, said.code, "{case}: {}", over.err);
        assert_eq!(over.out.replace(&server.url, text(&folder)), said.out, "{case}");
    }
}

#[test]
fn a_mirror_is_a_copy_that_needs_no_network() {
    let server = published("valid/honest");
    let place = tempfile::tempdir().expect("a folder");
    let mirror = place.path().join("mirror");
    let first = networked(&[&server.url, "--json", "--mirror", text(&mirror)]).exits(0);
    let fetches = |asked: Vec<String>| asked.iter().filter(|line| line.starts_with("GET")).count();
    assert!(fetches(server.asked()) > 0);
    let again = networked(&[&server.url, "--json", "--mirror", text(&mirror)]).exits(0);
    assert_eq!((fetches(server.asked()), &again.out), (0, &first.out));
    let offline = plain().verifier(&[text(&mirror), "--json"]).exits(0);
    assert_eq!(offline.out, first.out);
    let outcome = networked(&[text(&mirror), "--mirror", text(&place.path().join("another"))]);
    outcome.exits(64).says(&["a mirror is made of a URL's board"]);
    let outcome = networked(&["s3://boards/x", "--mirror", text(&place.path().join("another"))]);
    outcome.exits(64).says(&["http:// and https:// only", "s3://boards/x"]);
}

/// A server that is asked for more than the disk can take is not let fill it.
#[test]
fn some_of_the_disk_is_left() {
    let server = published("valid/honest");
    let place = tempfile::tempdir().expect("a folder");
    let audit = |mirror: &Path| {
        let mut command = networked_verifier();
        command.args([server.url.as_str(), "--json", "--mirror"]).arg(mirror);
        Outcome::of(command.output().expect("the program starts"))
    };
    let Some(disk) = Disk::mount(place.path()) else { return };
    disk.fill(300);
    let outcome = audit(&place.path().join("mirror")).exits(74);
    outcome.says(&["the disk would be full", "free some space"]);
    disk.free();
    audit(&place.path().join("mirror")).exits(0);
}

/// A server with a certificate that only its owner trusts, and one without.
#[test]
fn what_is_wrong_with_a_line_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args([
            "-days",
            "30",
            "-subj",
            "/CN=a town of its own",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", text(&key)])
        .args(["-out", text(&cert)])
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        println!("skipped: there is no openssl that makes a certificate");
        return;
    }
    let store = folder.path().join("store");
    copy_board(&FolderBoard::open(board("valid/honest")).expect("a board"), &store);
    networked_verifier();
    let tls = ["--store", text(&store), "--tls-cert", text(&cert), "--tls-key", text(&key)];
    let server = BoardServer::start(&tls);
    let url = format!("https://{}", server.address);
    networked(&[&url]).exits(74).says(&["UnknownIssuer", "SSL_CERT_FILE"]);
    let mut trusting = networked_verifier();
    trusting.args([&url, "--quiet"]).env("SSL_CERT_FILE", &cert);
    Outcome::of(trusting.output().expect("the program starts")).exits(0);
    networked(&[&server.url()]).exits(74).says(&["Give https://"]);
    let plain = BoardServer::start(&["--store", text(&store)]);
    networked(&[&format!("https://{}", plain.address)]).exits(74).says(&["give http://"]);
}

#[test]
fn the_other_commands_take_urls() {
    let (server, folder) = (published("valid/honest"), board("valid/honest"));
    let both = |arguments: &dyn Fn(&str) -> Vec<String>| {
        let run = |place: &str| {
            let arguments = arguments(place);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            networked(&arguments).exits(0).out
        };
        assert_eq!(run(&server.url), run(text(&folder)));
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    both(&|place| words(&["show", place, "3", "--json"]));
    both(&|place| words(&["compare", place, text(&folder), "--json"]));
    both(&|place| words(&["compare", text(&folder), place, "--json"]));
    let place = tempfile::tempdir().expect("a folder");
    let results = |name: &str| place.path().join(name);
    for (from, to) in [(server.url.as_str(), "over"), (text(&folder), "here")] {
        networked(&["export", from, text(&results(to))]).exits(0);
        let archive = results(to).with_extension("psephos");
        plain().authority(&["export", from, "-o", text(&archive)]).exits(0);
    }
    let read = |path: PathBuf| fs::read(path).expect("written");
    for name in ["over", "here"] {
        assert!(results(name).is_dir());
    }
    assert!(read(results("over.psephos")) == read(results("here.psephos")));
}

#[test]
fn without_the_network_a_url_is_refused_with_the_command_that_helps() {
    for url in ["https://board.example/town", "s3://bucket/town"] {
        for arguments in
            [&[url][..], &["show", url, "0"], &["compare", text(&board("valid/honest")), url]]
        {
            let outcome = plain().verifier(arguments).exits(64);
            outcome.says(&["no network", url, "--features network"]);
        }
    }
}

#[test]
fn what_is_wrong_with_a_place_is_said() {
    let empty = tempfile::tempdir().expect("a folder");
    let server = Server::start(publish(empty.path().to_owned()));
    networked(&[&server.url]).exits(3).says(&["records/00000000.cbor", &server.url]);
    let refused = networked(&["http://127.0.0.1:9/town"]).exits(74);
    refused.says(&["cannot reach the board", "is the server running?"]);
    networked(&["ftp://127.0.0.1/town"]).exits(3).says(&["no object store", "https://"]);
    let broken = Server::start(|_| Reply::new(401, ""));
    networked(&[&broken.url]).exits(74).says(&["401"]);
}
