//! What psephos-verifier says of what is missing, endless, or not what it was taken for: plainly, soon, and with
//! the exit code that the specification gives it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use psephos_record::message::{RECORD_LIMIT, file_digest};
use psephos_tests::{Outcome, programs, root};
use serde_json::Value;

/// A stored case's board.
fn stored(case: &str) -> PathBuf {
    root().join("fixtures").join(case).join("board")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

fn audit(board: &Path, options: &[&str]) -> Outcome {
    programs().verifier(&[&[text(board), "--json"], options].concat())
}

fn status(report: &Value, check: &str) -> String {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|found| found["id"] == check).expect("listed");
    found["status"].as_str().expect("a status").to_owned()
}

/// Whether a warning says this.
fn warns(report: &Value, words: &str) -> bool {
    let warnings = report["warnings"].as_array().expect("warnings");
    warnings.iter().any(|text| text.as_str().is_some_and(|text| text.contains(words)))
}

/// A copy of a stored board, to be spoilt.
fn copy_of(case: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for part in ["records", "blobs"] {
        fs::create_dir_all(copy.path().join(part)).expect("made");
        for entry in fs::read_dir(stored(case).join(part)).expect("a folder") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), copy.path().join(part).join(entry.file_name())).expect("copied");
        }
    }
    copy
}

#[test]
fn a_trustee_has_one_number_in_every_answer() {
    let board = stored("invalid/key.complaint-opened-over-it");
    let report = audit(&board, &[]).exits(1).json();
    assert_eq!(report["failures"][0]["culprits"][0], "trustee 2");
    let evidence = report["failures"][0]["evidence"].as_str().expect("words");
    for words in ["the complaint of trustee 1 in record 14", "the deal of trustee 2"] {
        assert!(evidence.contains(words), "{words}: {evidence}");
    }
    let told = programs().verifier(&[&board]).exits(1).out;
    for words in ["record 14 (trustee 2)", "2 \"Trustee 3\""] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let shown = programs().verifier(&["show", text(&board), "14", "--json"]).exits(0).json();
    assert_eq!(shown["author_is"], "trustee 1 (Trustee 2)");
}

#[test]
fn a_receipt_that_is_none_is_no_answer_about_a_ballot() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let board = stored("valid/honest");
    let file = place.path().join("my.receipt");
    for content in [&b""[..], b"junk", &[0; 5000]] {
        fs::write(&file, content).expect("written");
        let report = audit(&board, &["--receipt", text(&file)]).exits(2).json();
        assert_eq!(report["verdict"], "INCOMPLETE");
        assert_eq!(status(&report, "intake.withheld"), "NotRun");
        assert!(warns(&report, "the receipt proves nothing here: it is no receipt"), "{report}");
    }
    // No more is read of it than tells that it is too long.
    File::create(&file).and_then(|open| open.set_len(1 << 40)).expect("a sparse file");
    audit(&board, &["--receipt", text(&file)]).exits(2);
    let nothing = place.path().join("nothing");
    audit(&board, &["--receipt", text(&nothing)]).exits(74).says(&["nothing"]);
}

#[test]
fn a_second_board_that_is_none_leaves_the_report_of_the_first() {
    let (honest, bad) = (stored("valid/honest"), stored("invalid/mix.proof-row-doubled"));
    let compare = |board: &Path, other: &Path| {
        programs().verifier(&["compare", text(board), text(other), "--json"])
    };
    for other in [Path::new("/no/such/folder"), &root().join("fixtures"), &root().join("README.md")]
    {
        let report = compare(&honest, other).exits(2).json();
        assert_eq!(report["verdict"], "INCOMPLETE");
        assert_eq!(status(&report, "board.fork"), "NotRun");
        assert!(warns(&report, "the second board was not compared"), "{report}");
        assert_eq!(status(&compare(&bad, other).exits(1).json(), "mix.proof"), "Fail");
    }
    compare(Path::new("/no/such/folder"), &honest).exits(3).says(&["/no/such"]);
}

