//! `psephos-verifier --report` and the page of `publish`: a file for every verdict, written whole, and never in
//! the place of something else.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_tests::{Election, SMALL, SMALL_BALLOTS, programs, root};

/// A stored board of each verdict with its exit code, and words that its page must have.
const STORED: [(&str, i32, &str, &[&str]); 5] = [
    (
        "valid/count-rankings",
        0,
        "VALID",
        &["<svg class=\"flow\" role=\"img\"", "<caption>Votes round by round", "Elected: "],
    ),
    ("valid/troubles", 0, "VALID", &["left out record", "did not come"]),
    (
        "invalid/result.count-votes",
        1,
        "INVALID",
        &[
            "What fails, and who is to blame",
            "result.count",
            "To blame: the election authority",
            "Not confirmed",
        ],
    ),
    ("invalid/board.chain-seal-removed", 2, "INCOMPLETE", &["This proves nothing"]),
    ("invalid/board.blob-missing-mix", 3, "UNREADABLE", &["could not be made on everything"]),
];

fn stored(name: &str) -> String {
    root().join("fixtures").join(name).join("board").display().to_string()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// A folder with the place of a page in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("report.html");
    (folder, path)
}

#[test]
fn there_is_a_page_for_every_verdict() {
    let (_folder, path) = place();
    for (name, exit, verdict, words) in STORED {
        let board = stored(name);
        let outcome = programs().verifier(&[&board, "--report", text(&path)]).exits(exit);
        assert!(outcome.out.contains("The report is in "), "{name}: {}", outcome.out);
        let page = fs::read_to_string(&path).expect("a page");
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{name}");
        assert!(page.contains(&format!("<strong>{verdict}</strong>")), "{name}");
        for word in words {
            assert!(page.contains(word), "{name}: {word:?} is not in the page");
        }
        let report = programs().verifier(&[&board, "--json"]).exits(exit).json();
        for digest in ["election", "head"] {
            let digest = report[digest].as_str().expect("a digest");
            assert!(page.replace("<wbr>", "").contains(digest), "{name}: {digest}");
        }
        for failure in report["failures"].as_array().expect("failures") {
            assert!(
                page.contains(failure["check"].as_str().expect("a check")),
                "{name}: {failure}"
            );
        }
    }
}

#[test]
fn a_page_goes_with_every_form_of_answer() {
    let (_folder, path) = place();
    let board = stored("valid/honest");
    let with = |more: &[&str]| {
        let arguments = [&[board.as_str(), "--report", text(&path)], more].concat();
        let outcome = programs().verifier(&arguments).exits(0);
        let page = fs::read_to_string(&path).expect("a page");
        fs::remove_file(&path).expect("removed");
        (outcome, page)
    };
    let (outcome, page) = with(&["--json"]);
    let head = outcome.json()["head"].as_str().expect("a digest").to_owned();
    assert!(page.contains("No digest was given with --expect"));
    let (outcome, _) = with(&["--quiet"]);
    assert_eq!((outcome.out.as_str(), outcome.err.as_str()), ("VALID\n", ""));
    let (_, page) = with(&["--expect", &head]);
    assert!(page.contains("The record is the expected one, up to its end."));
    let compared = ["compare", &board, &board, "--report", text(&path), "--quiet"];
    programs().verifier(&compared).exits(0);
    assert!(fs::read_to_string(&path).expect("a page").contains("board.fork"));
}

#[test]
fn what_is_no_board_has_a_page_that_says_so() {
    let (folder, path) = place();
    let outcome = programs().verifier(&[text(folder.path()), "--report", text(&path)]).exits(3);
    outcome.says(&["not a board"]);
    let page = fs::read_to_string(&path).expect("a page");
    assert!(page.contains("<strong>UNREADABLE</strong>") && page.contains("not a board"));
}

#[test]
fn other_files_are_left_alone() {
    let (folder, path) = place();
    let board = stored("valid/honest");
    fs::write(&path, "my own notes").expect("written");
    let outcome = programs().verifier(&[&board, "--report", text(&path)]).exits(64);
    outcome.says(&["left alone", "report.html", "name another file"]);
    assert_eq!(fs::read_to_string(&path).expect("the notes"), "my own notes");
    let missing = folder.path().join("no/such/report.html");
    programs().verifier(&[&board, "--report", text(&missing)]).exits(64).says(&["no such folder"]);
    programs().verifier(&[&board, "--report", text(folder.path())]).exits(64).says(&["a folder"]);
}

#[test]
fn the_authority_publishes_a_page_of_its_own() {
    let election = Election::begin(SMALL, 3, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    for trustee in [1, 2, 3, 1, 2] {
        election.trustee(trustee, &["run", "--once"]);
    }
    let beside = election.path("board-result.html");
    // Somebody else's file is left alone, and keeps nobody from publishing.
    fs::write(&beside, "my own notes").expect("written");
    let outcome = election.authority(&["publish"]).exits(0);
    assert!(outcome.err.contains("there is no page of the result"), "{}", outcome.err);
    fs::remove_file(&beside).expect("removed");
    let outcome = election.authority(&["publish"]).exits(0);
    assert!(outcome.out.contains("The page of the result is in "), "{}", outcome.out);
    let page = fs::read_to_string(&beside).expect("a page");
    for word in
        ["own statement", "<strong>VALID</strong>", "How to check this yourself", "The trustees"]
    {
        assert!(page.contains(word), "{word:?}");
    }
    let head = election.verify().exits(0).json()["head"].as_str().expect("a digest").to_owned();
    assert!(page.contains(&format!("--expect {head}")));
    let elsewhere = election.path("page.html");
    election.authority(&["publish", "--page", text(&elsewhere)]).exits(0);
    assert!(elsewhere.is_file());
    let folder = election.path("");
    election.authority(&["publish", "--page", text(&folder)]).exits(64).says(&["a folder"]);
}
