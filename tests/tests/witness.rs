//! The witness's program, and what an auditor makes of its notes.

#[path = "../../crates/remote/src/web/tests/server.rs"]
#[expect(dead_code, reason = "the tests of the reader use all of it")]
mod server;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use psephos_core::pairs::pairs;
use psephos_tests::{Outcome, programs, root};
use server::{Reply, Server};
use tempfile::TempDir;

/// A witness with its files.
struct Witness {
    folder: TempDir,
    /// The line that auditors are given.
    line: String,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

impl Witness {
    fn new(name: &str) -> Witness {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("passphrase"), "of a witness\n").expect("written");
        let mut witness = Witness { folder, line: String::new() };
        let (key, passphrase) = (witness.path("key"), witness.path("passphrase"));
        let make = ["key", "--output", text(&key), "--name", name, "--throwaway"];
        let outcome =
            witness.run(&[&make[..], &["--passphrase-file", text(&passphrase)]].concat()).exits(0);
        assert_eq!(outcome.out.lines().count(), 1, "what is passed on alone: {}", outcome.out);
        assert!(outcome.err.contains("keep the two together"), "{}", outcome.err);
        witness.line = outcome.out.trim_end().to_owned();
        witness
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        programs().run("psephos-witness", arguments)
    }

    /// The arguments of a watch over this board.
    fn watching(&self, board: &Path) -> Vec<String> {
        let (key, passphrase) = (self.path("key"), self.path("passphrase"));
        let (output, board) = (self.path("notes"), board.to_owned());
        let paths = [("--key", key), ("--passphrase-file", passphrase), ("--output", output)];
        let mut arguments = vec!["watch".to_owned(), text(&board).to_owned()];
        for (option, path) in paths {
            arguments.extend([option.to_owned(), text(&path).to_owned()]);
        }
        arguments
    }

    fn look(&self, board: &Path) -> Outcome {
        let arguments = self.watching(board);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--once"]).collect();
        self.run(&arguments)
    }

    fn notes(&self) -> String {
        fs::read_to_string(self.path("notes")).unwrap_or_default()
    }

    /// For how many records it has cosigned something, in the order in which it has.
    fn cosigned(&self) -> Vec<u64> {
        let notes = self.notes();
        notes.split("\n\n").filter_map(|part| part.lines().rev().nth(1)?.parse().ok()).collect()
    }

    /// Files of its memory whose names begin so.
    fn remembers(&self, begin: &str) -> Vec<PathBuf> {
        let boards = entries(&self.path("key.memory"));
        let files = boards.iter().filter(|path| path.is_dir()).flat_map(|path| entries(path));
        files.filter(|path| text(path).rsplit('/').next().unwrap().starts_with(begin)).collect()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// A stored board.
fn stored(place: &str) -> PathBuf {
    root().join("fixtures").join(place)
}

fn record(board: &Path, sequence: usize) -> PathBuf {
    board.join(format!("records/{sequence:08}.cbor"))
}

fn records(board: &Path) -> usize {
    entries(&board.join("records")).len()
}

/// Makes `board` have the first records of a stored one, and no others.
fn show(board: &Path, from: &Path, count: usize) {
    for folder in ["records", "blobs"] {
        let _ = fs::remove_dir_all(board.join(folder));
        fs::create_dir_all(board.join(folder)).expect("made");
        let most = if folder == "records" { count } else { usize::MAX };
        for path in entries(&from.join(folder)).into_iter().take(most) {
            let name = path.file_name().expect("a name");
            fs::copy(&path, board.join(folder).join(name)).expect("copied");
        }
    }
}

/// A board to show things on.
fn stage() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    (folder, board)
}

#[test]
fn what_continues_is_cosigned_and_an_auditor_counts_it() {
    let witness = Witness::new("witness.example/one");
    let (_folder, board) = stage();
    let election = stored("valid/witnessed/board");
    let all = records(&election);
    show(&board, &election, 0);
    witness.look(&board).exits(2);
    for count in [1, 5, 5, all - 1] {
        show(&board, &election, count);
        witness.look(&board).exits(0);
    }
    assert_eq!(witness.cosigned(), [1, 5, all as u64 - 1]);
    let notes = witness.path("notes");
    let asked = [text(&board), "--json", "--witness", text(&notes), "--witness-key", &witness.line];
    show(&board, &election, all);
    assert_eq!(programs().verifier(&asked).exits(2).json()["witnesses"]["on_head"], 0);
    witness.look(&board).exits(0);
    let report = programs().verifier(&asked).exits(0).json();
    let seen = &report["witnesses"];
    assert_eq!((&seen["needed"], &seen["on_head"]), (&1.into(), &1.into()));
    assert_eq!(seen["trusted"][0]["name"], "witness.example/one");
    let said = programs().verifier(&[text(&board), "--witness", text(&notes)]).exits(64);
    said.says(&["no witness is trusted", "--witness-key"]);
    let two = [&asked[..], &["--witnesses", "2"]].concat();
    programs().verifier(&two).exits(64).says(&["no more than are trusted"]);
}

#[test]
fn a_board_that_was_cut_off_or_changed_is_not_cosigned() {
    let witness = Witness::new("witness.example/one");
    let (_folder, board) = stage();
    let election = stored("valid/witnessed/board");
    let all = records(&election);
    show(&board, &election, all);
    witness.look(&board).exits(0);
    let before = witness.notes();
    fs::remove_file(record(&board, all - 1)).expect("removed");
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains("cut off"), "{}", said.err);
    // The last two in each other's place.
    show(&board, &election, all);
    fs::copy(record(&election, all - 1), record(&board, all - 2)).expect("copied");
    fs::copy(record(&election, all - 2), record(&board, all - 1)).expect("copied");
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains(&format!("record {} is another one", all - 2)), "{}", said.err);
    // A bit of an early one.
    show(&board, &election, all);
    let mut bytes = fs::read(record(&board, 3)).expect("read");
    bytes[40] ^= 1;
    fs::write(record(&board, 3), &bytes).expect("written");
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains("record 3 is another one"), "{}", said.err);
    let shown = witness.remembers("shown-3-");
    assert_eq!(fs::read(record(&shown[0], 3)).expect("kept"), bytes);
    let kept = witness.remembers("board");
    assert_eq!(fs::read(record(&kept[0], 3)).ok(), fs::read(record(&election, 3)).ok());
    assert_eq!(witness.notes(), before);
    show(&board, &election, all);
    witness.look(&board).exits(0);
    assert_eq!(witness.notes(), before, "nothing is cosigned twice");
}

