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
    let outcome = programs().verifier(&[board, "--expect", election]).exits(0);
    assert!(outcome.out.contains("How the record ends was not asked for"), "{}", outcome.out);
    let both = [board, "--expect", election, "--expect", head];
    let outcome = programs().verifier(&both).exits(0);
    assert!(outcome.out.contains("are the expected ones"), "{}", outcome.out);
    let other = "00".repeat(32);
    let pinned = ["--json", "--expect", election, "--expect", &other];
    let report = programs().verifier(&[&[board], &pinned[..]].concat()).exits(1).json();
    assert_eq!(report["failures"][0]["check"], "setup.identity");
}

/// A full disk does not look like a success. Linux has a file that is always full.
#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return println!("skipped: there is no /dev/full");
    };
    let mut command = programs().command("psephos-verifier");
    let status = command.arg(finished()).arg("--json").stdout(full).status().expect("it runs");
    assert_eq!(status.code(), Some(74));
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
    for part in ["records", "blobs"] {
        fs::create_dir_all(folder.join("board").join(part)).expect("made");
        for entry in fs::read_dir(stored.join("board").join(part)).expect("a folder") {
            let entry = entry.expect("an entry");
            let to = folder.join("board").join(part).join(entry.file_name());
            fs::copy(entry.path(), to).expect("copied");
        }
    }
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

    // Other verifiers: one that answers nothing, one that hangs.
    let hanging = corpus.path().join("hang.sh");
    fs::write(&hanging, "exec sleep 60\n").expect("written");
    let hanging = format!("sh {}", hanging.display());
    for (with, said) in
        [("true", "it prints no JSON"), (hanging.as_str(), "it has not answered within 1.0 s")]
    {
        let run = ["corpus", folder, "--with", with, "--limit", "1"];
        let outcome = programs().verifier(&run).exits(1);
        assert!(outcome.out.contains(said), "{with}: {}", outcome.out);
        assert!(outcome.out.contains("2 of 2 cases differ."), "{with}: {}", outcome.out);
    }
    // One that is not there, or is no program, is told once.
    let text = format!("{folder}/one/expected.json");
    for (with, said) in [
        ("./no-such-verifier", "there is no such program"),
        ("no-such-verifier", "there is no such program"),
        (&text, "it may not be run"),
    ] {
        let outcome = programs().verifier(&["corpus", folder, "--with", with]).exits(64);
        assert_eq!(outcome.out, "");
        outcome.says(&[said, with]);
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
    assert!(outcome.out.contains("The only case agrees."), "{}", outcome.out);
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
    // What stands behind a gap was not compared.
    fs::remove_file(records.join("00000005.cbor")).expect("removed");
    let report = programs().verifier(&compare).exits(2).json();
    assert_eq!(check(&report)["status"], "NotRun");
    assert!(report["warnings"].to_string().contains("it lacks record 5"), "{report}");
}

#[test]
fn a_trace_is_always_the_same_and_names_every_challenge() {
    let run = || programs().verifier(&[text(finished()), "--json", "--trace"]).exits(0);
    let (one, other) = (run(), run());
    assert_eq!(one.err, other.err);
    assert_eq!(one.json()["verdict"], "VALID");
    for name in [
        "accept attempt 0 trustee 2: key-possession.challenge > ",
        "deal attempt 0 trustee 1 recipient 0: key-ephemeral.challenge > ",
        ": ballot.public_key < ",
        ": ballot.challenge > ",
        "mix box 0 batch 1 position 2 trustee 2: shuffle.partial_products < ",
        "mix box 0 batch 1 position 2 trustee 2: shuffle.hadamard_x > ",
        "mix box 0 batch 1 position 2 trustee 2: shuffle.equation_9_right = ",
        "shuffle_chain.sum = 0000000000000000000000000000000000000000000000000000000000000000\n",
        "share trustee 0: decryption.base < ",
        "share trustee 0: decryption.challenge > ",
    ] {
        assert!(one.err.contains(name), "{name}: {}", one.err);
    }
}

