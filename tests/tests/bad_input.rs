//! Bad input: one clear error, a non-zero exit, and a board that is as it was.

use std::fs;
use std::path::Path;

use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS, programs};
use tempfile::TempDir;

/// Rehearses an election given as texts.
fn rehearse(toml: &str, csv: &str, flags: &[&str]) -> (TempDir, Outcome) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("election.toml"), toml).expect("written");
    fs::write(path("ballots.csv"), csv).expect("written");
    let mut arguments = vec![
        "rehearse".to_owned(),
        format!("--election={}", path("election.toml")),
        format!("--ballots={}", path("ballots.csv")),
        format!("--board={}", path("board")),
    ];
    arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
    let outcome = programs().authority(&arguments);
    (folder, outcome)
}

#[test]
fn every_malformed_file_is_named_with_its_line() {
    let replaced = |from: &str, to: &str| SMALL.replace(from, to);
    let many: Vec<String> = (0..1000).map(|number| format!("\"Name {number}\"")).collect();
    let long = format!(
        "title = \"Long\"\n[[contest]]\nid = \"a\"\nmethod = \"irv\"\nmax_ranks = 999\ncandidates = [{}]\n",
        many.join(", ")
    );
    let cases: [(&str, String, &str, &[&str]); 12] = [
        ("no TOML", "title = \n".into(), SMALL_BALLOTS, &["election.toml:1"]),
        (
            "unknown key",
            replaced("seats", "seats") + "colour = \"red\"\n",
            SMALL_BALLOTS,
            &["election.toml", "colour"],
        ),
        (
            "no candidates",
            replaced("[\"Yes\", \"No\"]", "[]"),
            SMALL_BALLOTS,
            &["election.toml:", "candidates"],
        ),
        ("same id", replaced("\"park\"", "\"mayor\""), SMALL_BALLOTS, &["election.toml:", "mayor"]),
        ("too long", long, "a\n1\n", &["election.toml:", "bytes"]),
        (
            "unknown candidate",
            SMALL.into(),
            "mayor,park\n1>2,1\n7,1\n",
            &["ballots.csv:3", "mayor"],
        ),
        (
            "too many ranks",
            SMALL.replace("max_ranks = 3", "max_ranks = 2"),
            "mayor,park\n1>2>3,1\n",
            &["ballots.csv:2"],
        ),
        ("columns", SMALL.into(), "mayor,park\n1,1\n1,1,1\n", &["ballots.csv:3"]),
        ("unknown contest", SMALL.into(), "mayor,pool\n1,1\n", &["ballots.csv:1", "pool"]),
        ("empty file", SMALL.into(), "", &["ballots.csv"]),
        ("no number", SMALL.into(), "mayor,park\nx,1\n", &["ballots.csv:2"]),
        ("two marks", SMALL.into(), "mayor,park\n1,1+2\n", &["ballots.csv:2"]),
    ];
    for (case, toml, csv, words) in cases {
        let (folder, outcome) = rehearse(&toml, csv, &[]);
        println!("{case}: {}", outcome.err.trim_end());
        outcome.exits(64).says(words);
        assert!(!folder.path().join("board").exists(), "{case}: a board was made");
    }
}

#[test]
fn impossible_numbers_are_refused() {
    for (flags, word) in [
        (&["--trustees=3", "--threshold=4"][..], "threshold 4"),
        (&["--trustees=0"], "trustees"),
        (&["--trustees=33"], "33"),
        (&["--threshold=0"], "threshold"),
        (&["--trustees=3", "--threshold=2", "--mixes=1"], "mixes"),
        (&["--trustees=3", "--mixes=4"], "mixes"),
    ] {
        rehearse(SMALL, SMALL_BALLOTS, flags).1.exits(64).says(&[word]);
    }
}

#[test]
fn missing_files_are_named() {
    let missing = ["rehearse", "--election=nowhere.toml", "--ballots=nowhere.csv"];
    programs().authority(&missing).exits(74).says(&["nowhere.toml"]);
    programs().authority(&["intake", "--home=nowhere", "x"]).exits(64).says(&["nowhere"]);
    programs().run("psephos-trustee", &["run", "--home=nowhere"]).exits(64).says(&["nowhere"]);
    programs().verifier(&["digest", "nowhere"]).exits(74).says(&["nowhere"]);
}

