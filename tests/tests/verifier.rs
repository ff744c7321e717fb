//! The verifier on a finished board, on an unfinished one, and on one with a flipped bit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use psephos_tests::{Election, SMALL, SMALL_BALLOTS, programs};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// A finished small election, made once for all tests.
fn finished() -> &'static Path {
    static BOARD: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, board) = BOARD.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("election.toml"), SMALL).expect("written");
        fs::write(folder.path().join("ballots.csv"), SMALL_BALLOTS).expect("written");
        let board = folder.path().join("board");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let arguments = [
            "rehearse".to_owned(),
            "--json".to_owned(),
            format!("--election={}", path("election.toml")),
            format!("--ballots={}", path("ballots.csv")),
            format!("--board={}", path("board")),
            // Every trustee's share is needed, so that no late one leaves a blob that no record names.
            "--threshold=3".to_owned(),
        ];
        programs().authority(&arguments).exits(0);
        (folder, board)
    });
    board
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn the_report_for_machines_has_its_fields() {
    let report = programs().verifier(&[text(finished()), "--json"]).exits(0).json();
    for field in
        ["spec", "verdict", "exit", "election", "head", "checks", "failures", "warnings", "results"]
    {
        assert!(report.get(field).is_some(), "{field}");
    }
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["exit"], 0);
    assert_eq!(report["failures"].as_array().map(Vec::len), Some(0));
    let checks = report["checks"].as_array().expect("checks");
    for check in checks {
        let status = check["status"].as_str().expect("a status");
        assert!(["Pass", "NotApplicable"].contains(&status), "{check}");
    }
    let passed =
        |id: &str| checks.iter().any(|check| check["id"] == id && check["status"] == "Pass");
    for id in ["board.chain", "ballot.proof", "mix.proof", "decrypt.proof", "result.count"] {
        assert!(passed(id), "{id}");
    }
}

#[test]
fn the_report_for_people_says_the_verdict_and_what_identity_rests_on() {
    let outcome = programs().verifier(&[finished()]).exits(0);
    assert!(outcome.out.starts_with("VALID"), "{}", outcome.out);
    assert!(outcome.out.contains("No digest was given with --expect"), "{}", outcome.out);
    let quiet = programs().verifier(&[text(finished()), "--quiet"]).exits(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("VALID\n", ""));
}

#[test]
fn pinned_digests_must_be_the_election_or_the_head() {
    let board = text(finished());
    let report = programs().verifier(&[board, "--json"]).exits(0).json();
    let (election, head) = (&report["election"], &report["head"]);
    let (election, head) = (election.as_str().expect("text"), head.as_str().expect("text"));
    programs().verifier(&[board, "--expect", election]).exits(0);
    programs().verifier(&[board, "--expect", election, "--expect", head]).exits(0);
    let other = "00".repeat(32);
    let pinned = ["--json", "--expect", election, "--expect", &other];
    let report = programs().verifier(&[&[board], &pinned[..]].concat()).exits(1).json();
    assert_eq!(report["failures"][0]["check"], "setup.identity");
}

#[test]
fn digests_are_the_names_of_blobs() {
    for entry in fs::read_dir(finished().join("blobs")).expect("blobs") {
        let path = entry.expect("an entry").path();
        let printed = programs().verifier(&["digest", text(&path)]).exits(0).out;
        assert_eq!(Some(printed.trim_end()), path.file_name().and_then(|name| name.to_str()));
    }
}

#[test]
fn an_unfinished_board_is_incomplete() {
    let election = Election::begin(SMALL, 2, 2);
    assert_eq!(election.verify().exits(2).json()["verdict"], "INCOMPLETE");
    election.open();
    election.vote(SMALL_BALLOTS);
    assert_eq!(election.verify().exits(2).json()["verdict"], "INCOMPLETE");
    let status = election.authority(&["status", "--json"]).exits(0).json();
    assert_eq!((&status["phase"], &status["ballots"]), (&"open".into(), &7.into()));
    assert_eq!(status["awaited"][0]["who"], "authority");
}

#[test]
fn a_board_without_its_tail_is_incomplete_and_invalid_when_its_head_is_pinned() {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let board = copy_of(finished(), copy.path());
    let report = programs().verifier(&[text(&board), "--json"]).exits(0).json();
    let records = board.join("records");
    let count = fs::read_dir(&records).expect("records").count();
    fs::remove_file(records.join(format!("{:08}.cbor", count - 1))).expect("removed");
    programs().verifier(&[&board]).exits(2);
    let head = report["head"].as_str().expect("text");
    programs().verifier(&[text(&board), "--expect", head]).exits(1);
}

