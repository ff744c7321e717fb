//! Servers that lie: whatever one drops, reorders, delays, forks or invents, trustees, auditors and voters find out.

#[path = "../../crates/remote/src/web/tests/server.rs"]
#[expect(dead_code, reason = "the tests of the reader use all of it")]
mod server;

use std::fs;
use std::path::Path;

use psephos_audit::{Audit, Options, Verdict};
use psephos_console::Locator;
use psephos_record::board::{Board, FolderBoard};
use psephos_record::message::{Record, SignedMessage, file_digest};
use psephos_remote::{WebBoard, open_board};
use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS, programs};
use server::{Server, publish};
use tempfile::TempDir;

/// An honest election in which votes are cast, and a copy of its board for somebody to tell lies with.
struct Town {
    election: Election,
    copy: TempDir,
}

impl Town {
    fn open() -> Town {
        let election = Election::begin(SMALL, 3, 2);
        election.open();
        election.vote(SMALL_BALLOTS);
        for trustee in 1..=3 {
            // Every trustee has seen all of the board.
            election.trustee(trustee, &["run", "--once"]).exits(2);
        }
        let board = tempfile::tempdir().expect("a folder");
        copy(&election.board(), board.path());
        Town { election, copy: board }
    }

    fn board(&self) -> FolderBoard {
        FolderBoard::open(self.copy.path()).expect("a board")
    }

    fn records(&self) -> Vec<Vec<u8>> {
        let board = self.board();
        let records = board.extent().expect("records").records;
        (0..records).map(|sequence| board.record(sequence).expect("a record")).collect()
    }

    /// The server serves these records instead, chained as an honest one would.
    fn say(&self, messages: &[SignedMessage]) {
        let folder = self.copy.path().join("records");
        fs::remove_dir_all(&folder).expect("removed");
        fs::create_dir(&folder).expect("made");
        let mut head = [0; 32];
        for (sequence, signed) in messages.iter().enumerate() {
            let file = Record::wrap(signed.clone(), sequence as u64, head).encode();
            head = file_digest(&file);
            fs::write(folder.join(format!("{sequence:08}.cbor")), file).expect("written");
        }
    }

    fn messages(&self) -> Vec<SignedMessage> {
        let unwrap = |file: &Vec<u8>| {
            let Record { message, signature, .. } = Record::decode(file).expect("a record");
            SignedMessage { message, signature }
        };
        self.records().iter().map(unwrap).collect()
    }

    fn serve(&self) -> Server {
        Server::start(publish(self.copy.path().to_owned()))
    }

    /// A trustee that has seen the honest board stops, and signs nothing.
    fn trustee_stops(&self, server: &Server) {
        let before = signed(&self.election.path("trustee-1"));
        let stopped = self.election.trustee(1, &["run", "--once", "--board", &server.url]);
        stopped.exits(1).says(&["not the board that was audited before", "keep both copies"]);
        assert_eq!(signed(&self.election.path("trustee-1")), before);
    }
}

/// How many records a trustee has signed.
fn signed(home: &Path) -> usize {
    fs::read_dir(home.join("outbox")).expect("an outbox").count()
}

/// What somebody finds who has never seen this board before.
fn audit(server: &Server) -> Audit {
    let board = open_board(&Locator::from(server.url.clone())).expect("a board");
    psephos_audit::audit(&*board, &Options::default(), &|_| {}).expect("an audit")
}

/// The checks that such an audit has failed.
fn fails(server: &Server) -> Vec<String> {
    let report = audit(server).report;
    report.failures.iter().map(|failure| failure.check.to_string()).collect()
}

fn vote(server: &Server) -> Outcome {
    let arguments = ["vote", "--board", &server.url, "--vote=mayor=1", "--vote=park=1", "--cast"];
    programs().run("psephos-voter", &arguments)
}

#[test]
fn one_that_delays_is_found_out_by_whoever_has_seen_more() {
    let town = Town::open();
    let messages = town.messages();
    town.say(&messages[..messages.len() - 1]);
    let server = town.serve();
    // Nothing is wrong with what it shows: only a head from elsewhere tells that there is more.
    assert_eq!(fails(&server), Vec::<String>::new());
    assert_ne!(audit(&server).report.verdict, Verdict::Valid);
    town.trustee_stops(&server);
}

