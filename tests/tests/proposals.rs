//! Agreeing on a proposal: trustees answer, the authority replaces it, and all join the same one.

use psephos_tests::Election;

const TOWN: &str = r#"
title = "Town council"
trustees = ["Registrar", "Bar association", "University"]

[[contest]]
id = "mayor"
title = "Mayor"
method = "irv"
candidates = ["Ada", "Grace", "Emmy"]
"#;
const BALLOTS: &str = "mayor\n4>1\n1>4\n2>1>3\n4\n4>2\n";

#[test]
fn a_counter_proposal_becomes_the_proposal_that_all_join() {
    let (election, lines) = Election::propose(TOWN, 3, 2, &[]);
    election.join(1, &lines[0]).exits(0);
    let countered = election.answer(
        2,
        &lines[1],
        &[
            "--counter=mixes=3",
            "--counter=threshold=3",
            "--counter=candidates.mayor=Ada; Grace; Emmy; Sofya",
            "--reason=all of us, and all who stand",
        ],
    );
    let told = countered.exits(0).out;
    assert!(told.contains("2 of the 3 trustees together can decrypt"), "{told}");
    assert!(told.contains("threshold: 2 → 3") && told.contains("Emmy; Sofya"), "{told}");
    election.answer(3, &lines[2], &["--decline", "no time"]).exits(0);

    // Whoever runs already keeps what it needs to enrol again.
    election.trustee(1, &["run", "--once"]).exits(2);

    // Nothing goes on until the authority answers, and it is told what it can do.
    election.authority(&["open", "--once"]).exits(2).says(&["trustee 1, trustee 2", "reissue"]);
    let status = election.authority(&["status"]).exits(0).out;
    assert!(status.contains("trustee 1 proposes other terms: \"all of us"), "{status}");
    assert!(status.contains("trustee 2 declines: \"no time\""), "{status}");
    let listed = election.authority(&["reissue"]).exits(2).out;
    assert!(listed.contains("threshold: 2 → 3") && listed.contains("--without 2"), "{listed}");
    election.authority(&["reissue", "--counter-proposal", "2"]).exits(64).says(&["declines"]);
    election.authority(&["reissue", "--counter-proposal", "1"]).exits(64).says(&["--yes"]);
    // Twice, as after an interruption: the lines that nobody has followed yet are printed again.
    let reissue = ["reissue", "--counter-proposal", "1", "--yes"];
    election.authority(&reissue).exits(0);
    let files = election.files();
    let repeated = election.authority(&reissue).exits(0).out;
    assert_eq!(repeated.matches("psephos-invite:").count(), 3, "{repeated}");
    assert!(election.files() == files, "nothing more is posted");

    // Nobody is bound by what was joined before; the old lines are still good.
    election.trustee(1, &["run", "--once"]).exits(2).says(&["replaced", "psephos-trustee join"]);
    let again = election.trustee(1, &["join", "--yes"]).exits(0).out;
    assert!(again.contains("What has changed") && again.contains("threshold: 2 → 3"), "{again}");
    for trustee in [2, 3] {
        election.trustee(trustee, &["join", "--yes"]).exits(0);
    }
    let view = election.authority(&["status", "--json"]).exits(0).json();
    assert_eq!(view["counter_proposals"], serde_json::json!([]));
    election.open();
    std::fs::write(election.path("votes.csv"), BALLOTS).expect("written");
    let [votes, ballots] = ["votes.csv", "trial.ballots"].map(|name| election.path(name));
    let [votes, ballots] = [&votes, &ballots].map(|path| path.to_str().expect("a name"));
    election.authority(&["encrypt", "--ballots", votes, "--output", ballots]).exits(0);
    election.authority(&["intake", ballots]).exits(0);
    election.authority(&["close"]).exits(0);
    for trustee in [1, 2, 3, 1, 2, 3] {
        election.trustee(trustee, &["run", "--once"]);
    }
    election.authority(&["publish", "--once"]).exits(0);
    let report = election.verify().exits(0).json();
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("replaces the proposal of record 0"), "{warnings}");
    assert!(warnings.contains("all of us, and all who stand"), "{warnings}");
    assert_eq!(report["results"][0]["elected"], serde_json::json!(["Sofya"]));
}