#[test]
fn in_front_of_a_gap_and_behind_it() {
    let board = stored("invalid/board.chain-file-missing");
    let last = fs::read(board.join("records/00000019.cbor")).expect("a record");
    let report = audit(&board, &[]).exits(1).json();
    assert_eq!(report["head"], hex::encode(file_digest(&last)));
    assert!(warns(&report, "the head is that of record 19"), "{report}");
    let show = |record: &str| programs().verifier(&["show", text(&board), record, "--json"]);
    assert!(show("19").exits(0).json()["behind"].is_null());
    let behind = show("25").exits(0).json();
    assert_eq!(
        (&behind["kind"], &behind["author_is"]),
        (&"share".into(), &"trustee 2 (Trustee 3)".into())
    );
    for field in ["behind", "challenges"] {
        let words = behind[field].as_str().expect("words");
        assert!(words.contains("record 20") && words.contains("is missing"), "{words}");
    }
    for record in ["20", "99"] {
        let missing = format!("record {record} is missing");
        show(record).exits(3).says(&[&missing, "holds records 0 to 19", "from 21 on"]);
    }
}

#[test]
fn what_is_wrong_with_shares_names_their_batch() {
    let report = audit(&stored("valid/troubles"), &[]).exits(0).json();
    let all = "box town, batch batch-1; box town, batch batch-2; box island, batch batch-1";
    assert!(warns(&report, &format!("the proof of its shares of {all} does not hold")), "{report}");
    // With t other shares that are valid, the row is found, and which list it is of.
    let report = audit(&stored("invalid/decrypt.proof-row-altered"), &[]).exits(1).json();
    let failure = &report["failures"][0];
    assert_eq!(failure["row"], 3);
    let evidence = failure["evidence"].as_str().expect("words");
    assert!(evidence.contains("in box all, batch batch-1 this row"), "{evidence}");
}

#[test]
fn why_there_is_no_evidence() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let file = place.path().join("file");
    let evidence = |board: &Path, record: &str, options: &[&str]| {
        let arguments = ["evidence", text(board), record, "--out", text(&file)];
        programs().verifier(&[&arguments[..], options].concat())
    };
    let honest = stored("valid/honest");
    evidence(&honest, "99", &[]).exits(64).says(&["there is no record 99", "records 0 to 27"]);
    evidence(&honest, "3", &[])
        .exits(64)
        .says(&["record 3 fails no check", "nothing on this board"]);
    let excluded = stored("valid/mix-excluded");
    let said =
        ["record 21 is excluded, by record 22", "mix.proof", "without the records from 22 on"];
    evidence(&excluded, "21", &[]).exits(64).says(&said);
    let gap = stored("invalid/board.chain-file-missing");
    evidence(&gap, "20", &[]).exits(64).says(&["there is no record 20", "from 21 on"]);
    evidence(&gap, "25", &[]).exits(64).says(&["record 20, before it, is missing"]);
    let withheld = stored("invalid/intake.withheld-receipt");
    let said = ["a receipt", "--receipt FILE"];
    evidence(&withheld, "14", &["--check", "intake.withheld"]).exits(64).says(&said);
    let fork = stored("invalid/board.fork-everybody-on-both");
    let said = ["two boards", "hand over both boards"];
    evidence(&fork, "19", &["--check", "board.fork"]).exits(64).says(&said);
    let quorum = stored("invalid/mix.quorum-one-fails");
    let said = ["mix.quorum fails, but no record does by itself", "the whole board"];
    evidence(&quorum, "22", &["--check", "mix.quorum"]).exits(64).says(&said);
    let junk = stored("invalid/encoding.canonical-record-no-cbor");
    evidence(&junk, "17", &[]).exits(2).says(&["record 17 is no record", "the whole board"]);
    assert!(!file.exists());
    // What the advice says: a copy that ends before the exclusion.
    let copy = copy_of("valid/mix-excluded");
    for record in 22..30 {
        // The board has fewer.
        let _ = fs::remove_file(copy.path().join(format!("records/{record:08}.cbor")));
    }
    evidence(copy.path(), "21", &[]).exits(0);
}

