//! The dates of voting: nobody votes before the beginning by accident, and whoever does so on purpose is told of.

use std::fs;

use psephos_tests::{Election, Outcome, SMALL, programs};

fn vote(election: &Election, how: &str) -> Outcome {
    let mut run = programs().command("psephos-voter");
    run.arg("vote").current_dir(election.path(""));
    run.args([
        "--board", "board", "--vote", "mayor=1", "--vote", "park=1", "--output", "mine", how,
    ]);
    Outcome::of(run.output().expect("it starts"))
}

#[test]
fn voting_does_not_begin_before_its_date() {
    let dates = "opens = 2999-05-01T08:00:00+02:00\ncloses = 2999-05-02T08:00:00+02:00";
    let election = Election::begin(&format!("{dates}\n{SMALL}"), 1, 1);
    election.open();
    let begins = "voting begins at 2999-05-01T06:00:00Z";
    let refused = vote(&election, "--cast").exits(64).says(&[begins, "--keep"]);
    assert_eq!(refused.out, "");
    vote(&election, "--challenge").exits(64).says(&[begins]);
    assert!(!election.path("mine.ballot").exists());
    vote(&election, "--keep").exits(0);

    let file = election.path("votes.ballots");
    fs::write(&file, election.ballots("mayor,park\n1,1\n2,2\n")).expect("written");
    let file = file.display().to_string();
    let before = election.files().len();
    election.authority(&["intake", &file]).exits(64).says(&[begins, "--early"]);
    assert_eq!(election.files().len(), before);
    let warned = |words: &str| {
        let report = election.verify().exits(2).json();
        report["warnings"].as_array().expect("warnings").iter().any(|warning| {
            let warning = warning.as_str().expect("a sentence");
            warning.contains(words) && warning.contains(" days ")
        })
    };
    assert!(!warned("before the beginning"));
    election.authority(&["intake", &file, "--early"]).exits(0);
    assert!(warned("before the beginning"));

    election
        .authority(&["close"])
        .exits(64)
        .says(&["voting ends at 2999-05-02T06:00:00Z", "--early"]);
    election.authority(&["close", "--early"]).exits(0);
    assert!(warned("before the beginning") && warned("before the end"));
}
