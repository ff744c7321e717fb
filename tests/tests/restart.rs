//! A key ceremony that stands still, or fails, begins again without one trustee by one command.

use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS};

/// The trustees of these numbers run by turns, the authority between them, until everything is done.
fn finish(election: &Election, trustees: &[usize]) {
    for trustee in trustees.iter().cycle().take(4 * trustees.len()) {
        election.trustee(*trustee, &["run", "--once"]);
    }
    election.authority(&["publish"]).exits(0);
}

fn told(outcome: Outcome, text: &str) {
    assert!(outcome.out.contains(text), "{}", outcome.out);
}

#[test]
fn a_silent_trustee_is_left_out_of_the_next_attempt() {
    let election = Election::begin(SMALL, 3, 2);
    told(election.authority(&["open", "--once"]).exits(2), "manifest is issued");
    for trustee in [1, 3] {
        election.trustee(trustee, &["run", "--once"]).exits(2);
    }
    told(election.authority(&["open", "--once"]).exits(2), "trustee 1");

    election.authority(&["open", "--without", "3", "--once"]).exits(64).says(&["no trustee 3"]);
    let all = ["open", "--without", "0", "--without", "1", "--once"];
    election.authority(&all).exits(64).says(&["too few trustees"]);
    let without = election.authority(&["open", "--without", "1", "--once"]).exits(2);
    told(without, "with 2 trustees");
    // Run again, as after an interruption, it leaves out nobody else.
    let files = election.files();
    let repeated = election.authority(&["open", "--without", "1", "--once"]).exits(2);
    told(repeated, "left out already");
    assert!(election.files() == files);
    let others = ["open", "--without", "1", "--again", "--once"];
    election.authority(&others).exits(64).says(&["too few trustees"]);

    // The one left out is told so, and the third is now the second, which is trustee 1.
    let left = election.trustee(2, &["run", "--once"]);
    assert_ne!(left.code, 0);
    left.says(&["begun again without this trustee"]);
    for trustee in [1, 3].into_iter().cycle().take(8) {
        election.trustee(trustee, &["run", "--once"]).exits(2);
    }
    election.authority(&["open", "--once"]).exits(0);
    election.authority(&["open", "--without", "0", "--once"]).exits(64).says(&["exclude"]);

    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    finish(&election, &[1, 3]);
    let report = election.verify().exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("without Trustee 1, trustee 1 of the proposal"), "{warnings}");
}
