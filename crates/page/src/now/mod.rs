//! How an election stands, for everybody: what its board says at this moment, in plain words.

mod board;
mod boxes;
mod lists;
mod people;
mod phase;

use maud::Markup;
use psephos_audit::{Audit, View};
use psephos_core::Digest;

use crate::catalogue::Catalogue;
use crate::document::{self, Head, Live};
use crate::people::People;
use crate::{Made, Page, Subject, Timings, contest};

/// What replaces the parts of a page while it is looked at.
const SCRIPT: &str = include_str!("live.js");

/// How an election stands.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// What the records say.
    pub view: &'a View,
    /// The last audit of the board by whoever makes the page, if there was one.
    pub checked: Option<Checked<'a>>,
    /// What witnesses have cosigned of this board, by the maker's word.
    pub witnesses: &'a [Witnessing],
    /// Whether a server hands the page out that tells of new records at `api/v1/events`.
    pub live: bool,
}

/// An audit of lists and proofs.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// What it has found; maybe of fewer records than there are now.
    pub audit: &'a Audit,
    /// When it ended, in seconds since 1970-01-01 UTC.
    pub time: u64,
}

/// The newest cosignature of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessing {
    /// What it is called.
    pub name: String,
    /// How many records it has seen.
    pub records: u64,
    /// The head that it has cosigned.
    pub head: Digest,
    /// When, by its own clock.
    pub time: u64,
}

/// What the parts of this page look things up in.
struct Now<'a> {
    standing: Standing<'a>,
    made: Made<'a>,
    catalogue: &'a Catalogue,
    people: People,
}

/// The page of how an election stands.
#[must_use]
pub fn now(standing: Standing<'_>, made: Made<'_>, catalogue: &Catalogue) -> String {
    let people = People::of(standing.view);
    let page = Now { standing, made, catalogue, people };
    let parts: Vec<(&str, Markup)> = vec![
        ("result", result(&page)),
        ("now-people", people::section(&page)),
        ("now-boxes", boxes::section(&page)),
        ("now-lists", lists::section(&page)),
        ("now-board", board::section(&page)),
        ("now-witnesses", board::witnesses(&page)),
        ("now-check", board::check(&page)),
    ];
    let live = Live { script: SCRIPT, records: standing.view.records };
    let head = Head {
        kind: "kind-now",
        footer: if standing.live { "footer-now-live" } else { "footer-now" },
        title: standing.view.description().map(|description| description.title.as_str()),
        untitled: "now-untitled",
        skip: "skip-now",
        heading: "now-heading",
        live: standing.live.then_some(live),
    };
    document::document(catalogue, made, &head, phase::banner(&page), &parts)
}

/// The policy that a server sends with the page: what the page itself says, and that nobody frames it.
#[must_use]
pub fn now_policy() -> String {
    format!("{}; frame-ancestors 'none'", document::live_policy(SCRIPT))
}

/// The result, once it was recounted here.
fn result(page: &Now<'_>) -> Markup {
    let Some(Checked { audit, .. }) = page.standing.checked else { return Markup::default() };
    if audit.report.results.is_none() {
        return Markup::default();
    }
    let timings = Timings::default();
    let subject = Subject { audit, expected: None, timings: &timings };
    contest::section(&Page::new(subject, page.made, page.catalogue))
}
