//! Which election and which board the page is about, and what ties them to the ones people mean.

use maud::{Markup, html};
use psephos_audit::{CheckId, Report, WitnessReport, Witnessed};
use psephos_core::Digest;
use psephos_record::bodies::Description;
use psephos_record::words::words;

use crate::Page;
use crate::catalogue::{gaps, isolated};
use crate::shown::{digest, moment, number, section as part, theirs};

/// The sentence of the catalogue that says what ties a board to the election people mean.
#[must_use]
pub fn identity(report: &Report, expected: &[Digest]) -> &'static str {
    let is_election = |digest: &&Digest| report.election.as_ref() == Some(*digest);
    let elections = expected.iter().filter(is_election).count();
    // One that fits neither fails setup.identity, naming nobody.
    let is_refused = report
        .failures
        .iter()
        .any(|failure| failure.check == CheckId::SetupIdentity && failure.record.is_none());
    match (expected.is_empty(), report.election) {
        (false, _) if is_refused => "identity-expected-refused",
        (false, _) if elections == expected.len() => "identity-expected-election",
        (false, _) if elections == 0 => "identity-expected-head",
        (false, _) => "identity-expected-both",
        (true, Some(_)) => "identity-unpinned",
        (true, None) => "identity-none",
    }
}

pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let report = &page.audit().report;
    let view = &page.audit().view;
    let content = html! {
        p { (catalogue.say("identity-intro")) }
        dl.digests {
            dt { (catalogue.say("identity-election")) }
            dd { (named(page, report.election.as_ref(), "identity-no-election")) }
            dt { (catalogue.say("identity-head")) }
            dd { (named(page, report.head.as_ref(), "identity-no-head")) }
        }
        @if let Some(expected) = page.subject.expected {
            p.tied { strong { (catalogue.say(identity(report, expected))) } }
        }
        @if let Some(witnesses) = &report.witnesses { (witnessed(page, witnesses)) }
        p {
            (catalogue.fill("identity-records", &number(view.records)))
            @if let Some(hours) = view.description().and_then(|known| hours(page, known)) {
                " " (hours)
            }
        }
    };
    part(catalogue, "identity", content)
}

/// What each trusted witness has seen of the board.
fn witnessed(page: &Page<'_>, report: &WitnessReport) -> Markup {
    let catalogue = page.catalogue;
    let gaps = gaps![
        "n" => report.on_head, "of" => report.trusted.len(), "needed" => report.needed
    ];
    let seen = |witness: &Witnessed| {
        let (Some(records), Some(time)) = (witness.records, witness.time) else {
            return catalogue.say("witness-none");
        };
        let id = if witness.on_head { "witness-all" } else { "witness-some" };
        catalogue.fill(id, &gaps!["n" => records, "time" => isolated(&moment(time))])
    };
    html! {
        p { (catalogue.fill("identity-witnesses", &gaps)) }
        ul {
            @for witness in &report.trusted {
                li { (theirs(&witness.name)) ": " (seen(witness)) }
            }
        }
    }
}

/// A digest with its words; or the sentence that there is none.
fn named(page: &Page<'_>, found: Option<&Digest>, none: &str) -> Markup {
    let Some(found) = found else { return html! { (page.catalogue.say(none)) } };
    let gaps = gaps!["words" => isolated(&words(found))];
    html! {
        (digest(&hex::encode(found)))
        p.words { (page.catalogue.fill("identity-words", &gaps)) }
    }
}

/// When voting begins and ends.
fn hours(page: &Page<'_>, known: &Description) -> Option<String> {
    let gaps = |opens: Option<u64>, closes: Option<u64>| {
        let said = |time: Option<u64>| time.map_or(String::new(), moment);
        gaps!["opens" => said(opens), "closes" => said(closes)]
    };
    let id = match (known.opens, known.closes) {
        (Some(_), Some(_)) => "identity-hours",
        (Some(_), None) => "identity-opens",
        (None, Some(_)) => "identity-closes",
        (None, None) => return None,
    };
    Some(page.catalogue.fill(id, &gaps(known.opens, known.closes)))
}
