//! Silence and death: an election goes on without what it can do without, and a killed program continues.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS, programs};

/// Enough ballots that a mix takes a moment.
fn many(ballots: usize) -> String {
    let mut csv = "mayor,park\n".to_owned();
    for number in 0..ballots {
        csv += ["1>2,1\n", "2,2\n", "3>1>2,\n", "2>3,1\n"][number % 4];
    }
    csv
}

#[test]
fn a_threshold_of_trustees_finishes_when_the_rest_fall_silent_after_mixing() {
    let election = Election::begin(SMALL, 3, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    // Out of turn nobody does anything.
    election.trustee(3, &["run", "--once"]).exits(2);
    assert_eq!(mixes(&election), 0);
    for trustee in 1..=3 {
        election.trustee(trustee, &["run", "--once"]).exits(2);
        assert_eq!(mixes(&election), trustee);
    }
    // The last to mix shares at once; trustee 1 is not heard of again.
    election.authority(&["publish", "--once"]).exits(2);
    election.trustee(2, &["run", "--once"]).exits(2);
    election.authority(&["publish"]).exits(0);
    let report = election.verify().exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    assert_eq!(report["results"][1]["votes"]["Yes"], 4);
    election.trustee(1, &["run", "--once"]).exits(0);
}

fn mixes(election: &Election) -> usize {
    let board = psephos_record::board::FolderBoard::open(election.board()).expect("a board");
    let view = psephos_audit::view(&board).expect("a view");
    view.batches.iter().map(|batch| batch.mixes.len()).min().unwrap_or(0)
}

#[test]
fn a_trustee_killed_while_it_mixes_continues() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    election.vote(&many(1500));
    election.authority(&["close"]).exits(0);
    for delay in [0, 30, 100, 250, 500, 900] {
        let mut run = election.start(1);
        thread::sleep(Duration::from_millis(delay));
        run.kill().expect("killed");
        run.wait().expect("ended");
    }
    let before = election.trustee(1, &["status"]).exits(0).out;
    assert!(before.contains("mixing") || before.contains("decrypting"), "{before}");
    finish(&election);
    let report = election.verify().exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    // Nobody ever signed two records under one counter.
    assert_eq!(status(&report, "board.equivocation"), "Pass");
}

#[test]
fn an_authority_killed_while_it_closes_continues() {
    let election = Election::begin(SMALL, 2, 1);
    election.open();
    election.vote(&many(800));
    for delay in [0, 20, 60, 150, 300] {
        let mut close = election.command("psephos-authority", "close", "authority");
        close.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut close = close.spawn().expect("it starts");
        thread::sleep(Duration::from_millis(delay));
        close.kill().expect("killed");
        close.wait().expect("ended");
    }
    election.authority(&["close"]).exits(0);
    finish(&election);
    assert_eq!(election.verify().exits(0).json()["verdict"], "VALID");
}

#[test]
fn a_close_that_was_signed_and_not_posted_is_made_anew_when_ballots_have_come() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    let known = election.path("authority").join("verified.json");
    let (before, notes) = (election.files(), fs::read(&known).expect("readable"));
    election.authority(&["close"]).exits(0);
    // As if the machine had died between signing and posting: the close stands in the outbox alone.
    for (path, _) in election.files() {
        if !before.iter().any(|(old, _)| *old == path) {
            fs::remove_file(path).expect("removed");
        }
    }
    fs::write(&known, notes).expect("written");

    let late = election.path("late.ballots");
    fs::write(&late, election.ballots("mayor,park\n3,2\n3>1,2\n")).expect("written");
    election.authority(&["intake", late.to_str().expect("a name")]).exits(0);
    let told = election.authority(&["close"]).exits(0).out;
    assert!(told.contains("9 ballots"), "{told}");
    finish(&election);
    assert_eq!(election.verify().exits(0).json()["verdict"], "VALID");
}