#[test]
fn two_boards_of_one_election_are_found_out() {
    let fork = stored("invalid/board.fork-everybody-on-both");
    let witnesses = ["one", "two"].map(Witness::new);
    for (witness, side) in pairs(&witnesses, ["board", "other"]) {
        witness.look(&fork.join(side)).exits(0);
    }
    let [one, two] = &witnesses;
    // The first one is shown the other board at the place of its own.
    let (_folder, board) = stage();
    show(&board, &fork.join("board"), records(&fork.join("board")));
    let third = Witness::new("three");
    third.look(&board).exits(0);
    show(&board, &fork.join("other"), records(&fork.join("other")));
    let said = third.look(&board).exits(1);
    assert!(said.err.contains("record 19 is another one"), "{}", said.err);
    let (kept, shown) = (third.remembers("board"), third.remembers("shown-19-"));
    let compare = ["compare", text(&kept[0]), text(&shown[0]), "--json"];
    // No lists are kept, but who has signed both is told all the same.
    let report = programs().verifier(&compare).exits(3).json();
    let fork_of = |report: &serde_json::Value| {
        let failures = report["failures"].as_array().expect("failures").clone();
        failures.into_iter().find(|failure| failure["check"] == "board.fork").expect("a fork")
    };
    assert_eq!(fork_of(&report)["culprits"].as_array().expect("culprits").len(), 4);
    // The auditor of one board is given what the witness of the other one cosigned.
    let audited = |notes: &Path, key: &str| {
        let board = fork.join("board");
        let asked = [text(&board), "--json", "--witness", text(notes), "--witness-key", key];
        programs().verifier(&asked)
    };
    audited(&one.path("notes"), &one.line).exits(0);
    let answer = audited(&two.path("notes"), &two.line);
    // The other board is longer or shorter than this one; only heads within this one can be told from it.
    assert_ne!(answer.code, 0, "{}", answer.out);
}

/// A board that cannot be cosigned is shown first, so that what comes then might be kept under its name.
#[test]
fn a_foreign_board_shown_first_hides_no_fork() {
    let fork = stored("invalid/board.fork-everybody-on-both");
    let foreign = stored("valid/troubles/board");
    let (witness, (_folder, board)) = (Witness::new("one"), stage());
    let elsewhere = board.with_file_name("moved");
    show(&board, &foreign, 1);
    fs::write(record(&board, 1), b"junk").expect("written");
    witness.look(&board).exits(1);
    show(&board, &fork.join("board"), 20);
    witness.look(&board).exits(0);
    show(&elsewhere, &fork.join("other"), 20);
    let said = witness.look(&elsewhere).exits(1);
    assert!(said.err.contains("record 19 is another one"), "{}", said.err);
    assert_eq!(witness.cosigned(), [20]);
    // What was cosigned is kept as this board's, and the foreign one can be followed where it really is.
    let place = elsewhere.with_file_name("foreign");
    show(&place, &foreign, 6);
    witness.look(&place).exits(0);
    assert_eq!(witness.cosigned(), [20, 6]);
}