/// A copy whose files are links to the original's, so that one can be replaced cheaply.
fn copy_of(board: &Path, folder: &Path) -> PathBuf {
    for part in ["records", "blobs"] {
        fs::create_dir_all(folder.join(part)).expect("made");
        for entry in fs::read_dir(board.join(part)).expect("a folder") {
            let entry = entry.expect("an entry");
            fs::hard_link(entry.path(), folder.join(part).join(entry.file_name())).expect("linked");
        }
    }
    folder.to_owned()
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let board = finished();
    let mut files: Vec<PathBuf> = ["records", "blobs"]
        .iter()
        .flat_map(|part| fs::read_dir(board.join(part)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    // Every file at about a dozen places, the first and the last byte among them.
    let mut places = Vec::new();
    for file in &files {
        let length = fs::metadata(file).expect("a file").len() as usize;
        let step = (length / 11).max(1);
        places.extend((0..length).step_by(step).map(|at| (file, at)));
        places.extend(length.checked_sub(1).map(|last| (file, last)));
    }
    assert!(places.len() > 200, "{} places", places.len());
    let unnoticed: Vec<String> = places
        .par_iter()
        .enumerate()
        .filter_map(|(number, (file, at))| {
            let copy = tempfile::tempdir().expect("a temporary folder");
            let altered = copy_of(board, copy.path());
            let target = altered.join(file.strip_prefix(board).expect("inside"));
            let mut bytes = fs::read(file).expect("readable");
            bytes[*at] ^= 1 << (number % 8);
            fs::remove_file(&target).expect("removed");
            fs::write(&target, bytes).expect("written");
            let outcome = programs().verifier(&[text(&altered), "--json"]);
            let noticed = matches!(outcome.code, 1 | 3);
            (!noticed).then(|| {
                format!("bit {} of byte {at} of {}: {outcome:?}", number % 8, file.display())
            })
        })
        .collect();
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
    println!("{} places in {} files", places.len(), files.len());
}

#[test]
fn export_writes_what_anybody_needs_to_count_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let export = folder.path().join("results");
    let arguments = ["export", text(finished()), text(&export)];
    let outcome = programs().verifier(&arguments).exits(0);
    assert!(outcome.out.starts_with("The audit of this board says VALID."), "{}", outcome.out);
    let read = |name: &str| fs::read_to_string(export.join(name)).expect(name);
    let report = programs().verifier(&[text(finished()), "--json"]).exits(0).json();
    let results = psephos_tests::json(&read("results.json"));
    for field in ["verdict", "election", "head", "results"] {
        assert_eq!(results[field], report[field], "{field}");
    }
    assert!(read("results.txt").starts_with("The audit of this board says VALID.\n"));
    assert!(
        read("results.csv").starts_with("contest,method,round,candidate,of,votes,seats,outcome\n")
    );
    for result in report["results"].as_array().expect("results") {
        let id = result["id"].as_str().expect("an id");
        let votes = read(&format!("{id}.votes.csv"));
        let cells = votes.split_once('\n').expect("a header").1;
        let digest: String =
            Sha256::digest(cells).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(result["cells_sorted_sha256"], digest, "{id}");
        assert_eq!(export.join(format!("{id}.blt")).exists(), result["method"] == "irv", "{id}");
    }
    let again = programs().verifier(&arguments).exits(64);
    assert!(again.err.contains("exists already"), "{}", again.err);
}

/// A stored case, copied, so that it can be spoilt.
fn stored_case(corpus: &Path, name: &str) -> PathBuf {
    let folder = corpus.join(name);
    let stored = psephos_tests::root().join("fixtures/valid/troubles");
    fs::create_dir_all(folder.join("board")).expect("made");
    copy_of(&stored.join("board"), &folder.join("board"));
    fs::copy(stored.join("expected.json"), folder.join("expected.json")).expect("copied");
    folder
}

#[test]
fn the_corpus_runner_keeps_the_score_of_any_verifier() {
    let corpus = tempfile::tempdir().expect("a temporary folder");
    let one = stored_case(corpus.path(), "one");
    stored_case(corpus.path(), "deeper/two");
    let folder = text(corpus.path());
    let score = programs().verifier(&["corpus", folder, "--json"]).exits(0).json();
    assert_eq!((&score["total"], &score["agreeing"]), (&2.into(), &2.into()), "{score}");
    assert_eq!(score["cases"][0]["case"], "deeper/two");

    let expected = fs::read_to_string(one.join("expected.json")).expect("readable");
    let other =
        expected.replacen("\"VALID\"", "\"INVALID\"", 1).replacen("\"exit\": 0", "\"exit\": 1", 1);
    fs::write(one.join("expected.json"), &other).expect("written");
    let outcome = programs().verifier(&["corpus", folder]).exits(1);
    for words in ["DIFFERS  one", "verdict is VALID, not INVALID", "1 of 2 cases differs."] {
        assert!(outcome.out.contains(words), "{words}: {}", outcome.out);
    }
    fs::write(one.join("expected.json"), "{").expect("written");
    let outcome = programs().verifier(&["corpus", folder]).exits(1);
    assert!(outcome.out.contains("expected.json is not JSON"), "{}", outcome.out);
    fs::write(one.join("expected.json"), &expected).expect("written");

    // Other verifiers: one that answers nothing, one that hangs, one that is not there.
    let hanging = corpus.path().join("hang.sh");
    fs::write(&hanging, "exec sleep 60\n").expect("written");
    let hanging = format!("sh {}", hanging.display());
    for (with, said) in [
        ("true", "it prints no JSON"),
        (hanging.as_str(), "it has not answered within 1.0 s"),
        ("./no-such-verifier", "cannot be started"),
    ] {
        let run = ["corpus", folder, "--with", with, "--limit", "1"];
        let outcome = programs().verifier(&run).exits(1);
        assert!(outcome.out.contains(said), "{with}: {}", outcome.out);
        assert!(outcome.out.contains("2 of 2 cases differ."), "{with}: {}", outcome.out);
    }
}

#[test]
fn the_corpus_runner_finds_a_verifier_from_where_it_is_started() {
    let place = tempfile::tempdir().expect("a temporary folder");
    stored_case(&place.path().join("corpus"), "one");
    let program = programs().command("psephos-verifier").get_program().to_owned();
    let script = format!("exec {} \"$@\"\n", program.to_str().expect("text"));
    fs::write(place.path().join("verify.sh"), script).expect("written");
    let mut run = programs().command("psephos-verifier");
    run.current_dir(place.path()).args(["corpus", "corpus", "--with", "sh  verify.sh"]);
    let outcome = psephos_tests::Outcome::of(run.output().expect("it starts")).exits(0);
    assert!(outcome.out.contains("All 1 cases agree."), "{}", outcome.out);
}

#[test]
fn a_corpus_without_a_case_is_no_success() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let folder = text(empty.path());
    programs().verifier(&["corpus", folder]).exits(64).says(&["there is no case", folder]);
    programs().verifier(&["corpus", "/no/such/folder"]).exits(74).says(&["/no/such/folder"]);
    let with = ["corpus", text(empty.path()), "--with", " "];
    programs().verifier(&with).exits(64);
}

