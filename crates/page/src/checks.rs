//! What was checked, in plain sentences and groups.

use maud::{Markup, html};
use psephos_audit::{CheckId, CheckResult, Status};
use psephos_console::count;

use crate::Page;
use crate::catalogue::{Catalogue, gaps};
use crate::shown::section as part;

/// The groups, in the order of an election, with the beginnings of their checks' ids.
const GROUPS: [(&str, &[&str]); 8] = [
    ("setup", &["setup"]),
    ("key", &["key"]),
    ("board", &["board", "shape", "group", "encoding"]),
    ("ballot", &["ballot"]),
    ("intake", &["intake"]),
    ("mix", &["mix", "exclusion"]),
    ("decrypt", &["decrypt"]),
    ("result", &["result"]),
];

/// All checks of the report.
pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let content = html! {
        p { (catalogue.say("checks-intro")) }
        @for (group, beginnings) in GROUPS { (table(page, group, beginnings)) }
    };
    part(catalogue, "checks", content)
}

fn table(page: &Page<'_>, group: &str, beginnings: &[&str]) -> Markup {
    let catalogue = page.catalogue;
    let belongs = |check: &&CheckResult| {
        let id = check.id.as_str();
        id.split('.').next().is_some_and(|beginning| beginnings.contains(&beginning))
    };
    let checks: Vec<&CheckResult> = page.audit().report.checks.iter().filter(belongs).collect();
    html! {
        table.checks {
            caption { (catalogue.say(&format!("group-{group}"))) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("checks-col-check")) }
                    th scope="col" { (catalogue.say("checks-col-outcome")) }
                    th.number scope="col" { (catalogue.say("checks-col-items")) }
                }
            }
            tbody {
                @for check in checks {
                    tr {
                        th scope="row" {
                            (sentence(catalogue, check.id)) " " code { (check.id) }
                        }
                        td { (outcome(catalogue, check.status)) }
                        td.number {
                            @if check.status == Status::NotApplicable { "–" }
                            @else { (count(check.items)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a check says that must hold.
pub(crate) fn sentence(catalogue: &Catalogue, check: CheckId) -> String {
    catalogue.say(&format!("check-{}", check.as_str().replace('.', "-")))
}

/// What became of a check: a mark and a word.
pub(crate) fn outcome(catalogue: &Catalogue, status: Status) -> Markup {
    let (name, mark) = match status {
        Status::Pass => ("pass", "✓"),
        Status::Fail => ("fail", "✗"),
        Status::NotRun => ("open", "…"),
        Status::NotApplicable => ("moot", "–"),
    };
    html! {
        span class={ "status " (name) } {
            span aria-hidden="true" { (mark) " " } (catalogue.say(&format!("status-{name}")))
        }
    }
}

/// All checks in one sentence.
pub(crate) fn summary(page: &Page<'_>) -> String {
    let held = page.audit().report.checks.iter().filter(|check| check.status == Status::Pass);
    let items = held.clone().fold(0_u64, |sum, check| sum.saturating_add(check.items));
    let gaps = gaps!["held" => held.count(), "items" => items];
    page.catalogue.fill("checks-short", &gaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_sentence_and_stands_in_one_group() {
        let catalogue = Catalogue::english().unwrap();
        for check in CheckId::ALL {
            assert!(
                catalogue.has(&format!("check-{}", check.as_str().replace('.', "-"))),
                "{check}"
            );
            let beginning = check.as_str().split('.').next().unwrap();
            let groups = GROUPS.iter().filter(|(_, known)| known.contains(&beginning));
            assert_eq!(groups.count(), 1, "{check}");
        }
    }
}