/// As above, to a witness that goes on running.
#[test]
fn a_running_witness_believes_no_name_that_it_has_not_cosigned() {
    let fork = stored("invalid/board.fork-everybody-on-both");
    let (witness, (_folder, board)) = (Witness::new("one"), stage());
    show(&board, &stored("valid/troubles/board"), 1);
    fs::write(record(&board, 1), b"junk").expect("written");
    let mut command = programs().command("psephos-witness");
    command.args(witness.watching(&board)).args(["--every", "0.05"]);
    let mut running =
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts"));
    let refused = BufReader::new(running.0.stderr.take().expect("its errors")).lines().next();
    assert!(refused.expect("a line").expect("text").contains("NOT cosigned"));
    show(&board, &fork.join("board"), 20);
    let lines = BufReader::new(running.0.stdout.take().expect("its output")).lines();
    lines
        .map(|line| line.expect("text"))
        .find(|line| line.contains("20 records"))
        .expect("it does");
    // What it has said, it has promised.
    drop(running);
    show(&board, &fork.join("other"), 20);
    let elsewhere = board.with_file_name("moved");
    fs::rename(&board, &elsewhere).expect("moved");
    witness.look(&elsewhere).exits(1);
}

#[test]
fn a_promise_under_a_foreign_name_is_never_used() {
    let (witness, (_folder, board)) = (Witness::new("one"), stage());
    show(&board, &stored("valid/witnessed/board"), 5);
    witness.look(&board).exits(0);
    let memory = witness.path("key.memory");
    let kept = entries(&memory).into_iter().find(|path| path.is_dir()).expect("a board");
    fs::rename(kept, memory.join("00".repeat(32))).expect("renamed");
    witness.look(&board).exits(74).says(&["damaged", "make a new key"]);
}

#[test]
fn notes_go_somewhere_and_a_refusal_is_in_plain_words() {
    let (witness, (_folder, board)) = (Witness::new("one"), stage());
    show(&board, &stored("valid/witnessed/board"), 5);
    let (key, passphrase) = (witness.path("key"), witness.path("passphrase"));
    let watch = ["watch", text(&board), "--key", text(&key), "--once"];
    let watch = [&watch[..], &["--passphrase-file", text(&passphrase)]].concat();
    witness.run(&watch).exits(64).says(&["--output"]);
    let problem = r#"{"title":"Forbidden","detail":"nobody knows it","fix":"name its key"}"#;
    let server = Server::start(move |_| Reply::new(403, problem));
    let said = witness.run(&[&watch[..], &["--post", &server.url]].concat()).exits(74);
    let said = said.says(&["nobody knows it; name its key", "sent again at the next look"]);
    assert!(!said.err.contains('{'), "{}", said.err);
    assert_eq!(server.asked(), ["POST /town/api/v1/cosignatures"]);
    let mirror = Server::start(|_| Reply::new(405, ""));
    let said = witness.run(&[&watch[..], &["--post", &mirror.url]].concat()).exits(74);
    said.says(&["takes no notes"]);
    let taking = Server::start(|_| Reply::new(201, ""));
    witness.run(&[&watch[..], &["--post", &taking.url]].concat()).exits(0);
}

#[test]
fn two_witnesses_show_a_split_view_without_a_board() {
    let fork = stored("invalid/board.fork-everybody-on-both");
    let witnesses = ["one", "two"].map(Witness::new);
    let (_folder, board) = stage();
    for (witness, side) in pairs(&witnesses, ["board", "other"]) {
        let board = board.with_file_name(side);
        for count in [18, 20] {
            show(&board, &fork.join(side), count);
            witness.look(&board).exits(0);
        }
    }
    let notes = witnesses.each_ref().map(|witness| witness.path("notes"));
    let keys = witnesses.each_ref().map(|witness| witness.line.as_str());
    let compare = ["compare", text(&notes[0]), text(&notes[1]), "--json"];
    let trusting = [&compare[..], &["--witness-key", keys[0], "--witness-key", keys[1]]].concat();
    let report = programs().verifier(&trusting).exits(1).json();
    assert_eq!(report["splits"].as_array().expect("splits").len(), 1);
    assert_eq!(report["splits"][0]["records"], 20);
    assert_eq!(second_opinion(&trusting), (1, report));
    let words: Vec<&str> = trusting.iter().copied().filter(|word| *word != "--json").collect();
    let said = programs().verifier(&words).exits(1).out;
    assert!(said.contains("cosigned at 2 lengths, at the most 20 records"), "{said}");
    let alone = [&compare[..], &["--witness-key", keys[0]]].concat();
    programs().verifier(&alone).exits(2);
    assert_eq!(second_opinion(&alone).0, 2);
    programs().verifier(&compare).exits(64).says(&["no witness is trusted"]);
    let none = stored("README.md");
    let compare = ["compare", text(&notes[0]), text(&none), "--witness-key", keys[0]];
    programs().verifier(&compare).exits(3).says(&["no file of notes"]);
}

