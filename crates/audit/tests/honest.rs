//! Elections that must be VALID.

use psephos_audit::{Options, Status, Verdict};
use psephos_testkit::{Election, Plan};

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
