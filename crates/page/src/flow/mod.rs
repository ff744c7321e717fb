//! The flow picture of a count in rounds: columns are rounds, bands are votes that stay or move on.

mod draw;
mod model;

use maud::{Markup, html};

use crate::Page;
use crate::catalogue::{gaps, isolated};
use crate::rounds::{Fate, Rounds};
use crate::shown::{names, scrolling};
use model::Flow;

/// Names that the description of one round lists.
const NAMED: usize = 6;

/// The picture with its key; nothing for a count of one round, of which the table says everything.
pub(crate) fn figure(page: &Page<'_>, title: &str, place: usize, rounds: &Rounds<'_>) -> Markup {
    let catalogue = page.catalogue;
    let flow = Flow::of(rounds);
    if flow.columns.len() < 2 {
        return Markup::default();
    }
    let gaps = gaps!["contest" => isolated(title)];
    let described = gaps!["story" => story(page, rounds)];
    let drawing = draw::svg(
        catalogue,
        &flow,
        rounds,
        &draw::Words {
            place,
            title: catalogue.fill("flow-title", &gaps),
            description: catalogue.fill("flow-desc", &described),
            elected: page.elected_mark(),
        },
    );
    let skipped = flow.skipped();
    html! {
        figure {
            figcaption {
                p { strong { (catalogue.fill("flow-title", &gaps)) } }
                p.explain {
                    (catalogue.say("flow-key"))
                    @if flow.has_pool() { " " (catalogue.say("flow-pooled")) }
                    @if let Some((from, to)) = skipped {
                        " " (catalogue.fill("flow-skipped", &gaps!["from" => from, "to" => to]))
                    }
                }
            }
            (scrolling(&catalogue.say("flow-scroll"), &drawing))
        }
    }
}

/// Who was elected and who was out, round by round, for whoever does not see the picture.
fn story(page: &Page<'_>, rounds: &Rounds<'_>) -> String {
    let catalogue = page.catalogue;
    let told = rounds.rounds.iter().enumerate().flat_map(|(place, round)| {
        [(Fate::Elected, "flow-story-elected"), (Fate::Out, "flow-story-out")]
            .into_iter()
            .filter_map(move |(fate, id)| {
                let found =
                    round.fates.iter().enumerate().filter(|(_, found)| **found == Some(fate));
                let found: Vec<&str> =
                    found.filter_map(|(name, _)| rounds.names.get(name).copied()).collect();
                let listed = (!found.is_empty()).then(|| names(catalogue, found, NAMED))?;
                let what = catalogue.fill(id, &gaps!["names" => listed]);
                let gaps = gaps!["n" => place as u64 + 1, "names" => what];
                Some(catalogue.fill("flow-story", &gaps))
            })
    });
    told.collect::<Vec<String>>().join(" ")
}
