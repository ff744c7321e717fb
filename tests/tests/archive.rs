//! A board in one file: made by the authority, read by every tool, written to by none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use psephos_tests::{Election, Outcome, SMALL, programs, root};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn stored(case: &str) -> PathBuf {
    root().join("fixtures").join(case).join("board")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

fn export(board: &Path, file: &Path) -> Outcome {
    programs().authority(&["export", text(board), "-o", text(file), "--json"])
}

/// A folder with a copy of a stored board, and where an archive of it can go.
struct Desk {
    place: tempfile::TempDir,
}

impl Desk {
    fn with(case: &str) -> Desk {
        let desk = Desk { place: tempfile::tempdir().expect("a temporary folder") };
        for part in ["records", "blobs"] {
            fs::create_dir_all(desk.board().join(part)).expect("made");
            for entry in fs::read_dir(stored(case).join(part)).expect("a folder") {
                let entry = entry.expect("an entry");
                let copy = desk.board().join(part).join(entry.file_name());
                fs::copy(entry.path(), copy).expect("copied");
            }
        }
        desk
    }

    fn board(&self) -> PathBuf {
        self.place.path().join("board")
    }

    fn file(&self) -> PathBuf {
        self.place.path().join("election.psephos")
    }

    /// What lies beside the board.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.place.path()).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("one").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }
}

#[test]
fn the_digest_that_is_printed_is_the_file_s() {
    let desk = Desk::with("valid/honest");
    let said = export(&desk.board(), &desk.file()).exits(0).json();
    let bytes = fs::read(desk.file()).expect("an archive");
    assert_eq!(said["sha256"], hex::encode(Sha256::digest(&bytes)));
    assert_eq!(
        (said["bytes"].as_u64(), said["sealed"].as_bool()),
        (Some(bytes.len() as u64), Some(true))
    );
    let report = programs().verifier(&[text(&desk.file()), "--json"]).exits(0).json();
    assert_eq!((&said["election"], &said["head"]), (&report["election"], &report["head"]));
    let told = programs().authority(&["export", text(&desk.file()), "-o", text(&desk.file())]);
    let told = told.exits(0).out;
    assert!(told.contains(said["sha256"].as_str().expect("text")), "{told}");
    assert_eq!(desk.names(), ["board", "election.psephos"]);
}

#[test]
fn every_copy_of_a_board_has_the_same_archive() {
    let desk = Desk::with("valid/honest");
    let first = export(&stored("valid/honest"), &desk.file()).exits(0).json();
    fs::write(desk.board().join("blobs").join("notes.txt"), "junk").expect("written");
    let again = desk.place.path().join("again");
    let second = export(&desk.board(), &again).exits(0).json();
    assert_eq!(first["sha256"], second["sha256"]);
    let third = export(&again, &desk.place.path().join("third")).exits(0).json();
    assert_eq!(first["sha256"], third["sha256"]);
}

#[test]
fn another_file_is_not_overwritten() {
    let desk = Desk::with("valid/honest");
    fs::write(desk.file(), "a thesis").expect("written");
    export(&desk.board(), &desk.file()).exits(64).says(&["nothing is overwritten", "--output"]);
    assert_eq!(fs::read(desk.file()).expect("it"), b"a thesis");
    export(&desk.board(), &desk.place.path().join("none/x")).exits(74).says(&["cannot write"]);
    assert_eq!(desk.names(), ["board", "election.psephos"]);
}

#[test]
fn a_board_that_misses_something_has_no_archive() {
    let desk = Desk::with("valid/honest");
    let blob = fs::read_dir(desk.board().join("blobs")).expect("blobs").next();
    let blob = blob.expect("a blob").expect("an entry").path();
    let name = blob.file_name().and_then(|name| name.to_str()).expect("text");
    let bytes = fs::read(&blob).expect("it");
    fs::write(&blob, [&bytes[..], b"x"].concat()).expect("written");
    export(&desk.board(), &desk.file()).exits(3).says(&["record", name, "complete copy"]);
    fs::remove_file(&blob).expect("removed");
    export(&desk.board(), &desk.file()).exits(3).says(&["record", name, "is missing"]);
    fs::write(&blob, &bytes).expect("written");
    fs::remove_file(desk.board().join("records/00000003.cbor")).expect("removed");
    export(&desk.board(), &desk.file()).exits(3).says(&["record 3 is missing"]);
    assert_eq!(desk.names(), ["board"]);
}

