//! An election goes on without a trustee that never mixes, and after junk on its board.

use std::fs;

use psephos_tests::{Election, SMALL, SMALL_BALLOTS};

fn closed() -> Election {
    let election = Election::begin(SMALL, 3, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    election
}

fn is_valid(election: &Election, warning: &str) {
    let report = election.verify().exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["results"][1]["votes"]["Yes"], 4);
    let warnings = report["warnings"].as_array().expect("warnings");
    let found = warnings.iter().any(|text| text.as_str().is_some_and(|t| t.contains(warning)));
    assert!(found, "{warnings:?}");
}

#[test]
fn a_trustee_that_never_mixes_is_excluded() {
    let election = closed();
    election.trustee(1, &["run", "--once"]).exits(2);
    // The second, trustee 1, is not heard of again. Nobody excludes it alone, and nobody whose turn it is not.
    election.authority(&["exclude", "--trustee", "1"]).exits(2).says(&["0 of 2", "nobody yet"]);
    election.trustee(1, &["exclude", "--trustee", "2"]).exits(64).says(&["not awaited"]);
    election.trustee(1, &["exclude", "--trustee", "1"]).exits(0);
    election.authority(&["exclude", "--trustee", "1"]).exits(2).says(&["1 of 2"]);
    let listed = election.authority(&["exclude"]).exits(0).out;
    assert!(listed.contains("trustee 1 is awaited to mix; 1 of 2"), "{listed}");
    // With patience left it waits; without, it states the absence too.
    election.trustee(3, &["run", "--once"]).exits(2);
    election.authority(&["exclude", "--trustee", "1"]).exits(2);
    election.trustee(3, &["run", "--once", "--patience", "0s"]).exits(2);
    let listed = election.authority(&["exclude"]).exits(0).out;
    assert!(listed.contains("psephos-authority exclude --trustee 1"), "{listed}");
    election.authority(&["exclude", "--trustee", "1"]).exits(0);
    let status = election.authority(&["status"]).exits(0).out;
    assert!(status.contains("trustee 1 is excluded from mixing"), "{status}");
    election.trustee(3, &["run", "--once"]).exits(2);
    election.trustee(1, &["run", "--once"]).exits(2);
    election.authority(&["publish"]).exits(0);
    is_valid(&election, "is excluded from mixing, for absence");
    // The one that was away finds a finished election.
    election.trustee(2, &["run", "--once"]).exits(0);
}

#[test]
fn junk_on_the_board_is_excluded() {
    let election = closed();
    let next = fs::read_dir(election.board().join("records")).expect("a folder").count();
    let junk = election.board().join("records").join(format!("{next:08}.cbor"));
    fs::write(junk, "no record at all").expect("written");
    let waiting = election.trustee(1, &["run", "--once"]).exits(2).out;
    let command = format!("psephos-authority exclude --record {next}");
    assert!(waiting.contains(&command), "{waiting}");
    election.authority(&["publish", "--once"]).exits(1).says(&[&command]);
    election.authority(&["exclude", "--record", "3"]).exits(64).says(&["fails nothing"]);
    let listed = election.authority(&["exclude"]).exits(0).out;
    assert!(listed.contains(&command), "{listed}");
    election.authority(&["exclude", "--record", &next.to_string()]).exits(0);
    for trustee in 1..=3 {
        election.trustee(trustee, &["run", "--once"]).exits(2);
    }
    election.trustee(2, &["run", "--once"]).exits(2);
    election.authority(&["publish"]).exits(0);
    is_valid(&election, &format!("record {next} is excluded"));
}
