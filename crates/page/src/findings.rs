//! What fails, with whom it is the fault of, and what else a reader should know.

use maud::{Markup, html};
use psephos_audit::{Failure, Verdict};

use crate::Page;
use crate::catalogue::gaps;
use crate::checks;
use crate::shown::{enumeration, section as part, theirs};

/// Every failure that the report lists.
pub(crate) fn failures(page: &Page<'_>) -> Markup {
    let failures = &page.audit().report.failures;
    if failures.is_empty() {
        return Markup::default();
    }
    let content = html! {
        p { (page.catalogue.say("failures-intro")) }
        ul.failures { @for failure in failures { li { (item(page, failure)) } } }
    };
    part(page.catalogue, "failures", content)
}

fn item(page: &Page<'_>, failure: &Failure) -> Markup {
    let catalogue = page.catalogue;
    let place = match (failure.record, failure.row) {
        (Some(record), Some(row)) => {
            catalogue.fill("failure-record-row", &gaps!["record" => record, "row" => row])
        }
        (Some(record), None) => catalogue.fill("failure-record", &gaps!["record" => record]),
        (None, _) => catalogue.say("failure-board"),
    };
    html! {
        p {
            strong { (checks::sentence(catalogue, failure.check)) }
            " " (checks::outcome(catalogue, psephos_audit::Status::Fail))
        }
        p { code { (failure.check) } ", " (place) }
        p.blame { (blame(page, failure)) }
        p.evidence lang="en" { (theirs(&failure.evidence)) }
    }
}

fn blame(page: &Page<'_>, failure: &Failure) -> String {
    let culprits = failure.culprits.iter();
    let named: Vec<String> =
        culprits.map(|culprit| page.people.culprit(page.catalogue, culprit)).collect();
    if named.is_empty() {
        return page.catalogue.say("failure-nobody");
    }
    let who = enumeration(page.catalogue, named);
    page.catalogue.fill("failure-who", &gaps!["who" => who])
}

/// Every warning of the audit, in its words.
pub(crate) fn warnings(page: &Page<'_>) -> Markup {
    let report = &page.audit().report;
    let content = html! {
        @if report.warnings.is_empty() {
            p { (page.catalogue.say("warnings-none")) }
        } @else {
            @if report.verdict != Verdict::Unreadable {
                p { (page.catalogue.say("warnings-intro")) }
            }
            ul.warnings lang="en" {
                @for warning in &report.warnings { li { (theirs(warning)) } }
            }
        }
    };
    part(page.catalogue, "warnings", content)
}
