//! Mixes and partial decryptions, and whether their proofs were checked here.

use maud::{Markup, html};
use psephos_audit::{BatchView, ExcludedView};
use psephos_console::{count, numbered};

use super::{Checked, Now};
use crate::catalogue::{gaps, isolated};
use crate::shown::{moment, number, scrolling, section as part, theirs};

/// Lines of the table; an audit has all.
const LISTED: usize = 120;

/// What is known here of a proof.
#[derive(Clone, Copy)]
enum Proof {
    /// It was checked, and holds.
    Holds,
    /// It was checked, and does not hold.
    Fails,
    /// It was not checked yet.
    Open,
    /// It has no effect.
    LeftOut,
}

/// A line: of which batch, by whom, what, of how many rows, and its proof.
type Line = (usize, u64, &'static str, u64, Proof);

pub(super) fn section(page: &Now<'_>) -> Markup {
    let (catalogue, view) = (page.catalogue, page.standing.view);
    let lines: Vec<Line> =
        view.batches.iter().enumerate().flat_map(|(at, batch)| of(page, at, batch)).collect();
    if view.batches.is_empty() {
        return Markup::default();
    }
    let more = lines.len().saturating_sub(LISTED);
    let label = catalogue.say("now-lists-heading");
    let content = html! {
        p { (catalogue.say("now-lists-intro")) }
        p { (checked(page)) }
        @if !lines.is_empty() { (scrolling(&label, &table(page, &lines))) }
        @if more > 0 { p { (catalogue.fill("now-lists-more", &number(more as u64))) } }
    };
    part(catalogue, "now-lists", content)
}

/// When what was checked by whom.
fn checked(page: &Now<'_>) -> String {
    match page.standing.checked {
        None => page.catalogue.say("now-not-checked"),
        Some(Checked { audit, time }) => {
            let gaps = gaps!["time" => isolated(&moment(time)), "n" => audit.view.records];
            page.catalogue.fill("now-checked", &gaps)
        }
    }
}

fn table(page: &Now<'_>, lines: &[Line]) -> Markup {
    let catalogue = page.catalogue;
    html! {
        table.tight {
            caption.hidden { (catalogue.say("now-lists-heading")) }
            thead {
                tr {
                    @for column in ["batch", "what"] {
                        th scope="col" { (catalogue.say(&format!("now-col-{column}"))) }
                    }
                    th.number scope="col" { (catalogue.say("now-col-rows")) }
                    th scope="col" { (catalogue.say("now-col-proof")) }
                }
            }
            tbody {
                @for (batch, trustee, what, rows, proof) in lines.iter().take(LISTED) {
                    tr {
                        th scope="row" { (theirs(&name(page, *batch))) }
                        td { (catalogue.fill(what, &gaps!["who" => page.people.trustee(catalogue, *trustee)])) }
                        td.number { (count(*rows)) }
                        td { (state(page, *proof)) }
                    }
                }
            }
        }
    }
}

fn name(page: &Now<'_>, batch: usize) -> String {
    let view = page.standing.view;
    let Some(known) = view.batches.get(batch) else { return String::new() };
    let ballot_box =
        view.description().and_then(|description| description.ballot_box(known.box_index));
    let index = usize::try_from(known.batch_index).ok();
    let found =
        ballot_box.zip(index).and_then(|(known, index)| Some((known, known.batches.get(index)?)));
    found.map_or_else(String::new, |(known, batch)| format!("{} · {}", known.id, batch.id))
}

fn state(page: &Now<'_>, proof: Proof) -> Markup {
    let (class, mark, said) = match proof {
        Proof::Holds => ("pass", "✓", "proof-holds"),
        Proof::Fails => ("fail", "✗", "proof-fails"),
        Proof::Open => ("open", "…", "proof-open"),
        Proof::LeftOut => ("moot", "–", "proof-left-out"),
    };
    html! {
        span class={ "status " (class) } {
            span aria-hidden="true" { (mark) " " } (page.catalogue.say(said))
        }
    }
}

/// The mixes of a batch in their order, then its partial decryptions.
fn of(page: &Now<'_>, at: usize, batch: &BatchView) -> Vec<Line> {
    let mixes = batch.mixes.iter().map(|mix| {
        let known = |found: &BatchView| {
            found.mixes.iter().any(|other| other.sequence == mix.sequence && other.valid)
        };
        let proof = if mix.excluded.is_some() {
            Proof::LeftOut
        } else {
            proof(page, batch, mix.sequence, known)
        };
        (at, mix.trustee, "now-mix", mix.output.rows, proof)
    });
    let shares = numbered(&batch.shares).filter_map(|(trustee, share)| {
        let share = share.as_ref()?;
        let known = |found: &BatchView| {
            found
                .shares
                .iter()
                .flatten()
                .any(|other| other.sequence == share.sequence && other.valid)
        };
        Some((
            at,
            trustee,
            "now-share",
            share.shares.rows,
            proof(page, batch, share.sequence, known),
        ))
    });
    mixes.chain(shares).collect()
}

/// What the last audit says of a record's proof; `holds` whether it has found it valid in this batch.
fn proof(
    page: &Now<'_>,
    batch: &BatchView,
    sequence: u64,
    holds: impl Fn(&BatchView) -> bool,
) -> Proof {
    let Some(Checked { audit, .. }) = page.standing.checked else { return Proof::Open };
    let is_own = |found: &&BatchView| {
        (found.box_index, found.batch_index) == (batch.box_index, batch.batch_index)
    };
    let is_excluded = |excluded: &ExcludedView| matches!(excluded, ExcludedView::Record { sequence: record, .. } if *record == sequence);
    if page.standing.view.exclusions.iter().any(|exclusion| is_excluded(&exclusion.excluded)) {
        Proof::LeftOut
    } else if audit.view.batches.iter().find(is_own).is_some_and(holds) {
        Proof::Holds
    } else if audit.report.failures.iter().any(|failure| failure.record == Some(sequence)) {
        Proof::Fails
    } else {
        Proof::Open
    }
}