/// What the second verifier says.
fn second_opinion(arguments: &[&str]) -> (i32, serde_json::Value) {
    let script = root().join("spec/reference/verify.py");
    let mut python = Command::new("python3");
    python.arg("-I").arg(script).args(arguments);
    let outcome = Outcome::of(python.output().expect("python3 starts"));
    (outcome.code, outcome.json())
}

#[test]
fn a_spoilt_log_is_cosigned_once_it_is_put_right() {
    let witness = Witness::new("one");
    let (_folder, board) = stage();
    let election = stored("valid/witnessed/board");
    show(&board, &election, 7);
    witness.look(&board).exits(0);
    fs::write(record(&board, 7), b"junk").expect("written");
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains("NOT cosigned") && said.err.contains("record 7"), "{}", said.err);
    // A record out of its place, as everything after it.
    fs::copy(record(&election, 9), record(&board, 7)).expect("copied");
    witness.look(&board).exits(1);
    fs::copy(record(&election, 8), record(&board, 8)).expect("copied");
    fs::copy(record(&election, 7), record(&board, 7)).expect("copied");
    witness.look(&board).exits(0);
    fs::copy(record(&election, 10), record(&board, 10)).expect("copied");
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains("record 9: it is missing"), "{}", said.err);
    assert_eq!(witness.cosigned(), [7, 9]);
}

#[test]
fn what_was_interrupted_is_taken_up_and_what_is_lost_is_not_made_up() {
    let witness = Witness::new("one");
    let election = stored("valid/witnessed/board");
    let (_folder, board) = stage();
    show(&board, &election, 9);
    witness.look(&board).exits(0);
    // Promised, and killed before it could sign: the same head is signed, and no other one.
    let note = witness.remembers("note").remove(0);
    fs::remove_file(&note).expect("removed");
    fs::remove_file(witness.path("notes")).expect("removed");
    fs::copy(record(&election, 5), record(&board, 8)).expect("copied");
    witness.look(&board).exits(1);
    assert!(!note.exists() && witness.notes().is_empty());
    show(&board, &election, 9);
    witness.look(&board).exits(0);
    assert_eq!(witness.cosigned(), [9]);
    // Another board in its place is no new board.
    show(&board, &stored("valid/troubles/board"), 6);
    let said = witness.look(&board).exits(1);
    assert!(said.err.contains("record 0 is another one"), "{}", said.err);
    fs::rename(witness.path("key.memory"), witness.path("elsewhere")).expect("moved");
    witness.look(&board).exits(74).says(&["not there any more", "make a new key"]);
    fs::rename(witness.path("elsewhere"), witness.path("key.memory")).expect("moved");
    fs::write(witness.path("passphrase"), "another\n").expect("written");
    witness.look(&board).exits(64).says(&["wrong passphrase"]);
}

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_newest_note_is_served_and_one_key_works_once() {
    let witness = Witness::new("one");
    let election = stored("valid/witnessed/board");
    let (_folder, board) = stage();
    show(&board, &election, 3);
    let mut command = programs().command("psephos-witness");
    command.args(witness.watching(&board)).args(["--every", "0.05", "--listen", "127.0.0.1:0"]);
    let mut running = Running(command.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("its output")).lines();
    let mut until = |words: &str| loop {
        let line = lines.next().expect("it goes on").expect("a line");
        if line.contains(words) {
            return line;
        }
    };
    let line = until("http://");
    let address =
        line.split("http://").nth(1).expect("an address").trim_end_matches('/').to_owned();
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    };
    until("cosigned: 3 records");
    assert_eq!(get("/key").trim_end(), witness.line);
    witness.look(&board).exits(74).says(&["another process", "another key"]);
    show(&board, &election, 6);
    until("cosigned: 6 records");
    // It is said first, and served a moment later.
    let served = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        Some(get("/")).filter(|note| note.contains("\n6\n"))
    });
    let notes = witness.notes();
    assert!(notes.ends_with(&served.expect("the newest")), "{notes}");
}