#[test]
fn the_authority_may_go_on_as_proposed_and_the_trustee_may_come_round() {
    let (election, lines) = Election::propose(TOWN, 3, 2, &[]);
    for trustee in [1, 2] {
        election.join(trustee, &lines[trustee - 1]).exits(0);
    }
    election.answer(3, &lines[2], &["--counter=title=Another"]).exits(0);
    election.authority(&["open", "--once", "--as-proposed"]).exits(2);
    // Its program signs nothing of a manifest that its owner has not agreed to.
    let before = election.files();
    election.trustee(3, &["run", "--once"]).exits(2).says(&["has not agreed to the proposal"]);
    assert!(election.files() == before);
    election.trustee(3, &["join", "--yes"]).exits(0);
    election.trustee(3, &["run", "--once"]).exits(2);
    assert!(election.files() != before, "it accepts the manifest now");
}

#[test]
fn a_trustee_that_comes_round_in_time_says_so_on_the_board() {
    let (election, lines) = Election::propose(TOWN, 2, 2, &["--mixes=2"]);
    election.join(1, &lines[0]).exits(0);
    election.answer(2, &lines[1], &["--decline", "no time"]).exits(0);
    election.authority(&["open", "--once"]).exits(2).says(&["trustee 1 answered it"]);
    election.trustee(2, &["join", "--yes"]).exits(0);
    election.open();
}

#[test]
fn nothing_is_made_of_an_answer_that_cannot_be() {
    let (election, lines) = Election::propose(TOWN, 3, 2, &[]);
    let before = election.files();
    for (flags, says) in [
        (&["--counter=threshold=4"][..], "no such election can be held"),
        (&["--counter=threshold=2"], "your terms are those of the proposal"),
        (&["--counter=seats=2"], "is no change"),
        (&[], "nobody to ask"),
    ] {
        election.answer(1, &lines[0], flags).exits(64).says(&[says]);
    }
    assert!(!election.path("trustee-1").exists() && election.files() == before);
    election.answer(1, &lines[0], &["--yes", "--decline=no"]).exits(64);
}

#[test]
fn a_dry_run_says_what_is_due_and_signs_nothing() {
    let election = Election::begin(TOWN, 2, 2);
    election.authority(&["open", "--once"]).exits(2);
    let before = election.files();
    let mut dry = election.command("psephos-trustee", "run", "trustee-1");
    let outcome = psephos_tests::Outcome::of(dry.arg("--dry-run").output().expect("it starts"));
    let said = outcome.exits(0).out;
    assert!(said.contains("Due now") && said.contains("I take part in the election"), "{said}");
    assert!(election.files() == before);
    let unasked =
        election.command("psephos-trustee", "run", "trustee-1").output().expect("it starts");
    psephos_tests::Outcome::of(unasked).exits(64).says(&["nobody to ask", "--yes"]);
}

#[test]
fn a_trustee_that_another_takes_the_place_of_gets_another_line() {
    let (election, lines) = Election::propose(TOWN, 3, 2, &[]);
    for trustee in [1, 2, 3] {
        election.join(trustee, &lines[trustee - 1]).exits(0);
    }
    let other = TOWN.replace("University", "Chamber of commerce");
    let file = election.path("other.toml");
    std::fs::write(&file, other).expect("written");
    let file = file.to_str().expect("a name");
    let said = election
        .authority(&["reissue", "--election", file, "--trustees=3", "--threshold=2", "--yes"])
        .exits(0)
        .out;
    assert!(said.contains("trustees: Registrar; Bar association; University → "), "{said}");
    let fresh: Vec<&str> = said.lines().filter(|l| l.starts_with("psephos-invite:")).collect();
    assert_eq!(fresh.len(), 1, "only the place that changed has another line");
    for trustee in [1, 2] {
        election.trustee(trustee, &["join", "--yes"]).exits(0);
    }
    // The old line opens nothing any more; the new one does, for somebody else.
    let before = election.files();
    election.answer(3, &lines[2], &["--yes"]).exits(64).says(&["not that of the proposal"]);
    assert!(election.files() == before);
    std::fs::rename(election.path("trustee-3"), election.path("gone")).expect("moved");
    election.answer(3, &lines[2], &["--yes"]).exits(64).says(&["another election"]);
    election.answer(3, fresh[0], &["--yes"]).exits(0);
    election.open();
}
