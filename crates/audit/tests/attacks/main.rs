//! Boards that somebody altered and signed as well as they could, as far as they cannot be among the stored
//! ones (`fixtures/invalid`).

mod board;
mod ceremony;

use psephos_audit::{CheckId, Culprit, Options, Status, Verdict};
use psephos_testkit::Election;

/// INVALID by this check, with exactly these culprits in one of its failures; nobody else is blamed.
fn expect(election: &Election, check: CheckId, culprits: &[Culprit]) {
    let report = election.audit().report;
    let text = report.to_text();
    assert_eq!(report.verdict, Verdict::Invalid, "{text}");
    assert_eq!(report.exit, 1);
    assert_eq!(report.check(check).map(|check| check.status), Some(Status::Fail), "{text}");
    let found = report.failures.iter().find(|f| f.check == check && f.culprits == culprits);
    assert!(found.is_some(), "{check} does not name {culprits:?}: {text}");
    for culprit in report.failures.iter().flat_map(|failure| &failure.culprits) {
        assert!(culprits.contains(culprit), "{culprit:?} is blamed: {text}");
    }
}

fn verdict_of(election: &Election, options: &Options) -> Verdict {
    election.audit_with(options).report.verdict
}