/// A trustee's mix without its list was excluded: nobody needs the list.
#[test]
fn a_lost_list_that_no_audit_needs_is_left_out() {
    let desk = Desk::with("valid/mix-list-withheld");
    let said = export(&desk.board(), &desk.file()).exits(0).json();
    assert_eq!(said["left_out"].as_array().map(Vec::len), Some(1), "{said}");
    programs().verifier(&[text(&desk.file()), "--quiet"]).exits(0);
}

#[test]
fn every_reader_answers_an_archive_as_the_folder() {
    let desk = Desk::with("invalid/mix.proof-row-replaced");
    export(&desk.board(), &desk.file()).exits(0);
    let (board, file) = (desk.board(), desk.file());
    let same = |arguments: &[&str], code: i32| {
        let said = [&board, &file].map(|path| {
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|word| if *word == "BOARD" { text(path) } else { word })
                .collect();
            programs().verifier(&arguments).exits(code).out
        });
        assert_eq!(said[0], said[1]);
        said[0].clone()
    };
    let report: Value = psephos_tests::json(&same(&["BOARD", "--json"], 1));
    let record = report["failures"][0]["record"].to_string();
    same(&["show", "BOARD", &record], 0);
    same(&["compare", text(&stored("valid/honest")), "BOARD", "--json"], 1);
    same(&["compare", "BOARD", text(&file), "--json"], 1);
    for (path, name) in [(&board, "first"), (&file, "second")] {
        let out = desk.place.path().join(name);
        programs().verifier(&["evidence", text(path), &record, "--out", text(&out)]).exits(0);
        programs().verifier(&["export", text(path), text(&out.with_extension("results"))]).exits(1);
    }
    let read = |name: &str| fs::read(desk.place.path().join(name)).expect("evidence");
    assert_eq!(read("first"), read("second"));
}

#[test]
fn both_verifiers_give_an_archive_the_same_answer() {
    for case in ["valid/troubles", "valid/mix-list-withheld", "invalid/mix.proof-row-replaced"] {
        let desk = Desk::with(case);
        export(&desk.board(), &desk.file()).exits(0);
        let ours = programs().verifier(&[text(&desk.file()), "--json"]);
        let script = root().join("spec/reference/verify.py");
        let theirs =
            Command::new("python3").arg("-I").arg(script).arg(desk.file()).arg("--json").output();
        let Ok(theirs) = theirs else { return println!("skipped: there is no python3") };
        assert_eq!(theirs.status.code(), Some(ours.code));
        let theirs = psephos_tests::json(&String::from_utf8(theirs.stdout).expect("text"));
        let ours = ours.json();
        for field in ["verdict", "election", "head", "results"] {
            assert_eq!(ours[field], theirs[field], "{case}: {field}");
        }
        assert_eq!(list(&ours), list(&theirs), "{case}");
    }
}

/// The checks that fail and whose fault it is.
fn list(report: &Value) -> BTreeSet<String> {
    let failures = report["failures"].as_array().expect("failures");
    failures.iter().map(|one| format!("{} {}", one["check"], one["culprits"])).collect()
}

#[test]
fn a_voter_finds_a_ballot_in_an_archive() {
    let desk = Desk::with("valid/honest");
    export(&desk.board(), &desk.file()).exits(0);
    let none = "00".repeat(32);
    let find =
        |board: &Path| programs().run("psephos-voter", &["find", &none, "--board", text(board)]);
    let (folder, archive) = (find(&desk.board()), find(&desk.file()));
    assert_eq!((folder.code, folder.out), (archive.code, archive.out));
    assert_eq!(archive.code, 2);
}

#[test]
fn whoever_writes_to_an_archive_is_told_to_unpack_it() {
    let election = Election::begin(SMALL, 2, 2);
    let file = election.path("election.psephos");
    export(&election.board(), &file).exits(0);
    let words = ["archive, which nothing can be written to", "tar xf"];
    election.authority(&["open", "--once", "--board", text(&file)]).exits(3).says(&words);
    election.trustee(1, &["run", "--once", "--board", text(&file)]).exits(3).says(&words);
}

#[test]
fn a_file_that_is_no_archive_is_no_board() {
    let desk = Desk::with("valid/honest");
    fs::write(desk.file(), "a thesis").expect("written");
    let audit = |path: &Path| programs().verifier(&[path]).exits(3);
    audit(&desk.file()).says(&["not a board", "no archive"]);
    fs::remove_file(desk.file()).expect("removed");
    audit(&desk.file()).says(&["no such folder"]);
    export(&desk.board(), &desk.file()).exits(0);
    let bytes = fs::read(desk.file()).expect("an archive");
    fs::write(desk.file(), [&bytes[..], b"x"].concat()).expect("written");
    audit(&desk.file()).says(&["not as it was made", "another copy"]);
}
