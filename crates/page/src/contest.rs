//! The results, contest by contest.

use maud::{Markup, html};
use psephos_ballot::amount::Amount;
use psephos_ballot::report::{Named, TieReport};
use psephos_ballot::{Contest, ContestReport};
use psephos_console::count;

use crate::Page;
use crate::bars::{Bar, Measure, bars};
use crate::catalogue::{gaps, isolated};
use crate::rounds::Rounds;
use crate::shown::{digest, names, number, section as part, theirs};
use crate::{flow, grids, rounds_table};

/// Names that one sentence lists.
const NAMED: usize = 12;

/// All contests; marked as proving nothing where the verdict is not VALID.
pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let Some(results) = &page.audit().report.results else {
        return part(catalogue, "result", html! { p { (catalogue.say("result-none")) } });
    };
    let contests = page.audit().view.description().map_or(&[][..], |known| &known.contests);
    let class = if page.is_proven() { "contest" } else { "contest unproven" };
    let content = html! {
        @if !page.is_proven() {
            div.banner.invalid role="note" {
                p.word { span.sign aria-hidden="true" { "!" } strong { (catalogue.say("result-unproven-title")) } }
                p { (catalogue.say("result-unproven")) }
            }
        }
        @for (place, result) in results.iter().enumerate() {
            @if let Some(contest) = contests.get(place) {
                article class=(class) aria-labelledby={ "contest-" (place) } {
                    h3 id={ "contest-" (place) } {
                        (theirs(&contest.title))
                        @if !page.is_proven() {
                            " " span.mark.stamp { (catalogue.say("result-unproven-mark")) }
                        }
                    }
                    (one(page, contest, result, place))
                }
            }
        }
    };
    part(catalogue, "result", content)
}

fn one(page: &Page<'_>, contest: &Contest, result: &ContestReport, place: usize) -> Markup {
    let catalogue = page.catalogue;
    html! {
        p.method {
            (catalogue.fill("result-method", &gaps!["method" => method(page, result)]))
            @if result.method != "text" {
                " " (catalogue.fill("result-seats", &number(contest.seats.into()))) "."
            }
        }
        (elected(page, result))
        (chart(page, contest, result, place))
        (ranking(page, result))
        (texts(page, contest, result))
        (ties(page, result))
        (ballots(page, result))
    }
}

fn method(page: &Page<'_>, result: &ContestReport) -> String {
    page.catalogue.say(&format!("method-{}", result.method))
}

fn elected(page: &Page<'_>, result: &ContestReport) -> Markup {
    let catalogue = page.catalogue;
    if result.method == "text" || result.seats.is_some() {
        return Markup::default();
    }
    if result.elected.is_empty() {
        return html! { p.elected { (catalogue.say("result-elected-nobody")) } };
    }
    let id = if page.is_proven() { "result-elected" } else { "result-elected-unproven" };
    let winners = names(catalogue, result.elected.iter().map(String::as_str), NAMED);
    html! { p.elected { (catalogue.fill(id, &gaps!["names" => winners])) } }
}

/// The picture of a result, of whatever kind its numbers are.
fn chart(page: &Page<'_>, contest: &Contest, result: &ContestReport, place: usize) -> Markup {
    let title = contest.title.as_str();
    if let Some(rounds) = &result.rounds {
        let rounds = Rounds::of(rounds, &result.elected);
        return html! {
            @if let Some([only]) = result.rounds.as_deref() {
                (numbers(page, contest, result, &only.votes))
            }
            (flow::figure(page, title, place, &rounds))
            (rounds_table::tables(page, title, &rounds))
        };
    }
    html! {
        @if let Some(votes) = &result.votes {
            (numbers(page, contest, result, votes))
        }
        @if let Some(pairs) = &result.pairs { (grids::pairs(page, title, pairs)) }
        @if let Some(grades) = &result.grades { (grids::grades(page, title, grades)) }
    }
}

fn numbers<'a>(
    page: &Page<'_>,
    contest: &Contest,
    result: &ContestReport,
    votes: &'a Named<Amount>,
) -> Markup {
    let points = matches!(result.method, "score" | "borda");
    let valid = result.ballots.saturating_sub(result.blank).saturating_sub(result.invalid);
    let measure = Measure {
        caption: match (points, result.seats.is_some()) {
            (true, _) => "bars-caption-points",
            (false, true) => "seats-caption",
            (false, false) => "bars-caption",
        },
        column: if points { "col-points" } else { "col-votes" },
        whole: (!points).then_some(valid),
    };
    let bar = |(name, votes): &'a (String, Amount)| Bar {
        name,
        amount: votes.text(),
        value: votes.approximate(),
        elected: result.seats.is_none() && result.elected.contains(name),
        seats: result.seats.as_ref().map(|seats| seats_of(seats, name)),
    };
    let rows: Vec<Bar<'a>> = votes.0.iter().map(bar).collect();
    bars(page, &contest.title, &measure, &rows)
}

