//! Every number of every round, with what each candidate gained or lost.

use maud::{Markup, html};
use psephos_ballot::amount::Amount;

use crate::Page;
use crate::catalogue::{Catalogue, gaps, isolated};
use crate::rounds::{Fate, Round, Rounds};
use crate::shown::{number, scrolling, theirs};

/// Rounds side by side in one table: so many fit on a page of paper.
const SIDE_BY_SIDE: usize = 5;

/// More rounds than this are shown when somebody asks for them; on paper always.
const OPEN: usize = 10;

/// The rounds in tables of a few columns each, one below the other.
pub(crate) fn tables(page: &Page<'_>, title: &str, rounds: &Rounds<'_>) -> Markup {
    let catalogue = page.catalogue;
    let firsts = (0..rounds.rounds.len()).step_by(SIDE_BY_SIDE);
    let label = catalogue.say("rounds-scroll");
    let all = html! {
        p { (catalogue.say("rounds-explain")) }
        @for first in firsts { (scrolling(&label, &table(page, title, rounds, first))) }
    };
    html! {
        h4 { (catalogue.say("flow-table")) }
        @if rounds.rounds.len() > OPEN {
            details {
                summary { (catalogue.fill("rounds-open", &number(rounds.rounds.len() as u64))) }
                (all)
            }
        } @else { (all) }
    }
}

fn table(page: &Page<'_>, title: &str, rounds: &Rounds<'_>, first: usize) -> Markup {
    let catalogue = page.catalogue;
    let gaps = gaps!["contest" => isolated(title)];
    let shown: Vec<(usize, &Round)> =
        rounds.rounds.iter().enumerate().skip(first).take(SIDE_BY_SIDE).collect();
    let stands = |candidate: usize| {
        shown
            .first()
            .is_some_and(|(_, round)| round.votes.get(candidate).copied().flatten().is_some())
    };
    let names = rounds.names.iter().enumerate().filter(|(candidate, _)| stands(*candidate));
    html! {
        table.rounds {
            caption { (catalogue.fill("rounds-caption", &gaps)) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    @for (place, _) in &shown {
                        th.number scope="col" {
                            (catalogue.fill("rounds-round", &number(*place as u64 + 1)))
                        }
                    }
                }
            }
            tbody {
                @for (candidate, name) in names {
                    tr {
                        th scope="row" { (theirs(name)) }
                        @for (place, round) in &shown {
                            td.number { (cell(page, rounds, *place, round, candidate)) }
                        }
                    }
                }
                tr.rest {
                    th scope="row" { (catalogue.say("rounds-exhausted")) }
                    @for (place, round) in &shown {
                        td.number {
                            (round.exhausted.text())
                            @if let Some(before) = before(rounds, *place) {
                                (change(catalogue, before.exhausted, round.exhausted))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn before<'r>(rounds: &'r Rounds<'_>, place: usize) -> Option<&'r Round> {
    place.checked_sub(1).and_then(|place| rounds.rounds.get(place))
}

/// A candidate's votes in a round, what they changed by, and what became of it.
fn cell(
    page: &Page<'_>,
    rounds: &Rounds<'_>,
    place: usize,
    round: &Round,
    candidate: usize,
) -> Markup {
    let catalogue = page.catalogue;
    let of = |round: &Round| round.votes.get(candidate).copied().flatten();
    let Some(votes) = of(round) else { return html! { "–" } };
    let fate = match round.fates.get(candidate).copied().flatten() {
        Some(Fate::Elected) => Some(("won", page.elected_mark())),
        Some(Fate::Out) => Some(("lost", "mark-out")),
        None => None,
    };
    html! {
        (votes.text())
        @if let Some(earlier) = before(rounds, place).and_then(of) {
            (change(catalogue, earlier, votes))
        }
        @if let Some((class, mark)) = fate {
            " " span class={ "mark " (class) } { (catalogue.say(mark)) }
        }
    }
}

/// What was gained or lost; nothing where nothing was.
fn change(catalogue: &Catalogue, earlier: Amount, later: Amount) -> Markup {
    let (id, by) = match (later.minus(earlier), earlier.minus(later)) {
        (Some(gained), _) if later != earlier => ("rounds-gained", gained),
        (_, Some(lost)) if later != earlier => ("rounds-lost", lost),
        _ => return Markup::default(),
    };
    html! {
        " " span.change { (catalogue.fill(id, &gaps!["votes" => by.text()])) }
    }
}
