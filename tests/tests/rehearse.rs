//! `rehearse`: whole elections as separate processes.

use std::fs;
use std::path::Path;

use psephos_tests::{assert_expected, programs, real_election, root};
use serde_json::{Value, json};

fn expected(path: &Path) -> Value {
    psephos_tests::json(&fs::read_to_string(path).expect("an expected result"))
}

#[test]
fn the_made_election_is_valid_and_counts_as_expected() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let arguments = ["rehearse", "--json", "--board", board.to_str().expect("text")];
    let outcome = programs().authority(&arguments).exits(0);
    assert_eq!(outcome.err, "");
    let report = outcome.json();
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["exit"], 0);
    assert!(report["error"].is_null());
    assert_eq!(report["board"], board.display().to_string());
    assert_eq!(report["ballots"]["accepted"], report["ballots"]["cast"]);
    assert_eq!(report["ballots"]["rejected"], 0);
    assert_eq!(report["ballots"]["invalid"], 0);
    for phase in ["key_ceremony", "voting", "mixing", "decryption", "verify", "total"] {
        assert!(report["timings"][phase].is_f64(), "{phase}");
    }
    assert_expected(
        &report["contests"],
        &expected(&root().join("fixtures/elections/made/expected.json")),
    );

    let mut names: Vec<String> = fs::read_dir(&board)
        .expect("a board")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["blobs", "records"]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("letter.txt"), "dear").expect("written");
    let board = folder.path().display().to_string();
    let outcome = programs().authority(&["rehearse", "--json", "--board", &board]).exits(64);
    assert!(outcome.json()["error"].as_str().expect("an error").contains("not empty"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

fn real(name: &str, trustees: u64, threshold: u64) {
    let Some(data) = real_election(name) else { return };
    let (toml, csv) = (data.join("election.toml"), data.join("ballots.csv"));
    rehearsed(&data, &toml, &csv, trustees, threshold);
}

/// Rehearses an election from these files; it must count as `data` expects.
fn rehearsed(data: &Path, toml: &Path, csv: &Path, trustees: u64, threshold: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = [
        "rehearse".to_owned(),
        "--json".to_owned(),
        format!("--election={}", toml.display()),
        format!("--ballots={}", csv.display()),
        format!("--board={}", folder.path().join("board").display()),
        format!("--trustees={trustees}"),
        format!("--threshold={threshold}"),
    ];
    let report = programs().authority(&arguments).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    let expected = expected(&data.join("expected.json"));
    assert_eq!(report["ballots"]["cast"], expected["ballots"]["cast"]);
    let columns = fs::read_to_string(csv).expect("a table");
    let in_boxes = columns.starts_with("box,");
    assert_votes(&report["contests"], &expected, in_boxes);
    println!("{}: {}", data.display(), report["timings"]);
}

/// In boxes a contest has fewer blank votes, and so another digest of its cells.
fn assert_votes(contests: &Value, expected: &Value, in_boxes: bool) {
    if !in_boxes {
        return assert_expected(contests, expected);
    }
    let counted = contests.as_array().expect("contests");
    for contest in expected["contests"].as_array().expect("contests") {
        let found = counted.iter().find(|counted| counted["id"] == contest["id"]);
        assert_eq!(found.expect("the contest")["votes"], contest["votes"], "{}", contest["id"]);
    }
}

#[test]
fn aspen_with_three_trustees() {
    real("aspen-2009-mayor", 3, 2);
}

#[test]
fn aspen_with_five_trustees() {
    real("aspen-2009-mayor", 5, 3);
}

#[test]
fn clear_creek() {
    real("clear-creek-2016-primary", 3, 2);
}

/// The two parties' ballots as two boxes, each contest mixed on its own: the same totals.
#[test]
fn clear_creek_in_two_boxes() {
    let Some(data) = real_election("clear-creek-2016-primary") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (toml, csv) = (folder.path().join("election.toml"), folder.path().join("ballots.csv"));
    let table = fs::read_to_string(data.join("ballots.csv")).expect("a table");
    let mut lines = table.lines();
    let ids: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let (democratic, republican) = ids.split_at(8);
    let boxes = [("democratic", democratic), ("republican", republican)]
        .map(|(id, contests)| format!("[[box]]\nid = {id:?}\ncontests = {contests:?}\n\n"));
    let election = fs::read_to_string(data.join("election.toml")).expect("a file");
    fs::write(&toml, format!("{election}\n{}", boxes.concat())).expect("written");
    let row = |line: &str| {
        let democrat = line.split(',').take(8).any(|cell| !cell.trim_matches('"').is_empty());
        format!("{},{line}\n", if democrat { "democratic" } else { "republican" })
    };
    let rows: String = lines.map(row).collect();
    fs::write(&csv, format!("box,{}\n{rows}", ids.join(","))).expect("written");
    rehearsed(&data, &toml, &csv, 3, 2);
}

/// Takes minutes: runs only with PSEPHOS_LONG=1.
#[test]
fn minneapolis() {
    if std::env::var_os("PSEPHOS_LONG").is_none() {
        println!("skipped: set PSEPHOS_LONG=1 to run it");
        return;
    }
    real("minneapolis-2013-mayor", 3, 2);
}

#[test]
fn no_ballot_one_ballot_and_two() {
    for (csv, cast) in [("mayor,park\n", 0), ("mayor,park\n1>2,1\n", 1), ("mayor,park\n,\n,2\n", 2)]
    {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("election.toml"), psephos_tests::SMALL).expect("written");
        fs::write(path("ballots.csv"), csv).expect("written");
        let arguments = [
            "rehearse".to_owned(),
            "--json".to_owned(),
            format!("--election={}", path("election.toml")),
            format!("--ballots={}", path("ballots.csv")),
            format!("--board={}", path("board")),
            "--trustees=2".to_owned(),
        ];
        let report = programs().authority(&arguments).exits(0).json();
        assert_eq!(report["verdict"], "VALID");
        assert_eq!(report["ballots"]["accepted"], cast);
    }
}

/// The example of spec/blt.md, which is an election by itself.
#[test]
fn a_blt_file_is_an_election_by_itself() {
    let page = fs::read_to_string(root().join("spec/blt.md")).expect("the page");
    let example = page.split("```").nth(1).expect("an example").trim_start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("club.blt");
    fs::write(&path, example).expect("written");
    let ballots = path.to_str().expect("text");
    let report =
        programs().authority(&["rehearse", "--json", "--ballots", ballots]).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["ballots"]["accepted"], 6);
    let contests = report["contests"].as_array().expect("contests");
    assert_eq!(contests.len(), 1);
    let contest = &contests[0];
    assert_eq!((&contest["method"], &contest["blank"]), (&json!("schulze"), &json!(2)));
    // Three ballots say Ada before Dan, one says Bo and Dan before Ada.
    let others = json!({ "Ada": {"Bo": 3, "Dan": 3}, "Bo": {"Ada": 1, "Dan": 0}, "Dan": {"Ada": 1, "Bo": 3} });
    for (candidate, row) in others.as_object().expect("rows") {
        for (other, ballots) in row.as_object().expect("a row") {
            assert_eq!(&contest["pairs"][candidate][other], ballots, "{candidate} before {other}");
        }
    }
    assert_eq!(contest["ranking"], json!([["Ada"], ["Dan"], ["Bo"]]));
    assert_eq!(contest["elected"], json!(["Ada", "Dan"]));

    let printed = programs().authority(&["rehearse", "--quiet", "--ballots", ballots]).exits(0).out;
    for words in ["Garden club, committee", "Ada", "Dan", "6 cast, 6 accepted", "Verdict: VALID"] {
        assert!(printed.contains(words), "{words} is not in:\n{printed}");
    }
}

/// Nobody waits for the day of the election, or for as many ballots, to rehearse it.
#[test]
fn dates_and_a_minimum_do_not_stop_a_rehearsal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let dates = "minimum = 5\nopens = 2999-05-01T08:00:00Z\ncloses = 2999-05-02T08:00:00Z\n";
    fs::write(path("election.toml"), format!("{dates}{}", psephos_tests::SMALL)).expect("written");
    fs::write(path("ballots.csv"), "mayor,park\n1>2,1\n").expect("written");
    let (election, ballots) = (path("election.toml"), path("ballots.csv"));
    let arguments = ["rehearse", "--election", &election, "--ballots", &ballots, "--trustees=1"];
    let report = programs().authority(&[&arguments[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["left_out"], json!(["opens", "closes"]));
    assert_eq!(report["waived"], json!(["all"]));
    let printed = programs().authority(&[&arguments[..], &["--quiet"]].concat()).exits(0).out;
    for words in ["opens, closes", "Minimum: waived", "Verdict: VALID"] {
        assert!(printed.contains(words), "{words} is not in:\n{printed}");
    }
}
