//! The public page of a board: in a real browser from the first record to the last, and as a file.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use psephos_tests::server::Server;
use psephos_tests::{Outcome, json, programs, root};

/// How long an election may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names under which systems have the browser.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program on the path.
fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let candidates = env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

/// The browser, what runs the script, and the folder with its modules; says so where one is missing.
fn browser() -> Option<[PathBuf; 3]> {
    let given = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
    let browser = given("PSEPHOS_CHROMIUM").or_else(|| find(&BROWSERS));
    let modules = given("PSEPHOS_NODE_MODULES")
        .or_else(|| Some(root().join("tests/browser/node_modules")).filter(|path| path.is_dir()));
    let all = [browser, find(&["node"]), modules];
    if let [Some(browser), Some(node), Some(modules)] = all {
        return Some([browser, node, modules]);
    }
    println!(
        "skipped: this takes a Chromium, node, and `npm install` in tests/browser (or PSEPHOS_CHROMIUM and \
         PSEPHOS_NODE_MODULES)"
    );
    None
}

#[test]
fn a_whole_election_is_watched_in_a_browser() {
    let Some([chromium, node, modules]) = browser() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (board, pictures) = (folder.path().join("board"), folder.path().join("pictures"));
    let pictures = env::var_os("PSEPHOS_PICTURES").map_or(pictures, PathBuf::from);
    fs::create_dir_all(&pictures).expect("made");
    let mut watch = Command::new(node);
    watch.arg(root().join("tests/browser/watch.mjs")).args([&chromium, &modules, &pictures]);
    watch.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut watching = Running(watch.spawn().expect("node starts"));
    let mut out = BufReader::new(watching.0.stdout.take().expect("what it has seen"));
    let mut ready = String::new();
    out.read_line(&mut ready).expect("a line");
    assert_eq!(ready, "ready\n");
    // The election goes through a server of its own; the page is another one's, on the same store.
    let mut rehearse = programs().command("psephos-authority");
    rehearse.args([
        "rehearse",
        "--board",
        "http://127.0.0.1:0",
        "--store",
        text(&board),
        "--quiet",
    ]);
    let mut election = Running(rehearse.stdout(Stdio::null()).spawn().expect("it starts"));
    let begun = Instant::now();
    while !board.join("records").is_dir() {
        assert!(begun.elapsed() < PATIENCE, "the election does not begin");
        thread::sleep(Duration::from_millis(20));
    }
    let server = Server::start(&["--store", text(&board)]);
    let mut input = watching.0.stdin.take().expect("an input");
    writeln!(input, "{}", server.url()).expect("it listens");
    assert!(election.0.wait().expect("its end").success(), "the rehearsal fails");
    let seen = json(&std::io::read_to_string(out).expect("text"));
    assert_eq!(seen["wrong"], serde_json::json!([]), "{seen:#}");
    for view in ["desk", "phone"] {
        let steps = seen["seen"][view].as_array().expect("steps");
        assert_eq!(steps.last().expect("one"), "The election is over", "{view}");
        assert!(steps.len() >= 4, "{view}: it was not followed: {steps:?}");
    }
}

#[test]
fn the_page_is_a_file_too_and_shows_witnesses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    let election = root().join("fixtures/valid/witnessed");
    let board = election.join("board");
    let write = |more: &[&str]| {
        let page = ["page", "--store", text(&board), "--output", text(&site)];
        programs().run("psephos-board", &[&page[..], more].concat())
    };
    write(&[]).exits(0);
    let page = fs::read_to_string(site.join("index.html")).expect("a page");
    assert!(page.contains("The election is over") && !page.contains("<script"), "{page}");
    write(&[]).exits(0);
    fs::write(site.join("index.html"), "mine").expect("written");
    write(&[]).exits(64).says(&["no page of Psephos"]);
}

#[test]
fn a_server_keeps_what_its_witnesses_send() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (board, key) = (folder.path().join("board"), folder.path().join("key"));
    let passphrase = folder.path().join("passphrase");
    fs::write(&passphrase, "of a witness\n").expect("written");
    let election = root().join("fixtures/valid/witnessed/board");
    for part in ["records", "blobs"] {
        fs::create_dir_all(board.join(part)).expect("made");
        for entry in fs::read_dir(election.join(part)).expect("a folder") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), board.join(part).join(entry.file_name())).expect("copied");
        }
    }
    let secret = ["--passphrase-file", text(&passphrase)];
    let make = ["key", "--output", text(&key), "--name", "witness.example/one", "--throwaway"];
    let made = programs().run("psephos-witness", &[&make[..], &secret].concat()).exits(0);
    let line = made.out.lines().next().expect("a line").to_owned();
    let watch = |url: &str| -> Outcome {
        let watch = ["watch", url, "--key", text(&key), "--once", "--post", url];
        programs().run("psephos-witness", &[&watch[..], &secret].concat())
    };
    let stranger = Server::start(&["--store", text(&board)]);
    watch(&stranger.url())
        .exits(74)
        .says(&["no witness that this server knows", "start it with the witness's key"]);
    drop(stranger);
    let server = Server::start(&["--store", text(&board), "--witness-key", &line]);
    watch(&server.url()).exits(0);
    let (status, notes) = server.ask("GET", "/api/v1/cosignatures", &[]);
    let notes = String::from_utf8(notes).expect("text");
    assert!(status == 200 && notes.starts_with("psephos-board/"), "{status}: {notes}");
    let (status, page) = server.ask("GET", "/", &[]);
    let page = String::from_utf8(page).expect("text");
    assert!(status == 200 && page.contains("witness.example/one"), "{page}");
    let site = folder.path().join("site");
    let page = ["page", "--store", text(&board), "--output", text(&site), "--witness-key", &line];
    programs().run("psephos-board", &page).exits(0);
    let page = fs::read_to_string(site.join("index.html")).expect("a page");
    assert!(page.contains("witness.example/one") && page.contains("the whole record"));
    // What the server has kept is what an auditor asks for.
    let kept = board.join("cosignatures");
    let kept = fs::read_dir(kept).expect("a folder").next().expect("a witness").expect("an entry");
    let note = fs::read_dir(kept.path()).expect("notes").next().expect("one").expect("an entry");
    let asked =
        [text(&board), "--witness", text(&note.path()), "--witness-key", &line].map(str::to_owned);
    programs().verifier(&asked).exits(0);
}
