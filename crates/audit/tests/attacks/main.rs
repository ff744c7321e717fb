//! Boards that somebody altered and signed as well as they could, as far as they are not among the stored
//! ones (`fixtures/invalid`). Each must be found by
//! the check that is named for it, with the right culprit, and nobody innocent may be blamed.

mod board;
mod ceremony;

use psephos_audit::{Audit, CheckId, Culprit, Options, Status, Verdict};
use psephos_testkit::{Election, Plan};

/// INVALID by this check, with exactly these culprits in one of its failures; nobody else is blamed.
fn expect(election: &Election, check: CheckId, culprits: &[Culprit]) -> Audit {
    expect_among(election, check, culprits, culprits)
}

/// As [`expect`], with others who may be blamed for something too.
fn expect_among(
    election: &Election,
    check: CheckId,
    culprits: &[Culprit],
    guilty: &[Culprit],
) -> Audit {
    let audit = election.audit();
    let text = audit.report.to_text();
    assert_eq!(audit.report.verdict, Verdict::Invalid, "{text}");
    assert_eq!(audit.report.exit, 1);
    assert_eq!(audit.report.check(check).map(|check| check.status), Some(Status::Fail), "{text}");
    let found = audit.report.failures.iter().find(|f| f.check == check && f.culprits == culprits);
    assert!(found.is_some(), "{check} does not name {culprits:?}: {text}");
    for culprit in audit.report.failures.iter().flat_map(|failure| &failure.culprits) {
        assert!(guilty.contains(culprit), "{culprit:?} is blamed: {text}");
    }
    audit
}

fn verdict_of(election: &Election, options: &Options) -> Verdict {
    election.audit_with(options).report.verdict
}

fn trustee(index: u64) -> Culprit {
    Culprit::Trustee(index)
}

const AUTHORITY: [Culprit; 1] = [Culprit::Authority];

/// Two of three, five ballots.
fn plan() -> Plan {
    Plan::new(3, 2, 5)
}

/// Honest elections up to each stage, made once.
macro_rules! stages {
    ($($stage:ident),*) => {$(
        fn $stage() -> Election {
            static MADE: std::sync::LazyLock<Election> =
                std::sync::LazyLock::new(|| Election::$stage(plan()));
            MADE.clone()
        }
    )*};
}

stages!(enrolled, opened, complete);