#[test]
fn half_a_receipt_is_written_anew_and_a_whole_one_is_left() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    let ballots = election.vote(SMALL_BALLOTS).display().to_string();
    let folder = election.path("receipts");
    let intake = ["intake", &ballots, "--receipts", folder.to_str().expect("a name")];
    let receipts = || -> Vec<_> {
        let found = fs::read_dir(&folder).expect("a folder");
        let mut found: Vec<_> = found.map(|entry| entry.expect("an entry").path()).collect();
        found.sort();
        found.into_iter().map(|path| (fs::read(&path).expect("readable"), path)).collect()
    };
    election.authority(&intake).exits(0);
    let whole = receipts();
    assert_eq!(whole.len(), 7);
    for (place, (bytes, path)) in whole.iter().enumerate().take(3) {
        fs::write(path, &bytes[..place * 40]).expect("written");
    }
    election.authority(&intake).exits(0);
    let again = receipts();
    assert!(again[3..] == whole[3..]);
    assert!(again.iter().all(|(bytes, _)| bytes.len() == whole[0].0.len()));
}

#[test]
fn two_runs_on_one_home_are_refused() {
    let election = Election::begin(SMALL, 2, 2);
    let mut run = election.start(1);
    let begun = Instant::now();
    loop {
        let second = election.trustee(1, &["run", "--once"]);
        if second.code == 74 {
            second.says(&["another command is running"]);
            run.kill().expect("killed");
            run.wait().expect("ended");
            return;
        }
        // The short run may have been there first: then it is the long one that was refused.
        if let Some(status) = run.try_wait().expect("it can be asked") {
            assert_eq!(status.code(), Some(74));
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "both run");
    }
}

#[test]
fn a_board_that_is_not_the_continuation_is_refused() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    let last = last_record(&election);
    fs::remove_file(&last).expect("removed");
    let refused = election.authority(&["open", "--once"]).exits(1);
    refused.says(&["not the board that was audited before"]);
    assert!(!last.exists(), "nothing was written in its place");
}

#[test]
fn nothing_is_signed_on_a_board_that_fails() {
    let election = Election::begin(SMALL, 2, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    let last = last_record(&election);
    let mut bytes = fs::read(&last).expect("readable");
    let place = bytes.len() - 40;
    bytes[place] ^= 1;
    fs::write(&last, &bytes).expect("written");
    let before = election.files();
    let outcome = election.trustee(1, &["run", "--once"]).exits(2);
    assert!(outcome.out.contains("waiting for the authority to exclude record"), "{outcome:?}");
    assert!(election.files() == before);
}

fn last_record(election: &Election) -> std::path::PathBuf {
    let folder = election.board().join("records");
    let entries =
        fs::read_dir(folder).expect("records").map(|entry| entry.expect("an entry").path());
    entries.max().expect("a record")
}

/// Lets everybody take turns until the board is sealed.
fn finish(election: &Election) {
    for _ in 0..8 {
        for trustee in 1..=2 {
            election.trustee(trustee, &["run", "--once"]);
        }
        if election.authority(&["publish", "--once"]).code == 0 {
            return;
        }
    }
    panic!("the election does not end");
}

fn status<'a>(report: &'a serde_json::Value, check: &str) -> &'a str {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|entry| entry["id"] == check).expect("the check");
    found["status"].as_str().expect("a status")
}

#[test]
fn a_rehearsal_that_is_killed_leaves_no_process_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let mut rehearse = programs().command("psephos-authority");
    rehearse.args(["rehearse", "--quiet", "--board"]).arg(&board).env("TMPDIR", folder.path());
    rehearse.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut rehearse = rehearse.spawn().expect("it starts");
    let begun = Instant::now();
    while fs::read_dir(board.join("records")).map_or(0, Iterator::count) < 5 {
        assert!(begun.elapsed() < Duration::from_secs(60), "no board appears");
        thread::sleep(Duration::from_millis(20));
    }
    rehearse.kill().expect("killed");
    rehearse.wait().expect("ended");
    // Every home is free again as soon as its program has ended.
    let homes: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("trustee-1").is_dir())
        .collect();
    assert_eq!(homes.len(), 1);
    let begun = Instant::now();
    loop {
        let mut run = programs().command("psephos-trustee");
        run.args(["run", "--yes", "--once", "--home"]).arg(homes[0].join("trustee-1"));
        run.arg("--passphrase-file").arg(homes[0].join("trustee-1.passphrase"));
        if Outcome::of(run.output().expect("it starts")).code == 2 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "a trustee runs on");
        thread::sleep(Duration::from_millis(50));
    }
}
