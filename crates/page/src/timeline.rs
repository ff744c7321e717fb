//! Who contributed what, and when each says that was.

use std::collections::BTreeMap;

use maud::{Markup, html};
use psephos_audit::{Contribution, ExcludedView, ExclusionView, View};
use psephos_record::kind::Kind;

use crate::Page;
use crate::catalogue::{Catalogue, gaps, isolated};
use crate::shown::{moment, number, scrolling, section as part, time};
use crate::times::Contradictions;

/// Lines that a page lists.
const LISTED: usize = 1_000;
/// Contradictions that a page spells out.
const SPELT_OUT: usize = 20;

/// A line of the timeline: one record, or several of a kind by one author.
enum Line {
    Posted(Vec<Contribution>),
    /// Records from the first to the last, of which nothing is known.
    Unread(u64, u64),
}

pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let view = &page.audit().view;
    let lines = lines(view);
    if lines.is_empty() {
        return part(catalogue, "timeline", html! { p { (catalogue.say("timeline-none")) } });
    }
    let told = Told::new(page);
    let columns = ["record", "time", "who", "what"];
    let table = html! {
        table.timeline {
            caption { (catalogue.say("timeline-caption")) }
            thead {
                tr {
                    @for column in columns {
                        th scope="col" { (catalogue.say(&format!("timeline-col-{column}"))) }
                    }
                }
            }
            tbody { @for line in lines.iter().take(LISTED) { (told.line(line)) } }
        }
    };
    let content = html! {
        p { (catalogue.say("timeline-intro")) }
        (contradictions(page, &told.contradictions))
        (scrolling(&catalogue.say("timeline-scroll"), &table))
        @if let Some(more @ 1..) = lines.len().checked_sub(LISTED) {
            p { (catalogue.fill("timeline-more", &number(more as u64))) }
        }
    };
    part(catalogue, "timeline", content)
}

/// The records in order; those that take in ballots follow each other by the thousand and share a line.
fn lines(view: &View) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut next = 0;
    for posted in &view.contributions {
        if let Some(last) = posted.sequence.checked_sub(1).filter(|last| *last >= next) {
            lines.push(Line::Unread(next, last));
        }
        next = posted.sequence.saturating_add(1);
        match lines.last_mut() {
            Some(Line::Posted(group)) if group.last().is_some_and(|last| joins(last, posted)) => {
                group.push(*posted);
            }
            _ => lines.push(Line::Posted(vec![*posted])),
        }
    }
    if let Some(last) = view.records.checked_sub(1).filter(|last| *last >= next) {
        lines.push(Line::Unread(next, last));
    }
    lines
}

fn joins(last: &Contribution, posted: &Contribution) -> bool {
    posted.kind == Kind::Ballots
        && (last.kind, last.author, last.passed_over)
            == (posted.kind, posted.author, posted.passed_over)
}

/// What is known of the records beside their authors and times.
struct Told<'p> {
    page: &'p Page<'p>,
    /// Lists and rows of a record.
    amounts: BTreeMap<u64, (u64, u64)>,
    /// What an exclusion or a statement of absence says.
    left_out: BTreeMap<u64, String>,
    /// Records that are left out, with the record that does it.
    excluded: BTreeMap<u64, u64>,
    contradictions: Contradictions,
}

impl<'p> Told<'p> {
    fn new(page: &'p Page<'p>) -> Self {
        let view = &page.audit().view;
        let excluded = |exclusion: &ExclusionView| match exclusion.excluded {
            ExcludedView::Record { sequence, .. } => Some((sequence, exclusion.sequence)),
            ExcludedView::Trustee { .. } => None,
        };
        Told {
            page,
            amounts: amounts(view),
            left_out: left_out(page.catalogue, view),
            excluded: view.exclusions.iter().filter_map(excluded).collect(),
            contradictions: Contradictions::of(view, page.made.time),
        }
    }

    fn line(&self, line: &Line) -> Markup {
        match line {
            Line::Unread(first, last) => html! {
                tr {
                    th scope="row" { (self.range(*first, *last)) }
                    td {} td {}
                    td { (self.page.catalogue.say("timeline-unread")) }
                }
            },
            Line::Posted(group) => match (group.first(), group.last()) {
                (Some(first), Some(last)) => self.group(group, first, last),
                _ => Markup::default(),
            },
        }
    }

    fn group(&self, group: &[Contribution], first: &Contribution, last: &Contribution) -> Markup {
        let catalogue = self.page.catalogue;
        html! {
            tr {
                th scope="row" { (self.range(first.sequence, last.sequence)) }
                td {
                    (time(first.time))
                    @if last.time != first.time { " – " (time(last.time)) }
                    @if group.iter().any(|one| self.contradictions.concerns(one.sequence)) {
                        " " span.status.open { (catalogue.say("timeline-contradiction")) }
                    }
                }
                td { (self.page.people.author(catalogue, &first.author)) }
                td {
                    (self.what(group, first.kind))
                    @for note in self.notes(group) { " " (note) }
                }
            }
        }
    }

