//! Keys are kept in backups that open, restored once, and destroyed with a signed statement.

use std::fs;
use std::path::Path;

use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS, programs};

fn keep(election: &Election, program: &str, command: &str, home: &str, file: &Path) -> Outcome {
    let mut command = election.command(program, command, home);
    Outcome::of(command.arg(file).output().expect("it starts"))
}

#[test]
fn a_restored_home_takes_the_place_of_a_lost_one() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    let kept = election.path("trustee-2.backup");
    let backup = |home: &str| keep(&election, "psephos-trustee", "backup", home, &kept);
    let said = backup("trustee-2").exits(0).out;
    assert!(said.contains("opened again and is whole"), "{said}");
    // Once more, as after an interruption; but nothing else is overwritten.
    backup("trustee-2").exits(0);
    backup("trustee-1").exits(64).says(&["there already"]);

    election.authority(&["close"]).exits(0);
    election.trustee(1, &["run", "--once"]).exits(2);
    election.trustee(2, &["run", "--once"]).exits(2);
    fs::remove_dir_all(election.path("trustee-2")).expect("lost");
    let restore = |home: &str| keep(&election, "psephos-trustee", "restore", home, &kept);
    restore("trustee-2").exits(0);
    restore("trustee-2").exits(0);
    restore("trustee-1").exits(64).says(&["already belongs"]);
    // It knows from the board that it has mixed, and decrypts under a counter that it cannot have used.
    election.trustee(1, &["run", "--once"]);
    election.trustee(2, &["run", "--once"]);
    election.authority(&["publish", "--once"]).exits(0);
    election.verify().exits(0);

    let authority = election.path("authority.backup");
    keep(&election, "psephos-authority", "backup", "authority", &authority).exits(0);
}

#[test]
fn a_backup_that_is_damaged_or_somebody_elses_is_refused() {
    let election = Election::begin(SMALL, 2, 2);
    let kept = election.path("kept.backup");
    keep(&election, "psephos-trustee", "backup", "trustee-1", &kept).exits(0);
    let whole = fs::read(&kept).expect("readable");
    for length in [0, 20, whole.len() / 2, whole.len() - 1] {
        fs::write(&kept, &whole[..length]).expect("written");
        let refused = keep(&election, "psephos-trustee", "restore", "new", &kept);
        assert_ne!(refused.code, 0, "{length}");
    }
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        fs::write(&kept, &altered).expect("written");
        let refused = keep(&election, "psephos-trustee", "restore", "new", &kept);
        assert_ne!(refused.code, 0, "{place}");
    }
    assert!(!election.path("new").join("home.json").exists());
    fs::write(election.path("passphrase"), "another").expect("written");
    fs::write(&kept, &whole).expect("written");
    keep(&election, "psephos-trustee", "restore", "new", &kept)
        .exits(64)
        .says(&["wrong passphrase"]);
}

#[test]
fn keys_are_destroyed_after_the_election_with_a_signed_statement() {
    let election = Election::begin(SMALL, 2, 2);
    let destroy = |more: &[&str]| {
        let mut command = election.command("psephos-trustee", "destroy", "trustee-1");
        Outcome::of(command.args(more).output().expect("it starts"))
    };
    destroy(&["--yes"]).exits(64).says(&["not sealed", "--before-the-end"]);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    for trustee in [1, 2, 1, 2] {
        election.trustee(trustee, &["run", "--once"]);
    }
    election.authority(&["publish", "--once"]).exits(0);
    destroy(&[]).exits(64).says(&["nobody to ask"]);
    let statement = election.path("trustee-0.statement");
    let output = ["--yes", "--output", statement.to_str().expect("a name")];
    destroy(&output).exits(0);
    let keys = election.path("trustee-1").join("keys");
    assert_eq!(fs::read_dir(keys).expect("a folder").count(), 0);
    election.trustee(1, &["run", "--once"]).exits(64).says(&["were destroyed"]);
    // Once more, as after an interruption.
    destroy(&output).exits(0);

    let judged = |file: &Path, board: &Path| {
        programs().verifier(&["statement".as_ref(), file.as_os_str(), board.as_os_str()])
    };
    let said = judged(&statement, &election.board()).exits(0).out;
    assert!(said.contains("Trustee 0 ("), "{said}");
    assert!(said.contains("key-share-") && said.contains("signing"), "{said}");
    let other = Election::begin(SMALL, 2, 2);
    judged(&statement, &other.board()).exits(1).says(&["another election"]);
    let whole = fs::read(&statement).expect("readable");
    for place in 0..whole.len() {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        fs::write(&statement, &altered).expect("written");
        assert_ne!(judged(&statement, &election.board()).code, 0, "{place}");
    }
}
