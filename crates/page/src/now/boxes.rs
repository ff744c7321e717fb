//! How many ballots are on the board, box by box.

use maud::{Markup, html};
use psephos_audit::{Phase, View};
use psephos_console::{count, numbered};

use super::Now;
use crate::shown::{scrolling, section as part, theirs};

/// Boxes that are listed; the status has all.
const LISTED: usize = 200;

pub(super) fn section(page: &Now<'_>) -> Markup {
    let (catalogue, view) = (page.catalogue, page.standing.view);
    let Some(description) = view.description().filter(|_| view.phase >= Phase::Voting) else {
        return Markup::default();
    };
    let boxes = &description.boxes;
    let table = html! {
        table.narrow {
            caption.hidden { (catalogue.say("now-boxes-heading")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("now-col-box")) }
                    th.number scope="col" { (catalogue.say("now-col-received")) }
                    th.number scope="col" { (catalogue.say("now-col-mixed-in")) }
                }
            }
            tbody {
                @for (index, known) in numbered(boxes).take(LISTED) {
                    tr {
                        th scope="row" { (theirs(&known.id)) }
                        td.number { (count(received(view, Some(index)))) }
                        td.number { (accepted(view, index)) }
                    }
                }
            }
            @if boxes.len() > 1 {
                tfoot {
                    tr {
                        th scope="row" { (catalogue.say("now-all-boxes")) }
                        td.number { (count(received(view, None))) }
                        td {}
                    }
                }
            }
        }
    };
    let label = catalogue.say("now-boxes-heading");
    let content = html! {
        p { (catalogue.say("now-boxes-intro")) }
        (scrolling(&label, &table))
    };
    part(catalogue, "now-boxes", content)
}

/// Ballots on the board, of one box or of all.
fn received(view: &View, box_index: Option<u64>) -> u64 {
    let own =
        view.ballots.iter().filter(|record| box_index.is_none_or(|own| record.box_index == own));
    own.fold(0, |sum, record| sum.saturating_add(record.ballots.rows))
}

/// Ballots in the lists of a box that are mixed, once it is closed: a small box may have gone into another one.
fn accepted(view: &View, box_index: u64) -> String {
    let first = view.batches.iter().find(|batch| batch.box_index == box_index);
    first.map_or_else(|| "–".to_owned(), |batch| count(batch.first.rows))
}
