//! The made election in `fixtures/` is what its generator writes, and what an independent count says.

#[path = "../examples/made-election/made.rs"]
mod made;

mod naive;

use psephos_ballot::file::ElectionFile;
use psephos_core::pairs::pairs;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/elections/made");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_generator_writes_the_fixtures() {
    for (name, text) in made::files() {
        assert!(text == fixture(name), "{name} differs; run the example made-election");
    }
}

#[test]
fn an_independent_count_agrees() {
    let election = ElectionFile::parse("election.toml", &fixture("election.toml")).unwrap();
    let expected: Value = serde_json::from_str(&fixture("expected.json")).unwrap();
    let csv = fixture("ballots.csv");
    for (column, contest) in election.contests.iter().enumerate() {
        let cells: Vec<&str> =
            csv.lines().skip(1).map(|line| line.split(',').nth(column).unwrap()).collect();
        let found = naive::count(contest, &cells);
        let expected = &expected["contests"][column];
        let by_name = |votes: &[Option<u64>]| {
            let pairs = pairs(&contest.candidates, votes);
            Value::Object(
                pairs.filter_map(|(name, votes)| Some((name.clone(), json!((*votes)?)))).collect(),
            )
        };
        let names = |list: &[usize]| {
            list.iter().map(|&c| contest.candidates[c].clone()).collect::<Vec<_>>()
        };
        assert_eq!(expected["elected"], json!(names(&found.elected)));
        if contest.id == "mayor" {
            assert_eq!(expected["first_preferences"], by_name(&found.rounds[0].votes));
            let rounds = expected["rounds"].as_array().unwrap();
            assert_eq!(rounds.len(), found.rounds.len());
            for (expected, found) in pairs(rounds, &found.rounds) {
                assert_eq!(expected["votes"], by_name(&found.votes));
                assert_eq!(expected["exhausted"], found.exhausted);
                let out: Vec<usize> = found.eliminated.into_iter().collect();
                assert_eq!(
                    expected.get("eliminated").cloned().unwrap_or(json!([])),
                    json!(names(&out))
                );
            }
        } else {
            assert_eq!(expected["votes"], by_name(&found.rounds[0].votes));
        }
        let mut lines: Vec<String> = cells
            .iter()
            .map(|cell| format!("{}\n", if cell.is_empty() { "\"\"" } else { cell }))
            .collect();
        lines.sort();
        let digest = Sha256::digest(lines.concat());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(expected["cells_sorted_sha256"], digest);
        let ties: Vec<Value> = found
            .ties
            .iter()
            .map(|tie| json!({"round": tie.round + 1, "tied": names(&tie.tied), "lost": names(&tie.lost)}))
            .collect();
        assert_eq!(expected["ties"], json!(ties));
    }
    assert_eq!(expected["ballots"]["cast"], csv.lines().count() - 1);
}

#[test]
fn it_has_what_a_demonstration_needs() {
    let expected: Value = serde_json::from_str(&fixture("expected.json")).unwrap();
    assert_eq!(expected["ballots"]["cast"], 1_000);
    assert_eq!(expected["contests"][0]["ties"].as_array().unwrap().len(), 1);
    assert_eq!(expected["contests"][1]["ties"].as_array().unwrap().len(), 1);
    assert!(expected["contests"][0]["rounds"].as_array().unwrap().len() > 3);
    assert!(fixture("ballots.csv").lines().any(|line| line == ",,"));
}