    fn range(&self, first: u64, last: u64) -> String {
        if first == last {
            return first.to_string();
        }
        let gaps = gaps!["first" => first.to_string(), "last" => last.to_string()];
        self.page.catalogue.fill("timeline-range", &gaps)
    }

    /// What the records did, with numbers where they are known.
    fn what(&self, group: &[Contribution], kind: Kind) -> String {
        if let Some(said) = group.first().and_then(|posted| self.left_out.get(&posted.sequence)) {
            return said.clone();
        }
        let found = group.iter().filter_map(|posted| self.amounts.get(&posted.sequence));
        let sum = found.fold(None, |sum: Option<(u64, u64)>, (lists, rows)| {
            let (all, total) = sum.unwrap_or_default();
            Some((all.saturating_add(*lists), total.saturating_add(*rows)))
        });
        let catalogue = self.page.catalogue;
        let id = format!("did-{}", kind.name());
        match sum {
            Some((lists, n)) => catalogue.fill(&id, &gaps!["lists" => lists, "n" => n]),
            None if matches!(kind, Kind::Ballots | Kind::Challenged | Kind::Mix | Kind::Share) => {
                catalogue.say(&format!("{id}-some"))
            }
            None => catalogue.say(&id),
        }
    }

    /// What a reader should know of the records beside that.
    fn notes(&self, group: &[Contribution]) -> Vec<Markup> {
        let catalogue = self.page.catalogue;
        let has = |sequence: u64| group.iter().any(|posted| posted.sequence == sequence);
        let mut notes = Vec::new();
        if self.page.audit().report.failures.iter().any(|failure| failure.record.is_some_and(has)) {
            notes.push(html! { span.status.fail { (catalogue.say("timeline-fails")) } });
        }
        for (_, by) in self.excluded.iter().filter(|(record, _)| has(**record)) {
            let said = catalogue.fill("timeline-excluded", &gaps!["record" => by.to_string()]);
            notes.push(html! { span.status.open { (said) } });
        }
        if group.iter().any(|posted| posted.passed_over) {
            notes.push(html! { span.status.open { (catalogue.say("timeline-passed-over")) } });
        }
        notes
    }
}

/// Exclusions and statements of absence in words, by record.
fn left_out(catalogue: &Catalogue, view: &View) -> BTreeMap<u64, String> {
    let stated = view.absences.iter().map(|stated| {
        let gaps = gaps!["trustee" => stated.trustee];
        (stated.sequence, catalogue.fill("did-exclusion-absent", &gaps))
    });
    let excluded = view.exclusions.iter().map(|exclusion| {
        let said = match &exclusion.excluded {
            ExcludedView::Record { sequence, check } => {
                let gaps = gaps!["record" => sequence.to_string(), "check" => isolated(check)];
                catalogue.fill("did-exclusion-record", &gaps)
            }
            ExcludedView::Trustee { trustee, .. } => {
                catalogue.fill("did-exclusion-trustee", &gaps!["trustee" => *trustee])
            }
        };
        (exclusion.sequence, said)
    });
    stated.chain(excluded).collect()
}

/// Lists and rows by record, of whatever has an effect.
fn amounts(view: &View) -> BTreeMap<u64, (u64, u64)> {
    let mut amounts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    let mut add = |sequence: u64, rows: u64| {
        let (lists, sum) = amounts.entry(sequence).or_default();
        *lists = lists.saturating_add(1);
        *sum = sum.saturating_add(rows);
    };
    for taken in &view.ballots {
        add(taken.sequence, taken.ballots.rows);
    }
    for opened in &view.challenged {
        add(opened.sequence, opened.challenged.rows);
    }
    for batch in &view.batches {
        for mix in &batch.mixes {
            add(mix.sequence, mix.output.rows);
        }
        for share in batch.shares.iter().flatten() {
            add(share.sequence, share.shares.rows);
        }
    }
    amounts
}

/// The contradictions, spelt out.
fn contradictions(page: &Page<'_>, found: &Contradictions) -> Markup {
    let catalogue = page.catalogue;
    if found.is_empty() {
        return Markup::default();
    }
    html! {
        div.note role="note" {
            h3 { (catalogue.say("contradictions-heading")) }
            p { (catalogue.say("contradictions-intro")) }
            ul {
                @for (posted, knew) in found.seen.iter().take(SPELT_OUT) {
                    li {
                        (catalogue.fill("contradiction-seen", &gaps![
                            "record" => posted.sequence.to_string(), "time" => moment(posted.time),
                            "knew" => knew.sequence.to_string(), "earlier" => moment(knew.time),
                        ]))
                    }
                }
                @if let Some(more @ 1..) = found.seen.len().checked_sub(SPELT_OUT) {
                    li { (catalogue.fill("contradictions-more", &number(more as u64))) }
                }
                @if let Some(first) = found.future.first() {
                    li {
                        (catalogue.fill("contradiction-future", &gaps![
                            "record" => first.sequence.to_string(), "time" => moment(first.time),
                            "n" => found.future.len(),
                        ]))
                    }
                }
            }
        }
    }
}
