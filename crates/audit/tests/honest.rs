//! Elections that must be VALID.

use psephos_audit::{CheckId, Options, Status, Verdict};
use psephos_record::bodies::{Body, Description, SignOff};
use psephos_testkit::{Author, Election, Plan};

fn assert_valid(election: &Election) -> psephos_audit::Audit {
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    audit
}

#[test]
fn every_size_is_valid() {
    for (trustees, threshold, ballots) in
        [(1, 1, 2), (2, 1, 1), (3, 2, 0), (3, 2, 1), (3, 3, 2), (5, 3, 10)]
    {
        let election = Election::complete(Plan::new(trustees, threshold, ballots));
        let audit = assert_valid(&election);
        let results = audit.report.results.as_ref().unwrap();
        assert_eq!(results.len(), 2);
        assert!(
            audit
                .report
                .checks
                .iter()
                .all(|check| { matches!(check.status, Status::Pass | Status::NotApplicable) })
        );
        assert_eq!(audit.turnout.unwrap().accepted, ballots);
    }
}

#[test]
fn pins_are_the_id_or_the_head() {
    let election = Election::complete(Plan::new(2, 2, 2));
    let view = election.view();
    let expect = vec![view.election(), view.head];
    let audit = election.audit_with(&Options { expect, ..Options::default() });
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    assert!(!audit.report.warnings.iter().any(|warning| warning.contains("--expect")));
}

#[test]
fn the_json_of_the_specification() {
    let election = Election::complete(Plan::new(2, 2, 2));
    let report = election.audit().report;
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let top = [
        "spec",
        "verdict",
        "exit",
        "election",
        "head",
        "checks",
        "failures",
        "warnings",
        "anonymity",
        "results",
    ];
    assert_eq!(keys(&json), top);
    assert_eq!((&json["verdict"], &json["exit"]), (&"VALID".into(), &0.into()));
    assert_eq!(json["election"], hex::encode(election.view().election()));
    assert_eq!(keys(&json["checks"][0]), ["id", "status", "items"]);
    assert_eq!(json["checks"][0]["id"], "setup.parameters");
    assert_eq!(json["checks"][0]["status"], "Pass");
    assert_eq!(json["checks"].as_array().unwrap().len(), 39);

    let mut election = Election::closed(Plan::new(2, 2, 2));
    let body = election.mix_body(0);
    election.post(Author::Trustee(1), Body::Mix(body));
    let json: serde_json::Value = serde_json::from_str(&election.audit().report.to_json()).unwrap();
    assert_eq!((&json["verdict"], &json["exit"]), (&"INVALID".into(), &1.into()));
    let failure = &json["failures"][0];
    assert_eq!(keys(failure), ["check", "culprits", "record", "row", "evidence"]);
    assert_eq!(failure["check"], "mix.proof");
    assert_eq!(failure["culprits"], serde_json::json!(["trustee 1"]));
    assert!(failure["row"].is_null() && json["results"].is_null());
}

#[test]
fn some_trustees_share_and_the_others_are_silent() {
    let mut election = Election::mixed(Plan::new(3, 2, 4));
    election.share(2);
    election.share(0);
    election.publish();
    // A share that comes after the result changes nothing.
    election.share(1);
    election.seal();
    let audit = assert_valid(&election);
    assert_eq!(audit.report.check(CheckId::DecryptProof).unwrap().items, 3);

    let mut election = Election::mixed(Plan::new(3, 2, 4));
    election.share(2);
    election.share(0);
    election.publish();
    election.seal();
    let audit = assert_valid(&election);
    assert!(audit.report.warnings.contains(&"2 of 3 trustees shared".to_owned()));
}

#[test]
fn sign_offs_are_told() {
    let mut election = Election::published(Plan::new(1, 1, 1));
    let head = election.view().head;
    election.post(Author::Trustee(0), Body::SignOff(SignOff { head }));
    election.seal();
    let audit = assert_valid(&election);
    assert!(audit.report.warnings.iter().any(|warning| warning.contains("trustee 0 states")));
    assert_eq!(audit.view.sign_offs.len(), 1);
}

#[test]
fn a_close_before_the_announced_end_is_told() {
    let mut election = Election::new(Plan::new(2, 1, 2));
    let intake = election.public_key(Author::Intake);
    let closes = Some(u64::from(u32::MAX));
    election.propose_description(Description { closes, ..election.plan.description(intake) });
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.conclude();
    let report = election.audit().report;
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("days") && warning.contains("before the end"))
    );
}

#[test]
fn ballots_before_the_announced_beginning_are_told() {
    let mut election = Election::new(Plan::new(2, 1, 2));
    let intake = election.public_key(Author::Intake);
    let opens = Some(u64::from(u32::MAX));
    election.propose_description(Description { opens, ..election.plan.description(intake) });
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.conclude();
    let report = election.audit().report;
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    let told = |warning: &&String| warning.contains("before the beginning");
    assert_eq!(report.warnings.iter().filter(told).count(), 1, "{}", report.to_text());
}
