//! Among how many ballots each one hides (spec/09-audit.md §9.8).

use maud::{Markup, html};
use psephos_audit::{BatchAnonymity, FEW, UNIQUE_PART};
use psephos_console::count;

use crate::Page;
use crate::shown::{number, scrolling, section as part, theirs};

/// Batches that a page lists; `--json` has all.
const LISTED: usize = 200;

pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let Some(batches) = &page.audit().report.anonymity else {
        return part(catalogue, "anonymity", html! { p { (catalogue.say("anonymity-none")) } });
    };
    let right = Some("number");
    let columns = [
        ("box", None),
        ("batch", None),
        ("voters", right),
        ("distinct", right),
        ("unique", right),
        ("note", None),
    ];
    let table = html! {
        table {
            caption { (catalogue.say("anonymity-caption")) }
            thead {
                tr {
                    @for (column, class) in columns {
                        th class=[class] scope="col" { (catalogue.say(&format!("anonymity-col-{column}"))) }
                    }
                }
            }
            tbody { @for batch in batches.iter().take(LISTED) { (line(page, batch)) } }
        }
    };
    let content = html! {
        p { (catalogue.say("anonymity-intro")) }
        (scrolling(&catalogue.say("anonymity-scroll"), &table))
        @if let Some(more @ 1..) = batches.len().checked_sub(LISTED) {
            p { (catalogue.fill("anonymity-more", &number(more as u64))) }
        }
    };
    part(catalogue, "anonymity", content)
}

fn line(page: &Page<'_>, batch: &BatchAnonymity) -> Markup {
    let catalogue = page.catalogue;
    let view = &page.audit().view;
    let placed = view
        .description()
        .and_then(|known| known.batch(batch.box_index, batch.batch_index))
        .map_or("", |known| known.id.as_str());
    let known = |value: Option<u64>| match value {
        Some(value) => count(value),
        None => catalogue.say("anonymity-unknown"),
    };
    let unique = batch.unique.unwrap_or(0);
    let note = if batch.voters > 0 && batch.voters < FEW {
        catalogue.fill("anonymity-few", &number(FEW))
    } else if batch.voters >= FEW && unique.saturating_mul(UNIQUE_PART) >= batch.voters {
        catalogue.say("anonymity-many")
    } else {
        catalogue.say("anonymity-fine")
    };
    html! {
        tr {
            th scope="row" { (theirs(view.box_id(batch.box_index))) }
            td { (theirs(placed)) }
            td.number { (count(batch.voters)) }
            td.number { (known(batch.distinct)) }
            td.number { (known(batch.unique)) }
            td { (note) }
        }
    }
}