#[test]
fn one_that_drops_a_record_is_found_out_by_everybody_if_anything_was_built_on_it() {
    let town = Town::open();
    let mut messages = town.messages();
    // The ballots' record builds on the one before.
    messages.remove(messages.len() - 2);
    town.say(&messages);
    let server = town.serve();
    assert!(fails(&server).contains(&"board.chain".to_owned()), "{:?}", fails(&server));
    town.trustee_stops(&server);
    vote(&server).exits(1).says(&["the board is INVALID", "board.chain"]);
}

#[test]
fn one_that_hides_a_list_shows_no_board_that_can_be_read() {
    let town = Town::open();
    fs::remove_dir_all(town.copy.path().join("blobs")).expect("removed");
    let server = town.serve();
    assert_eq!(audit(&server).report.verdict, Verdict::Unreadable);
    vote(&server).exits(3);
}

#[test]
fn one_that_reorders_is_found_out_by_everybody() {
    let town = Town::open();
    let mut messages = town.messages();
    let last = messages.len() - 1;
    messages.swap(last - 1, last);
    town.say(&messages);
    let server = town.serve();
    assert!(fails(&server).contains(&"board.chain".to_owned()), "{:?}", fails(&server));
    town.trustee_stops(&server);
    vote(&server).exits(1).says(&["the board is INVALID"]);
}

#[test]
fn one_that_invents_a_record_is_found_out_by_everybody() {
    let town = Town::open();
    let mut messages = town.messages();
    let mut invented = messages.last().expect("a record").clone();
    let place = invented.message.len() - 1;
    invented.message[place] ^= 1;
    messages.push(invented);
    town.say(&messages);
    let server = town.serve();
    let failed = fails(&server);
    assert!(
        !failed.is_empty() && failed.iter().all(|check| check.starts_with("board.")),
        "{failed:?}"
    );
    vote(&server).exits(1).says(&["the board is INVALID"]);
}

#[test]
fn one_that_alters_a_list_is_found_out_by_everybody() {
    let town = Town::open();
    for entry in fs::read_dir(town.copy.path().join("blobs")).expect("lists") {
        let path = entry.expect("a list").path();
        let mut bytes = fs::read(&path).expect("readable");
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
            fs::write(&path, bytes).expect("written");
        }
    }
    let server = town.serve();
    assert!(fails(&server).contains(&"board.blob".to_owned()), "{:?}", fails(&server));
    vote(&server).exits(1).says(&["the board is INVALID"]);
}

#[test]
fn one_that_shows_two_boards_is_found_out_when_they_are_compared() {
    let town = Town::open();
    let (election, other) = (&town.election, tempfile::tempdir().expect("a folder"));
    let home = other.path().join("authority");
    copy(&election.path("authority"), &home);
    let intake = |name: &str, home: &Path, board: &Path| {
        let file = other.path().join(name);
        fs::write(&file, election.ballots("mayor,park\n2,1\n")).expect("written");
        let mut command = programs().command("psephos-authority");
        command.arg("intake").arg(&file).arg("--home").arg(home).arg("--board").arg(board);
        command.arg("--passphrase-file").arg(election.path("passphrase"));
        Outcome::of(command.output().expect("it starts")).exits(0);
    };
    // The server has the authority's help, and shows each party a board of its own.
    intake("one", &election.path("authority"), &election.board());
    intake("two", &home, town.copy.path());
    let server = town.serve();
    assert_eq!(fails(&server), Vec::<String>::new());
    let mirror = other.path().join("mirror");
    let seen = WebBoard::open(&server.url, Some(&mirror)).expect("a board");
    psephos_audit::audit(&seen, &Options::default(), &|_| {}).expect("an audit");
    let board = election.board();
    let arguments = ["compare".as_ref(), board.as_os_str(), mirror.as_os_str()];
    let compared = programs().verifier(&arguments).exits(1);
    assert!(compared.out.contains("board.fork"), "{}", compared.out);
    election.trustee(1, &["run", "--once"]).exits(2);
    town.trustee_stops(&server);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let place = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &place)
        } else {
            fs::copy(&path, &place).map(drop).expect("copied")
        }
    }
}