#[test]
fn a_record_is_shown_with_every_field_and_its_challenges() {
    let records = fs::read_dir(finished().join("records")).expect("records").count();
    let mut kinds = std::collections::BTreeSet::new();
    for record in 0..records {
        let arguments = ["show", text(finished()), &record.to_string(), "--json"];
        let shown = programs().verifier(&arguments).exits(0).json();
        assert_eq!(shown["sequence"], record);
        assert_eq!(shown["signature_is"], "it verifies under the author's key");
        assert!(shown["faults"].is_null(), "{shown}");
        let kind = shown["kind"].as_str().expect("a kind").to_owned();
        let challenges = &shown["challenges"];
        match kind.as_str() {
            "accept" => assert!(shown["body"]["proof"]["z"].is_string(), "{shown}"),
            "deal" => assert!(challenges.as_object().is_some_and(|all| all.len() == 4), "{shown}"),
            "mix" => assert!(challenges.as_object().is_some_and(|all| all.len() == 16), "{shown}"),
            "share" => assert!(challenges.as_object().is_some_and(|all| all.len() == 2), "{shown}"),
            _ => assert!(challenges.is_null(), "{shown}"),
        }
        kinds.insert(kind);
    }
    assert!(kinds.len() >= 12, "{kinds:?}");
    let shown = programs().verifier(&["show", text(finished()), "0"]).exits(0).out;
    for words in ["author_is", "authority", "trustees (3)", "threshold"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let missing = ["show", text(finished()), "99"];
    programs().verifier(&missing).exits(3).says(&["record 99 is missing"]);
}

#[test]
fn of_a_broken_record_what_can_be_read_is_shown() {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let board = copy_of(finished(), copy.path());
    let spoil = |spoil: &dyn Fn(&mut Vec<u8>)| {
        let path = board.join("records/00000004.cbor");
        let mut file = fs::read(finished().join("records/00000004.cbor")).expect("readable");
        spoil(&mut file);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, file).expect("written");
        programs().verifier(&["show", text(&board), "4", "--json"])
    };
    let unsigned = spoil(&|file| *file.last_mut().expect("a byte") ^= 1).exits(1).json();
    assert_eq!(unsigned["kind"], "manifest");
    let words = unsigned["signature_is"].as_str().expect("words");
    assert!(words.starts_with("the signature does not verify"), "{words}");
    let longer = spoil(&|file| file.push(0)).exits(1).json();
    assert_eq!((&longer["kind"], &longer["sequence"]), (&"manifest".into(), &4.into()));
    assert!(longer["faults"][0].as_str().is_some_and(|fault| fault.starts_with("record: ")));
    let cut = spoil(&|file| file.truncate(100)).exits(3).json();
    assert_eq!((&cut["record"], &cut["bytes"]), (&4.into(), &100.into()));
}

/// A stored board that fails something, and a record that does.
fn bad_board() -> (PathBuf, String) {
    let case = psephos_tests::root().join("fixtures/invalid/board.equivocation-mixes");
    let expected = fs::read_to_string(case.join("expected.json")).expect("a stored case");
    let record = &psephos_tests::json(&expected)["failures"][0]["record"];
    (case.join("board"), record.to_string())
}

