//! The board that the page tells of, who has seen it, and how to check it without this page.

use maud::{Markup, html};
use psephos_core::Digest;
use psephos_record::words::words;

use super::Now;
use crate::catalogue::{gaps, isolated};
use crate::shown::{digest, number, scrolling, section as part, theirs, time};

/// The digests of the board.
pub(super) fn section(page: &Now<'_>) -> Markup {
    let (catalogue, view) = (page.catalogue, page.standing.view);
    if view.records == 0 {
        return Markup::default();
    }
    let election = view.manifest.as_ref().map(|manifest| manifest.election);
    let content = html! {
        p { (catalogue.fill("identity-records", &number(view.records))) }
        dl.digests {
            dt { (catalogue.say("identity-head")) }
            dd { (named(page, &view.head)) }
            dt { (catalogue.say("identity-election")) }
            dd {
                @match &election {
                    Some(election) => (named(page, election)),
                    None => (catalogue.say("identity-no-election")),
                }
            }
        }
    };
    part(catalogue, "now-board", content)
}

fn named(page: &Now<'_>, found: &Digest) -> Markup {
    let gaps = gaps!["words" => isolated(&words(found))];
    html! {
        (digest(&hex::encode(found)))
        p.words { (page.catalogue.fill("identity-words", &gaps)) }
    }
}

/// What witnesses have cosigned.
pub(super) fn witnesses(page: &Now<'_>) -> Markup {
    let (catalogue, view) = (page.catalogue, page.standing.view);
    if page.standing.witnesses.is_empty() {
        return Markup::default();
    }
    let table = html! {
        table {
            caption.hidden { (catalogue.say("now-witnesses-heading")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    th scope="col" { (catalogue.say("now-col-seen")) }
                    th scope="col" { (catalogue.say("now-col-when")) }
                }
            }
            tbody {
                @for witness in page.standing.witnesses {
                    tr {
                        th scope="row" { (theirs(&witness.name)) }
                        td {
                            @if (witness.records, witness.head) == (view.records, view.head) {
                                span.status.pass {
                                    span aria-hidden="true" { "✓ " } (catalogue.say("now-seen-all"))
                                }
                            } @else { (catalogue.fill("now-seen-some", &number(witness.records))) }
                        }
                        td { (time(witness.time)) }
                    }
                }
            }
        }
    };
    let label = catalogue.say("now-witnesses-heading");
    let content = html! {
        p { (catalogue.say("now-witnesses-intro")) }
        (scrolling(&label, &table))
    };
    part(catalogue, "now-witnesses", content)
}

/// That nobody has to believe the page.
pub(super) fn check(page: &Now<'_>) -> Markup {
    let catalogue = page.catalogue;
    let content = html! {
        p { (catalogue.say("now-check-intro")) }
        pre { code { "psephos-verifier BOARD" } }
        p { (catalogue.say("now-check-voter")) }
        pre { code { "psephos-voter find TRACKER --board BOARD" } }
        p { (catalogue.say("now-check-board")) }
    };
    part(catalogue, "now-check", content)
}
