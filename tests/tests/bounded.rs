//! Batches whose votes are one number, from the election's file to the audited result.

use std::fs;

use psephos_tests::{SMALL, SMALL_BALLOTS, programs};

/// How [`SMALL`] keeps its votes as numbers.
const NUMBERS: &str = r#"
[[batch]]
id = "mayor"
contests = ["mayor"]
encoding = "number"
bits = 32

[[batch]]
id = "park"
contests = ["park"]
encoding = "number"
"#;

#[test]
fn numbers_are_cast_mixed_found_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("election.toml"), [SMALL, NUMBERS].concat()).expect("written");
    fs::write(path("ballots.csv"), SMALL_BALLOTS).expect("written");
    let (election, ballots, board) = (path("election.toml"), path("ballots.csv"), path("board"));
    let arguments =
        ["rehearse", "--json", "--election", &election, "--ballots", &ballots, "--board", &board];
    let report = programs().authority(&arguments).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    let audit = programs().verifier(&[board.as_str(), "--json"]).exits(0).json();
    let check = |id: &str| {
        let checks = audit["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["id"] == id).expect("the check").clone()
    };
    assert_eq!(check("ballot.range")["status"], "Pass");
    assert!(check("ballot.range")["items"].as_u64().is_some_and(|items| items > 0));
    let results = &audit["results"];
    assert_eq!(results[1]["votes"]["Yes"], 4);
    assert_eq!(results[1]["votes"]["No"], 2);
    assert_eq!((&results[0]["blank"], &results[1]["blank"]), (&1.into(), &1.into()));
    assert_eq!((&results[0]["invalid"], &results[1]["invalid"]), (&0.into(), &0.into()));
}