fn seats_of(seats: &Named<u64>, name: &str) -> u64 {
    seats.0.iter().find(|(other, _)| other == name).map_or(0, |(_, seats)| *seats)
}

fn ranking(page: &Page<'_>, result: &ContestReport) -> Markup {
    let catalogue = page.catalogue;
    let Some(ranking) = &result.ranking else { return Markup::default() };
    let shared = |place: &[String]| {
        let together = names(catalogue, place.iter().map(String::as_str), NAMED);
        catalogue.fill("ranking-tied", &gaps!["names" => together])
    };
    html! {
        h4 { (catalogue.say("ranking-heading")) }
        ol {
            @for place in ranking {
                li {
                    @match place.as_slice() {
                        [alone] => (theirs(alone)),
                        several => (shared(several)),
                    }
                }
            }
        }
    }
}

fn texts(page: &Page<'_>, contest: &Contest, result: &ContestReport) -> Markup {
    let catalogue = page.catalogue;
    let Some(texts) = result.texts.as_ref() else { return Markup::default() };
    let gaps = gaps!["contest" => isolated(&contest.title)];
    html! {
        h4 { (catalogue.say("texts-heading")) }
        p {
            (catalogue.fill("texts-distinct", &number(result.distinct_texts.unwrap_or_default())))
            @if !texts.0.is_empty() { " " (catalogue.say("texts-most")) }
        }
        @if !texts.0.is_empty() {
            table {
                caption { (catalogue.fill("texts-caption", &gaps)) }
                thead {
                    tr {
                        th scope="col" { (catalogue.say("col-text")) }
                        th.number scope="col" { (catalogue.say("col-ballots")) }
                    }
                }
                tbody {
                    @for (text, ballots) in &texts.0 {
                        tr { th scope="row" { (theirs(text)) } td.number { (count(*ballots)) } }
                    }
                }
            }
        }
    }
}

fn ties(page: &Page<'_>, result: &ContestReport) -> Markup {
    if result.ties.is_empty() {
        return Markup::default();
    }
    html! {
        h4 { (page.catalogue.say("ties-heading")) }
        ul { @for tie in &result.ties { li { (tie_sentence(page, result, tie)) } } }
    }
}

fn tie_sentence(page: &Page<'_>, result: &ContestReport, tie: &TieReport) -> String {
    let catalogue = page.catalogue;
    let list = |found: &[String]| names(catalogue, found.iter().map(String::as_str), NAMED);
    let mut gaps = gaps!["tied" => list(&tie.tied), "lost" => list(&tie.lost)];
    let said = match tie.earlier {
        None => catalogue.fill("tie-file", &gaps),
        Some(earlier) => {
            gaps.set("earlier", earlier);
            catalogue.fill("tie-earlier", &gaps)
        }
    };
    match result.rounds {
        None => said,
        Some(_) => catalogue.fill("tie-round", &gaps!["n" => tie.round, "tie" => said]),
    }
}

/// How many ballots were counted, and how many of them say nothing.
fn ballots(page: &Page<'_>, result: &ContestReport) -> Markup {
    let catalogue = page.catalogue;
    let last_quota = result.rounds.as_ref().and_then(|rounds| rounds.last()?.threshold);
    let line = |id: &str, value: String| {
        html! { tr { th scope="row" { (catalogue.say(id)) } td.number { (value) } } }
    };
    html! {
        table.narrow {
            caption { (catalogue.say("result-ballots")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-fate")) }
                    th.number scope="col" { (catalogue.say("col-ballots")) }
                }
            }
            tbody {
                (line("result-ballots-total", count(result.ballots)))
                (line("result-ballots-blank", count(result.blank)))
                (line("result-ballots-invalid", count(result.invalid)))
            }
        }
        @if let Some(threshold) = result.threshold {
            p { (catalogue.fill("result-threshold", &gaps!["votes" => threshold.text()])) }
        }
        @if let Some(quota) = last_quota {
            p { (catalogue.fill("result-threshold-round", &gaps!["votes" => quota.text()])) }
        }
        p.explain {
            (catalogue.say("result-cells")) " " (digest(&result.cells_sorted_sha256))
        }
    }
}
