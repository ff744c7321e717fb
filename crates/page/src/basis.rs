//! What the result rests on, and what nobody promises (SECURITY.md).

use maud::{Markup, html};
use psephos_record::bodies::{Description, Policy};

use crate::Page;
use crate::catalogue::gaps;
use crate::shown::{names, number, section as part};

/// What is not promised, in the order of SECURITY.md.
const NOT: [&str; 8] =
    ["roll", "device", "missing", "receipt", "forever", "patterns", "times", "review"];

/// Most trustees in a manifest: all are named.
const TRUSTEES: usize = 32;

pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let content = html! {
        ul {
            li { (catalogue.say("basis-integrity")) " " (catalogue.say("basis-pin")) }
            @if let Some(known) = page.audit().view.description() { (of_election(page, known)) }
        }
        h3 { (catalogue.say("basis-not-heading")) }
        ul { @for what in NOT { li { (catalogue.say(&format!("basis-not-{what}"))) } } }
    };
    part(catalogue, "basis", content)
}

/// What this election's manifest says of trustees and voters.
fn of_election(page: &Page<'_>, known: &Description) -> Markup {
    let catalogue = page.catalogue;
    let trustees = gaps![
        "trustees" => known.trustee_count(),
        "names" => names(catalogue, known.trustees.iter().map(String::as_str), TRUSTEES),
    ];
    let threshold = gaps![
        "threshold" => known.threshold, "fewer" => known.threshold.saturating_sub(1),
    ];
    let policy = match known.policy {
        Policy::Open => "basis-policy-open",
        Policy::First => "basis-policy-first",
        Policy::Last => "basis-policy-last",
    };
    html! {
        li {
            (catalogue.fill("basis-trustees", &trustees)) " "
            (catalogue.fill("basis-threshold", &threshold)) " "
            (catalogue.fill("basis-mixes", &number(known.mixes)))
        }
        li { (catalogue.say(policy)) }
    }
}
