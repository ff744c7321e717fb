//! Programs are killed at any instant, again and again; the same command, run again, continues.
//!
//! `PSEPHOS_KILLS=5000` kills that often, `PSEPHOS_KILLS_SEED=N` draws the same instants again, and
//! `-- --nocapture` shows how many kills each step has survived.

mod killer;
mod watch;
mod world;

use std::collections::BTreeSet;

use psephos_tests::ledger::{Ledger, Nonces, files};
use psephos_tests::script::{BALLOTS, TERMS, play, receipts};
use psephos_tests::{Election, programs};
use serde_json::Value;

use killer::{Killer, Pace};

/// Kills of a run that says nothing else.
const KILLS: u64 = 240;

#[test]
fn an_election_whose_programs_are_killed_ends_like_one_undisturbed() {
    let undisturbed = Election::new(TERMS, 3);
    let mut pace = Pace::default();
    play(&undisturbed, &mut pace);
    let mut expected = Ledger::default();
    expected.look(&undisturbed, &mut Nonces::default());

    let seed = number("PSEPHOS_KILLS_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("PSEPHOS_KILLS_SEED={seed}");
    let election = Election::new(TERMS, 3);
    let mut killer = Killer::new(pace, seed, number("PSEPHOS_KILLS").unwrap_or(KILLS));
    play(&election, &mut killer);
    println!("{}", killer.summary());

    assert_eq!(killer.ledger().kinds(), expected.kinds(), "other records than undisturbed");
    let (found, wanted) = (report(&election), report(&undisturbed));
    assert_eq!(found["results"], wanted["results"]);
    assert_eq!(without_digests(&found["warnings"]), without_digests(&wanted["warnings"]));
    honoured(&election);
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

fn report(election: &Election) -> Value {
    let report = election.verify().exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    report
}

/// Every ballot has its receipt, and every receipt its ballot on the board.
fn honoured(election: &Election) {
    let given = files(receipts(election));
    let whole: BTreeSet<_> =
        given.iter().filter(|path| path.extension().is_some_and(|end| end == "receipt")).collect();
    assert_eq!(whole.len(), BALLOTS);
    for receipt in whole {
        let board = election.board();
        let arguments = [board.as_os_str(), "--receipt".as_ref(), receipt.as_os_str()];
        programs().verifier(&arguments).exits(0);
    }
}

/// Words that are digests differ from one election to the next.
fn without_digests(warnings: &Value) -> Vec<String> {
    let is_digest = |word: &&str| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let warnings = warnings.as_array().expect("warnings");
    let plain = |warning: &Value| {
        let text = warning.to_string();
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !is_digest(word));
        words.collect::<Vec<_>>().join(" ")
    };
    warnings.iter().map(plain).collect()
}