#[test]
fn evidence_convinces_who_has_not_the_board() {
    let (board, record) = bad_board();
    let place = tempfile::tempdir().expect("a temporary folder");
    let file = place.path().join("bad.evidence");
    let write = ["evidence", text(&board), &record, "--out", text(&file)];
    let outcome = programs().verifier(&write).exits(0);
    assert!(outcome.out.contains("fails board.equivocation; to blame: trustee"), "{}", outcome.out);
    programs().verifier(&write).exits(64).says(&["exists already"]);

    let report = programs().verifier(&[text(&board), "--json"]).exits(1).json();
    let election = report["election"].as_str().expect("an id");
    let judged = programs().verifier(&["judge", text(&file), "--expect", election]).exits(0);
    assert!(judged.out.starts_with("PROVEN\n"), "{}", judged.out);
    let judged = programs().verifier(&["judge", text(&file), "--json"]).exits(0).json();
    assert_eq!((&judged["proven"], &judged["election"]), (&true.into(), &election.into()));
    let other = "00".repeat(32);
    let judged = programs().verifier(&["judge", text(&file), "--expect", &other]).exits(1);
    assert!(judged.out.starts_with("NOT PROVEN\n"), "{}", judged.out);

    // Forged: every byte is either a claim, a length, or something that is signed or hashed.
    let honest = fs::read(&file).expect("readable");
    let forged = place.path().join("forged.evidence");
    for at in (0..honest.len()).step_by(honest.len() / 40) {
        let mut bytes = honest.clone();
        bytes[at] ^= 1;
        fs::write(&forged, bytes).expect("written");
        let outcome =
            programs().verifier(&["judge", text(&forged), "--expect", election, "--json"]);
        assert!(
            matches!(outcome.code, 1 | 3) || same_culprits(&outcome, &judged_of(&file)),
            "byte {at}: {outcome:?}"
        );
    }
    fs::write(&forged, &honest[1..]).expect("written");
    programs().verifier(&["judge", text(&forged)]).exits(3).says(&["forged.evidence"]);
}

fn judged_of(file: &Path) -> serde_json::Value {
    programs().verifier(&["judge", text(file), "--json"]).exits(0).json()
}

/// A byte that does not matter, such as one of a record that nobody needs, convicts nobody else.
fn same_culprits(outcome: &psephos_tests::Outcome, honest: &serde_json::Value) -> bool {
    outcome.json()["failures"][0]["culprits"] == honest["failures"][0]["culprits"]
}

#[test]
fn there_is_no_evidence_against_a_record_that_fails_nothing() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let file = place.path().join("none");
    let write = ["evidence", text(finished()), "5", "--out", text(&file)];
    programs().verifier(&write).exits(64).says(&["record 5 fails no check"]);
    let (board, record) = bad_board();
    let check = |id| {
        ["evidence", text(&board), record.as_str(), "--check", id, "--out", text(&file)]
            .map(str::to_owned)
    };
    programs().verifier(&check("mix.proof")).exits(64).says(&["does not fail mix.proof"]);
    programs().verifier(&check("mix.poof")).exits(64).says(&["is no check"]);
    assert!(!file.exists());
}

/// The recipe of spec/08-board.md §8.13, as it stands there.
fn recipe() -> String {
    let page =
        fs::read_to_string(psephos_tests::root().join("spec/08-board.md")).expect("the page");
    let section = page.split_once("## 8.13").expect("the section").1;
    let block = section.split_once("```sh\n").expect("the recipe").1;
    block.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn signatures_are_checked_by_openssl_alone() {
    let version = std::process::Command::new("openssl").arg("version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.as_ref().is_ok_and(|version| version.starts_with("OpenSSL 3")) {
        println!("skipped: there is no OpenSSL 3 here");
        return;
    }
    let place = tempfile::tempdir().expect("a temporary folder");
    let verifies = |record: &Path| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &recipe()]).env("record", record).current_dir(place.path());
        let output = shell.output().expect("a shell");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for entry in fs::read_dir(finished().join("records")).expect("records") {
        let record = entry.expect("an entry").path();
        let (verified, said) = verifies(&record);
        assert!(verified && said.contains("Signature Verified Successfully"), "{said}");
        let mut altered = fs::read(&record).expect("readable");
        altered[60] ^= 1;
        let path = place.path().join("altered.cbor");
        fs::write(&path, altered).expect("written");
        assert!(!verifies(&path).0, "{}", record.display());
    }
}
