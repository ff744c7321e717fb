//! What became of the ballots on the board.

use maud::{Markup, html};
use psephos_console::count;
use psephos_record::bodies::Reason;

use crate::Page;
use crate::shown::{number, section as part};

pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let Some(turnout) = &page.audit().turnout else {
        return part(catalogue, "turnout", html! { p { (catalogue.say("turnout-none")) } });
    };
    let rejected: u64 = turnout.rejected.values().sum();
    let line = |name: &str, value: u64, class: &str| {
        html! {
            tr class=(class) {
                th scope="row" { (catalogue.say(name)) }
                td.number { (count(value)) }
            }
        }
    };
    let content = html! {
        table.narrow {
            caption { (catalogue.say("turnout-caption")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-fate")) }
                    th.number scope="col" { (catalogue.say("col-ballots")) }
                }
            }
            tbody {
                (line("turnout-cast", turnout.cast, ""))
                (line("turnout-accepted", turnout.accepted, ""))
                (line("turnout-rejected", rejected, ""))
                @for (reason, ballots) in &turnout.rejected {
                    (line(sentence(*reason), *ballots, "part"))
                }
            }
        }
        @if let Some(invalid) = turnout.invalid.filter(|invalid| *invalid > 0) {
            p { (catalogue.fill("turnout-invalid", &number(invalid))) }
        }
    };
    part(catalogue, "turnout", content)
}

/// The sentence for a reason to reject a ballot.
fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Shape => "reason-shape",
        Reason::Context => "reason-context",
        Reason::Eligibility => "reason-eligibility",
        Reason::Proof => "reason-proof",
        Reason::Range => "reason-range",
        Reason::Challenged => "reason-challenged",
        Reason::Duplicate => "reason-duplicate",
        Reason::Counter => "reason-counter",
    }
}
