//! The verdict at the top of the page.

use maud::{Markup, html};
use psephos_audit::{Status, Verdict};

use crate::Page;
use crate::catalogue::{Catalogue, gaps};

/// The verdict with what it means, and what it rests on in numbers.
pub(crate) fn report(page: &Page<'_>) -> Markup {
    let report = &page.audit().report;
    let of = |status| report.checks.iter().filter(|check| check.status == status).count();
    let gaps = gaps![
        "held" => of(Status::Pass), "failed" => of(Status::Fail), "open" => of(Status::NotRun),
    ];
    html! {
        (banner(page.catalogue, report.verdict))
        p { (page.catalogue.fill("verdict-checks", &gaps)) }
    }
}

/// The authority's verdict on its own election, and that it is its own.
pub(crate) fn statement(page: &Page<'_>) -> Markup {
    html! {
        p { (page.catalogue.say("statement-own")) }
        p { (page.catalogue.say("statement-verdict")) }
        (banner(page.catalogue, page.audit().report.verdict))
    }
}

/// The word, told by its mark and its name as well as by its colour.
pub(crate) fn banner(catalogue: &Catalogue, verdict: Verdict) -> Markup {
    let (name, mark) = match verdict {
        Verdict::Valid => ("valid", "✓"),
        Verdict::Invalid => ("invalid", "✗"),
        Verdict::Incomplete => ("incomplete", "…"),
        Verdict::Unreadable => ("unreadable", "?"),
    };
    html! {
        div class={ "banner " (name) } {
            p.word {
                span.sign aria-hidden="true" { (mark) }
                strong { (catalogue.say(&format!("verdict-{name}"))) }
            }
            p { (catalogue.say(&format!("verdict-{name}-meaning"))) }
        }
    }
}
