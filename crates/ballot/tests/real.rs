//! Three real elections reproduce their published counts: file → votes → encoding → counting.
//! The ballots are not ours to distribute: without the folder beside the repository this test says that it skipped.

use psephos_ballot::file::{read_ballots, read_election};
use psephos_ballot::{ContestReport, ElectionTally, Layout, table};
use psephos_core::pairs::pairs;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: {} is not there", root.display());
    None
}

/// The file of expectations leaves out what is empty, what a method does not have, and in each contest the
/// numbers of ballots, which [`reproduces`] looks at by themselves.
fn agree(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let same = |key: &String| match (expected.get(key), found.get(key)) {
                (Some(expected), Some(found)) => agree(expected, found),
                (None, Some(found)) => {
                    key != "votes" && (found.is_null() || found.as_array().is_some())
                }
                _ => false,
            };
            expected.keys().chain(found.keys()).all(same)
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && pairs(expected, found).all(|(a, b)| agree(a, b))
        }
        _ => expected == found,
    }
}

/// Counts the folder's ballots through their encoding and compares with its `expected.json`.
fn reproduces(name: &str) {
    let Some(folder) = folder(name) else { return };
    let election = read_election(&folder.join("election.toml")).unwrap();
    let slates = election.slates();
    let ballots = read_ballots(&folder.join("ballots.csv"), &election.contests, &slates).unwrap();
    let layout = Layout::all(&election.contests).unwrap();
    let mut tally = ElectionTally::new(&election.contests);
    for votes in ballots.iter().map(|ballot| &ballot.votes) {
        let decoded = layout.decode(&layout.encode(votes).unwrap());
        assert_eq!(decoded.as_ref(), Ok(votes));
        tally.add(&layout, &decoded);
    }
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(expected["ballots"]["cast"], tally.rows());
    let contests = expected["contests"].as_array().unwrap();
    assert_eq!(contests.len(), election.contests.len());
    for ((contest, result), expected) in pairs(pairs(&election.contests, tally.results()), contests)
    {
        println!("{}", table(contest, &result));
        let mut found = serde_json::to_value(ContestReport::new(contest, &result)).unwrap();
        let mut number = |key| found.as_object_mut().unwrap().remove(key);
        assert_eq!(number("ballots"), Some(tally.rows().into()));
        assert_eq!(number("blank"), Some(result.blank.into()));
        assert_eq!(number("invalid"), Some(0.into()));
        let mut expected = expected.clone();
        if let Some(first) = expected.as_object_mut().unwrap().remove("first_preferences") {
            assert!(agree(&first, &found["rounds"][0]["votes"]));
        }
        if expected.get("votes").is_none() {
            expected["votes"] = Value::Null;
        }
        assert!(agree(&expected, &found), "contest {}: {found:#}", contest.id);
    }
}

#[test]
fn aspen() {
    reproduces("aspen-2009-mayor");
}

#[test]
fn minneapolis() {
    reproduces("minneapolis-2013-mayor");
}

#[test]
fn clear_creek() {
    reproduces("clear-creek-2016-primary");
}
