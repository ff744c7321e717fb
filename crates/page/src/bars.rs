//! Bars for numbers: a table in which every row draws its own bar, so that the picture and its numbers are one.

use maud::{Markup, html};

use crate::Page;
use crate::catalogue::{gaps, isolated};
use crate::shown::{number, scrolling, theirs};

/// Rows that a page lists.
const LISTED: usize = 100;

/// A name with its number.
pub(crate) struct Bar<'a> {
    pub(crate) name: &'a str,
    /// The number as people read it.
    pub(crate) amount: String,
    /// The number for the length of the bar.
    pub(crate) value: f64,
    pub(crate) elected: bool,
    pub(crate) seats: Option<u64>,
}

/// What the numbers of a table are.
pub(crate) struct Measure {
    /// The sentence above the table, with a gap for the contest.
    pub(crate) caption: &'static str,
    /// The heading of the numbers.
    pub(crate) column: &'static str,
    /// What a whole is, where a number has a share of one.
    pub(crate) whole: Option<u64>,
}

/// The bars of a contest, as they come.
pub(crate) fn bars(page: &Page<'_>, title: &str, measure: &Measure, bars: &[Bar<'_>]) -> Markup {
    let catalogue = page.catalogue;
    let longest = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let has_seats = bars.iter().any(|bar| bar.seats.is_some());
    let whole = measure.whole.filter(|whole| *whole > 0);
    let hidden = bars.get(LISTED..).unwrap_or_default();
    let gaps = gaps!["contest" => isolated(title)];
    let caption = catalogue.fill(measure.caption, &gaps);
    let table = html! {
        table.bars {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    th.number scope="col" { (catalogue.say(measure.column)) }
                    @if whole.is_some() { th.number scope="col" { (catalogue.say("col-share")) } }
                    @if has_seats { th.number scope="col" { (catalogue.say("col-seats")) } }
                }
            }
            tbody {
                @for bar in bars.iter().take(LISTED) {
                    tr {
                        th scope="row" {
                            (theirs(bar.name))
                            @if bar.elected && page.is_proven() {
                                " " span.mark.won { (catalogue.say("mark-elected")) }
                            }
                            (drawn(bar, longest))
                        }
                        td.number { (bar.amount) }
                        @if let Some(whole) = whole { td.number { (share(page, bar.value, whole)) } }
                        @if has_seats { td.number { @if let Some(seats) = bar.seats { (seats) } } }
                    }
                }
            }
        }
    };
    html! {
        (scrolling(&caption, &table))
        @if !hidden.is_empty() {
            p {
                (catalogue.fill("bars-more", &number(hidden.len() as u64))) " "
                (psephos_console::count(hidden.iter().map(|bar| bar.value as u64).sum()))
            }
        }
        @if whole.is_some() { p.explain { (catalogue.say("share-note")) } }
    }
}

/// A bar as long as its part of the longest one. Its number stands beside it, so that it is no news to a reader
/// who does not see it.
fn drawn(bar: &Bar<'_>, longest: f64) -> Markup {
    let part = if longest > 0.0 { bar.value / longest * 100.0 } else { 0.0 };
    let class = if bar.elected { "bar won" } else { "bar" };
    html! {
        svg.barline viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track x="0" y="0" width="100" height="8" {}
            rect class=(class) x="0" y="0" width=(format!("{part:.2}")) height="8" {}
        }
    }
}

/// A part of a whole in per cent, to one decimal.
pub(crate) fn share(page: &Page<'_>, value: f64, whole: u64) -> String {
    let gaps = gaps!["tenths" => format!("{:.1}", value / whole as f64 * 100.0)];
    page.catalogue.fill("share-percent", &gaps)
}
