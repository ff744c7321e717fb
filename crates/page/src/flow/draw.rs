//! The picture as SVG: bars, bands and names.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use super::model::{Column, Flow, Owner, Passage, fate, has_won};
use crate::catalogue::{Catalogue, gaps, isolated};
use crate::rounds::{Fate, Rounds};
use crate::shown::number;

/// From one column to the next.
const STEP: f64 = 165.0;
/// Room for the names behind the last column.
const LABELS: f64 = 125.0;
/// Width of a bar.
const BAR: f64 = 12.0;
/// Height of all votes together.
const HEIGHT: f64 = 320.0;
/// Least height that a bar takes up: two lines of text.
const SLOT: f64 = 34.0;
/// Between two bars.
const GAP: f64 = 6.0;
/// Room for the numbers of the rounds.
const TOP: f64 = 28.0;
/// Characters of a name; the table has all of it.
const NAME: usize = 17;
/// A bar or band is never thinner, or nobody would see it.
const THIN: f64 = 1.0;

/// The words of a picture.
pub(super) struct Words {
    /// Which contest it is, for names that stand once in the page.
    pub(super) place: usize,
    pub(super) title: String,
    pub(super) description: String,
    /// The sentence for somebody elected.
    pub(super) elected: &'static str,
}

/// A bar in its place.
struct Placed {
    owner: Owner,
    votes: f64,
    top: f64,
    height: f64,
}

/// How high a number of votes is.
#[derive(Clone, Copy)]
struct Scale(f64);

impl Scale {
    fn of(self, votes: f64) -> f64 {
        (votes * self.0).max(THIN)
    }
}

pub(super) fn svg(
    catalogue: &Catalogue,
    flow: &Flow,
    rounds: &Rounds<'_>,
    words: &Words,
) -> Markup {
    let total = |column: &Column| column.bars.iter().map(|(_, votes)| *votes).sum::<f64>();
    let most = flow.columns.iter().map(total).fold(1.0, f64::max);
    let scale = Scale(HEIGHT / most);
    let placed: Vec<Vec<Placed>> = flow.columns.iter().map(|column| place(column, scale)).collect();
    let bottom = |bars: &Vec<Placed>| bars.last().map_or(0.0, |bar| bar.top + bar.height.max(SLOT));
    let height = placed.iter().map(bottom).fold(TOP, f64::max) + GAP;
    let width = STEP * (flow.columns.len().saturating_sub(1)) as f64 + BAR + LABELS;
    let (place, elected) = (words.place, words.elected);
    let picture = Picture { catalogue, rounds, scale, place, elected };
    html! {
        svg.flow role="img" viewBox={ "0 0 " (length(width)) " " (length(height)) }
            width=(length(width)) height=(length(height))
            aria-labelledby={ "flow-t-" (words.place) } aria-describedby={ "flow-d-" (words.place) } {
            title id={ "flow-t-" (words.place) } { (words.title) }
            desc id={ "flow-d-" (words.place) } { (words.description) }
            defs { (stripes(words.place)) }
            @for (index, passage) in flow.passages.iter().enumerate() {
                @if let (Some(left), Some(right)) = (placed.get(index), placed.get(index + 1)) {
                    (picture.passage(index, passage, left, right))
                }
            }
            @for (index, column) in flow.columns.iter().enumerate() {
                @if let Some(bars) = placed.get(index) { (picture.column(index, column, bars)) }
            }
        }
    }
}

/// Bars below each other, with room for their names.
fn place(column: &Column, scale: Scale) -> Vec<Placed> {
    let mut top = TOP;
    let mut placed = Vec::new();
    for &(owner, votes) in &column.bars {
        let height = scale.of(votes);
        placed.push(Placed { owner, votes, top, height });
        top += height.max(SLOT) + GAP;
    }
    placed
}

/// The stripes of bands that move.
fn stripes(place: usize) -> Markup {
    html! {
        pattern id={ "moves-" (place) } width="7" height="7" patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)" {
            rect.moveground width="7" height="7" {}
            rect.movestripe width="3" height="7" {}
        }
    }
}