#[test]
fn what_is_no_board_is_unreadable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    programs().verifier(&[folder.path()]).exits(3).says(&["not a board"]);
    programs().verifier(&[folder.path().join("nowhere")]).exits(3).says(&["nowhere"]);
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("written");
    programs().verifier(&[&file]).exits(3).says(&["no folder, and no archive"]);
}

#[test]
fn wrong_commands_end_with_64() {
    for arguments in [&["frobnicate"][..], &[], &["intake"], &["rehearse", "--trustees=many"]] {
        assert_eq!(programs().authority(arguments).code, 64, "{arguments:?}");
    }
    assert_eq!(programs().verifier(&["board", "--expect", "abc"]).code, 64);
    assert_eq!(programs().verifier(&["--help"]).code, 0);
    let outcome = programs().run("psephos-trustee", &["join", "hello"]).exits(64);
    outcome.says(&["psephos-invite:"]);
}

#[test]
fn an_open_election_survives_everything_bad() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    let before = election.files();
    let unchanged =
        |case: &str| assert!(election.files() == before, "{case}: the board has changed");
    let file = election.path("bad.ballots");
    let name = file.display().to_string();

    let mut ballots = election.ballots(SMALL_BALLOTS);
    ballots.pop();
    fs::write(&file, &ballots).expect("written");
    election.authority(&["intake", &name]).exits(64).says(&["bad.ballots", "bytes"]);
    unchanged("a cut file");
    fs::write(&file, "").expect("written");
    election.authority(&["intake", &name]).exits(64).says(&["no ballots"]);
    unchanged("an empty file");
    election.authority(&["intake", "nowhere.ballots"]).exits(74).says(&["nowhere.ballots"]);
    unchanged("a missing file");

    let wrong = election.path("wrong");
    fs::write(&wrong, "something else\n").expect("written");
    for (program, home, command) in
        [("psephos-authority", "authority", "close"), ("psephos-trustee", "trustee-1", "run")]
    {
        let mut tried = programs().command(program);
        tried.arg(command).arg("--home").arg(election.path(home));
        tried.arg("--passphrase-file").arg(&wrong);
        Outcome::of(tried.output().expect("it starts")).exits(64).says(&["wrong passphrase"]);
        unchanged("a wrong passphrase");
    }
    fs::write(&wrong, "\n").expect("written");
    let mut tried = programs().command("psephos-authority");
    tried.args(["close", "--home"]).arg(election.path("authority"));
    tried.arg("--passphrase-file").arg(&wrong);
    Outcome::of(tried.output().expect("it starts")).exits(64).says(&["empty line"]);

    election.authority(&["publish", "--once"]).exits(64).says(&["voting has not ended"]);
    unchanged("publishing too early");

    // The same file twice counts once.
    let taken = election.vote(SMALL_BALLOTS).display().to_string();
    let after = election.files();
    assert!(election.authority(&["intake", &taken]).exits(0).out.contains("taken in before"));
    assert!(election.files() == after);
    election.authority(&["close"]).exits(0);
    election.authority(&["intake", &taken]).exits(64).says(&["voting has ended"]);
}

#[test]
fn an_invitation_is_used_once_and_only_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("election.toml"), SMALL).expect("written");
    fs::write(path("passphrase"), "correct horse").expect("written");
    let init = [
        "init".to_owned(),
        format!("--election={}", path("election.toml")),
        format!("--board={}", path("board")),
        format!("--home={}", path("authority")),
        format!("--passphrase-file={}", path("passphrase")),
        "--throwaway".to_owned(),
    ];
    let first = programs().authority(&init).exits(0).out;
    let line = first.lines().find(|line| line.starts_with("psephos-invite:")).expect("a line");
    assert_eq!(
        programs().authority(&init).exits(0).out,
        first,
        "init continues with the same lines"
    );
    let join = |line: &str, home: &str| {
        let arguments = [
            "join".to_owned(),
            line.to_owned(),
            format!("--home={}", path(home)),
            format!("--passphrase-file={}", path("passphrase")),
            "--throwaway".to_owned(),
            "--yes".to_owned(),
        ];
        programs().run("psephos-trustee", &arguments)
    };
    let cut = line.get(..line.len() - 3).expect("a part");
    join(cut, "trustee").exits(64);
    assert!(!Path::new(&path("trustee")).exists());
    let shown = join(line, "trustee").exits(0).out;
    assert!(shown.contains("You are trustee 0") && shown.contains("Blaise"), "{shown}");
    join(line, "trustee").exits(0);
    join(line, "thief").exits(64).says(&["has been used"]);
    assert!(!Path::new(&path("thief")).exists());
}
