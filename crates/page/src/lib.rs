//! What an audit found, as one self-contained HTML page for people who are no experts.
//!
//! [`report`] is the auditor's, [`statement`] the election authority's, [`unreadable`] what can be said where no
//! audit could be made. [`now()`] is for everybody while an election goes on. All are pure functions: the same audit
//! gives the same page. A page loads nothing, runs nothing ([`now()`] but its own few lines, on a server), and takes
//! every sentence from one [`Catalogue`]; whatever others have written is escaped.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]
#![forbid(unsafe_code)]

mod anonymity;
mod bars;
mod basis;
mod catalogue;
mod checks;
mod contest;
mod document;
mod file;
mod findings;
mod flow;
mod grids;
mod howto;
mod identity;
mod now;
mod people;
mod rounds;
mod rounds_table;
mod shown;
mod timeline;
mod times;
mod turnout;
mod verdict;

use std::time::Duration;

use maud::{Markup, html};
use psephos_audit::{Audit, Stage, Verdict};
use psephos_core::Digest;

use crate::people::People;

pub use catalogue::{Catalogue, CatalogueError, isolated};
pub use file::{check_place, write};
pub use identity::identity;
pub use now::{Checked, Standing, Witnessing, now, now_policy};

/// What a page is about.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The audit.
    pub audit: &'a Audit,
    /// The digests that it was given with `--expect`; none where nobody could give any.
    pub expected: Option<&'a [Digest]>,
    /// How long it took.
    pub timings: &'a Timings,
}

/// Who made a page, and when.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    /// The program with its version.
    pub program: &'a str,
    /// The maker's clock, in seconds since 1970-01-01 UTC; without it the page says nothing of it.
    pub time: Option<u64>,
}

/// How long an audit took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// All of it.
    pub total: Duration,
    /// Each stage, in the order in which they began.
    pub stages: Vec<(Stage, Duration)>,
}

/// What all parts of a page look things up in.
struct Page<'a> {
    subject: Subject<'a>,
    made: Made<'a>,
    catalogue: &'a Catalogue,
    people: People,
}

impl<'a> Page<'a> {
    fn new(subject: Subject<'a>, made: Made<'a>, catalogue: &'a Catalogue) -> Page<'a> {
        Page { subject, made, catalogue, people: People::of(&subject.audit.view) }
    }

    fn audit(&self) -> &'a Audit {
        self.subject.audit
    }

    /// Whether what the page shows as a result is one.
    fn is_proven(&self) -> bool {
        self.audit().report.verdict == Verdict::Valid
    }

    /// The sentence for somebody elected, as far as the page can say so.
    fn elected_mark(&self) -> &'static str {
        if self.is_proven() { "mark-elected" } else { "mark-elected-unproven" }
    }

    fn title(&self) -> Option<&'a str> {
        self.audit().view.description().map(|description| description.title.as_str())
    }
}

/// The auditor's report: everything that was found.
#[must_use]
pub fn report(subject: Subject<'_>, made: Made<'_>, catalogue: &Catalogue) -> String {
    let page = Page::new(subject, made, catalogue);
    let parts: Vec<(&str, Markup)> = vec![
        ("failures", findings::failures(&page)),
        ("identity", identity::section(&page)),
        ("result", contest::section(&page)),
        ("turnout", turnout::section(&page)),
        ("warnings", findings::warnings(&page)),
        ("checks", checks::section(&page)),
        ("timeline", timeline::section(&page)),
        ("basis", basis::section(&page)),
        ("anonymity", anonymity::section(&page)),
        ("check", howto::report(&page)),
        ("about", howto::about(&page)),
    ];
    let head = document::Head::of_verdict("kind-report", "footer-report", page.title());
    document::document(catalogue, made, &head, verdict::report(&page), &parts)
}

/// The election authority's statement of the result, from its own audit: shorter, and saying how to check it
/// without the authority.
#[must_use]
pub fn statement(subject: Subject<'_>, made: Made<'_>, catalogue: &Catalogue) -> String {
    let page = Page::new(subject, made, catalogue);
    let parts: Vec<(&str, Markup)> = vec![
        ("failures", findings::failures(&page)),
        ("result", contest::section(&page)),
        ("turnout", turnout::section(&page)),
        ("check", howto::statement(&page)),
        ("identity", identity::section(&page)),
        ("trustees", people::section(&page)),
        ("warnings", findings::warnings(&page)),
        ("basis", basis::section(&page)),
    ];
    let head = document::Head::of_verdict("kind-statement", "footer-statement", page.title());
    document::document(catalogue, made, &head, verdict::statement(&page), &parts)
}

/// What can be said where no audit could be made: `reason`, in the words of the program.
#[must_use]
pub fn unreadable(reason: &str, made: Made<'_>, catalogue: &Catalogue) -> String {
    let part = html! {
        p { (catalogue.say("unreadable-intro")) }
        p lang="en" { (shown::theirs(reason)) }
    };
    let part = shown::section(catalogue, "unreadable", part);
    let head = document::Head::of_verdict("kind-report", "footer-report", None);
    let verdict = verdict::banner(catalogue, Verdict::Unreadable);
    document::document(catalogue, made, &head, verdict, &[("unreadable", part)])
}