/// Where votes leave a column, and where they come in: each bar from its top on.
struct Ends {
    at: Vec<(Owner, f64)>,
}

impl Ends {
    fn of(bars: &[Placed]) -> Ends {
        Ends { at: bars.iter().map(|bar| (bar.owner, bar.top)).collect() }
    }

    /// The next piece of a bar, of this height.
    fn next(&mut self, owner: Owner, height: f64) -> f64 {
        for (found, top) in &mut self.at {
            if *found == owner {
                let start = *top;
                *top += height;
                return start;
            }
        }
        TOP
    }
}

/// A band from one place to another.
struct Band {
    from: (f64, f64),
    to: (f64, f64),
    height: f64,
}

struct Picture<'a> {
    catalogue: &'a Catalogue,
    rounds: &'a Rounds<'a>,
    scale: Scale,
    place: usize,
    elected: &'static str,
}

impl Picture<'_> {
    fn passage(
        &self,
        index: usize,
        passage: &Passage,
        left: &[Placed],
        right: &[Placed],
    ) -> Markup {
        let (start, end) = (STEP * index as f64 + BAR, STEP * (index + 1) as f64);
        let (mut leaving, mut coming) = (Ends::of(left), Ends::of(right));
        let mut bands = String::new();
        for &(owner, votes) in &passage.stay {
            let height = self.scale.of(votes);
            let band = Band {
                from: (start, leaving.next(owner, height)),
                to: (end, coming.next(owner, height)),
                height,
            };
            let gaps = gaps!["name" => self.name(owner), "votes" => votes_text(votes)];
            bands += &self.band("stays", &band, &self.catalogue.fill("flow-stays", &gaps)).0;
        }
        bands += &match passage.give.as_slice() {
            [(giver, _)] => self.direct(*giver, passage, (start, &mut leaving), (end, &mut coming)),
            _ => self.pooled(passage, (start, &mut leaving), (end, &mut coming)),
        };
        PreEscaped(bands)
    }

    /// Votes of one giver, to everybody who gains.
    fn direct(
        &self,
        giver: Owner,
        passage: &Passage,
        (start, leaving): (f64, &mut Ends),
        (end, coming): (f64, &mut Ends),
    ) -> String {
        let mut bands = String::new();
        for &(taker, votes) in &passage.take {
            let height = self.scale.of(votes);
            let band = Band {
                from: (start, leaving.next(giver, height)),
                to: (end, coming.next(taker, height)),
                height,
            };
            let gaps = gaps![
                "from" => self.name(giver), "to" => self.name(taker), "votes" => votes_text(votes),
            ];
            bands += &self.band("moves", &band, &self.catalogue.fill("flow-moves", &gaps)).0;
        }
        bands
    }

    /// Votes of several givers: into one narrow bar, and out of it.
    fn pooled(
        &self,
        passage: &Passage,
        (start, leaving): (f64, &mut Ends),
        (end, coming): (f64, &mut Ends),
    ) -> String {
        let sum = |list: &[(Owner, f64)]| {
            list.iter().map(|(_, votes)| self.scale.of(*votes)).sum::<f64>()
        };
        let height = sum(&passage.give).max(sum(&passage.take));
        if height <= 0.0 {
            return String::new();
        }
        let x = end - STEP / 5.0;
        // Beside the first giver, or a little below.
        let first = passage.give.first().map_or(TOP, |(owner, _)| leaving.next(*owner, 0.0));
        let last = passage.take.last().map_or(TOP, |(owner, _)| coming.next(*owner, 0.0));
        let top = ((first + last) / 2.0).max(TOP);
        let mut bands = String::new();
        let (mut filled, mut emptied) = (top, top);
        for &(giver, votes) in &passage.give {
            let height = self.scale.of(votes);
            let band = Band { from: (start, leaving.next(giver, height)), to: (x, filled), height };
            let gaps = gaps!["from" => self.name(giver), "votes" => votes_text(votes)];
            bands += &self.band("moves", &band, &self.catalogue.fill("flow-gives", &gaps)).0;
            filled += height;
        }
        for &(taker, votes) in &passage.take {
            let height = self.scale.of(votes);
            let band =
                Band { from: (x + 4.0, emptied), to: (end, coming.next(taker, height)), height };
            let gaps = gaps!["to" => self.name(taker), "votes" => votes_text(votes)];
            bands += &self.band("moves", &band, &self.catalogue.fill("flow-takes", &gaps)).0;
            emptied += height;
        }
        let pool = html! {
            rect.pool x=(length(x)) y=(length(top)) width="4" height=(length(height)) {}
        };
        bands + &pool.0
    }

    fn band(&self, class: &str, band: &Band, title: &str) -> Markup {
        let ((x0, y0), (x1, y1)) = (band.from, band.to);
        let middle = (x0 + x1) / 2.0;
        let (low0, low1) = (y0 + band.height, y1 + band.height);
        let mut path = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            path,
            "M{x0:.1} {y0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}\
             V{low1:.1}C{middle:.1} {low1:.1} {middle:.1} {low0:.1} {x0:.1} {low0:.1}Z"
        );
        let fill = (class == "moves").then(|| format!("url(#moves-{})", self.place));
        html! { path class=(class) fill=[fill] d=(path) { title { (title) } } }
    }

    fn column(&self, index: usize, column: &Column, bars: &[Placed]) -> Markup {
        let x = STEP * index as f64;
        html! {
            text.round x=(length(x)) y="15" {
                (self.catalogue.fill("flow-round", &number(column.round as u64)))
            }
            @for bar in bars { (self.bar(x, column.round, bar)) }
        }
    }

    fn bar(&self, x: f64, round: usize, bar: &Placed) -> Markup {
        let fate = fate(self.rounds, round, bar.owner);
        let class = match (bar.owner, fate) {
            (Owner::Exhausted, _) => "node gone",
            _ if has_won(self.rounds, round, bar.owner) => "node won",
            _ => "node",
        };
        let mark = match fate {
            Some(Fate::Elected) => format!(" · {}", self.catalogue.say(self.elected)),
            Some(Fate::Out) => format!(" · {}", self.catalogue.say("mark-out")),
            None => String::new(),
        };
        let gaps = gaps![
            "name" => self.name(bar.owner), "n" => round as u64, "votes" => votes_text(bar.votes),
        ];
        let middle = bar.top + bar.height.max(SLOT).min(bar.height + SLOT) / 2.0;
        html! {
            rect class=(class) x=(length(x)) y=(length(bar.top)) width=(length(BAR))
                height=(length(bar.height)) { title { (self.catalogue.fill("flow-node", &gaps)) } }
            text.name x=(length(x + BAR + 5.0)) y=(length(middle - 3.0)) { (self.short(bar.owner)) }
            text.votes x=(length(x + BAR + 5.0)) y=(length(middle + 11.0)) {
                (votes_text(bar.votes)) (mark)
            }
        }
    }

    fn name(&self, owner: Owner) -> String {
        match owner {
            Owner::Candidate(name) => {
                isolated(self.rounds.names.get(name).copied().unwrap_or_default())
            }
            Owner::Others(count) => self.catalogue.fill("flow-others", &number(count as u64)),
            Owner::Exhausted => self.catalogue.say("flow-exhausted"),
        }
    }

    /// A name that fits between two columns.
    fn short(&self, owner: Owner) -> String {
        let Owner::Candidate(name) = owner else { return self.name(owner) };
        let name = self.rounds.names.get(name).copied().unwrap_or_default();
        if name.chars().count() <= NAME {
            return isolated(name);
        }
        isolated(&(name.chars().take(NAME - 1).collect::<String>() + "…"))
    }
}

/// A number of votes as a picture shows it: whole, or to two places.
fn votes_text(votes: f64) -> String {
    let hundredths = (votes * 100.0).round() as u64;
    let whole = psephos_console::count(hundredths / 100);
    match hundredths % 100 {
        0 => whole,
        part => format!("{whole}.{part:02}"),
    }
}

fn length(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_rounded_for_the_picture() {
        let texts = [0.0, 3.0, 1234.5, 0.333_333].map(votes_text);
        assert_eq!(texts, ["0", "3", "1,234.50", "0.33"]);
    }
}