#[test]
fn a_judge_says_when_nothing_is_proven_against_anybody() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let made = |case: &str, record: &str| {
        let file = place.path().join(record);
        let arguments =
            ["evidence", text(&stored(case)), record, "--out", text(&file)].map(str::to_owned);
        programs().verifier(&arguments).exits(0);
        file
    };
    let file = made("invalid/board.signature-mix", "20");
    let told = programs().verifier(&["judge", text(&file)]).exits(0).out;
    assert!(told.starts_with("PROVEN\n"), "{told}");
    assert!(told.contains("This proves nothing against anybody"), "{told}");
    let file = made("invalid/mix.proof-row-doubled", "21");
    let told = programs().verifier(&["judge", text(&file)]).exits(0).out;
    assert!(!told.contains("against anybody"), "{told}");
}

#[test]
fn what_is_no_evidence_is_refused_at_once() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let file = place.path().join("file");
    let judge = || programs().verifier(&["judge", text(&file)]);
    File::create(&file).and_then(|open| open.set_len(1 << 30)).expect("a sparse file");
    judge().exits(3).says(&["does not begin as evidence does"]);
    File::create(&file).and_then(|open| open.set_len(1 << 40)).expect("a sparse file");
    judge().exits(3).says(&["it is longer than"]);
    fs::write(&file, b"\xa4\x65blobs").expect("written");
    judge().exits(3).says(&["this is no evidence", "no complete CBOR item"]);
}

#[test]
fn a_mistyped_digest_is_told_from_a_short_one() {
    let board = stored("valid/honest");
    let right = "0123456789abcdef".repeat(4);
    let expect = |digest: &str| audit(&board, &["--expect", digest]).exits(64).err;
    let said = expect(&right.replacen('b', "l", 1));
    assert!(said.contains("character 12, 'l', is none"), "{said}");
    let said = expect(&right[1..]);
    assert!(said.contains("this has 63 characters"), "{said}");
}

/// Whoever can write to a folder can put files into it that take hours to hash. The test takes hours, too, if
/// that works.
#[test]
fn files_without_end_end_no_audit() {
    const ENDLESS: u64 = 1 << 42;
    let sparse = |path: &Path| {
        fs::remove_file(path).ok();
        File::create(path).and_then(|open| open.set_len(ENDLESS))
    };
    let copy = copy_of("valid/honest");
    let blobs: Vec<PathBuf> = fs::read_dir(copy.path().join("blobs"))
        .expect("blobs")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    for blob in &blobs {
        if sparse(blob).is_err() {
            return println!("skipped: the file system has no room for a sparse file");
        }
    }
    let report = audit(copy.path(), &[]).exits(1).json();
    assert_eq!(status(&report, "board.blob"), "Fail");
    let failures = report["failures"].as_array().expect("failures");
    assert!(failures.iter().all(|failure| failure["culprits"] == Value::Array(vec![])), "{report}");

    let copy = copy_of("valid/honest");
    let next = fs::read_dir(copy.path().join("records")).expect("records").count();
    sparse(&copy.path().join(format!("records/{next:08}.cbor"))).expect("a sparse file");
    let report = audit(copy.path(), &[]).exits(3).json();
    assert_eq!(report["head"], hex::encode(file_digest(&vec![0; RECORD_LIMIT + 1])));
    let next = next.to_string();
    programs().verifier(&["show", text(copy.path()), &next]).exits(3).says(&["is longer than"]);
    programs().verifier(&["show", text(copy.path()), "20"]).exits(0);
    let evidence = ["evidence", text(copy.path()), &next, "--out", "/no/such/file"];
    programs().verifier(&evidence).exits(2).says(&["is longer than", "the whole board"]);
}