#[test]
fn two_boards_are_compared() {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let board = copy_of(finished(), copy.path());
    let records = board.join("records");
    let count = fs::read_dir(&records).expect("records").count();
    fs::remove_file(records.join(format!("{:08}.cbor", count - 1))).expect("removed");
    let compare = ["compare", text(finished()), text(&board), "--json"];
    let report = programs().verifier(&compare).exits(0).json();
    let check = |report: &serde_json::Value| {
        let checks = report["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["id"] == "board.fork").expect("listed")
    };
    assert_eq!(
        (&check(&report)["status"], &check(&report)["items"]),
        (&"Pass".into(), &(count - 1).into())
    );
    let stored = psephos_tests::root().join("fixtures/valid/troubles/board");
    let report = programs()
        .verifier(&["compare", text(finished()), text(&stored), "--json"])
        .exits(2)
        .json();
    assert_eq!(check(&report)["status"], "NotRun");
    programs()
        .verifier(&["compare", text(finished()), "/no/such/folder"])
        .exits(3)
        .says(&["/no/such"]);
}

#[test]
fn a_trace_is_always_the_same_and_names_every_challenge() {
    let run = || programs().verifier(&[text(finished()), "--json", "--trace"]).exits(0);
    let (one, other) = (run(), run());
    assert_eq!(one.err, other.err);
    assert_eq!(one.json()["verdict"], "VALID");
    for name in [
        "accept attempt 0 trustee 2: key-possession.challenge = ",
        "deal attempt 0 trustee 1 recipient 0: key-ephemeral.challenge = ",
        ": ballot.challenge = ",
        "mix box 0 batch 1 position 2 trustee 2: shuffle.hadamard_x = ",
        "shuffle_chain.sum = 0000000000000000000000000000000000000000000000000000000000000000\n",
        "share trustee 0: decryption.base = ",
        "share trustee 0: decryption.challenge = ",
    ] {
        assert!(one.err.contains(name), "{name}: {}", one.err);
    }
}
