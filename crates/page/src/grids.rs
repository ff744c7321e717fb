//! Numbers over two lists of names: pairs of candidates, and grades.

use maud::{Markup, html};
use psephos_ballot::report::Named;
use psephos_console::count;

use crate::Page;
use crate::catalogue::{gaps, isolated};
use crate::shown::{number, scrolling, theirs};

/// Most candidates that a page sets against each other.
const PAIRED: usize = 30;
/// Shades that the grades of a bar are told apart by.
const SHADES: usize = 6;

/// For each candidate, how many ballots rank it before each other one.
pub(crate) fn pairs(page: &Page<'_>, title: &str, pairs: &Named<Named<u64>>) -> Markup {
    let catalogue = page.catalogue;
    let found = pairs.0.len();
    if found > PAIRED {
        return html! { p { (catalogue.fill("pairs-too-many", &number(found as u64))) } };
    }
    let names = pairs.0.iter().map(|(name, _)| name.as_str());
    let gaps = gaps!["contest" => isolated(title)];
    let table = html! {
        table.pairs {
            caption { (catalogue.fill("pairs-caption", &gaps)) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    @for name in names.clone() { th.number scope="col" { (theirs(name)) } }
                }
            }
            tbody {
                @for name in names.clone() {
                    tr {
                        th scope="row" { (theirs(name)) }
                        @for other in names.clone() {
                            td.number { (pair(page, before(pairs, name, other), before(pairs, other, name))) }
                        }
                    }
                }
            }
        }
    };
    html! {
        (scrolling(&catalogue.say("pairs-scroll"), &table))
        p.explain { (catalogue.say("pairs-explain")) }
    }
}

/// How many ballots rank one name before another; none for a name beside itself.
fn before(pairs: &Named<Named<u64>>, name: &str, other: &str) -> Option<u64> {
    let (_, row) = pairs.0.iter().find(|(found, _)| found == name)?;
    row.0.iter().find(|(found, _)| found == other).map(|(_, number)| *number)
}

fn pair(page: &Page<'_>, forth: Option<u64>, back: Option<u64>) -> Markup {
    html! {
        @match forth {
            None => "–",
            Some(forth) => {
                @if back.is_some_and(|back| forth > back) {
                    strong { (count(forth)) " " (page.catalogue.say("pairs-better")) }
                } @else { (count(forth)) }
            }
        }
    }
}

/// For each candidate, how many ballots give it each grade, as a bar and in numbers.
pub(crate) fn grades(page: &Page<'_>, title: &str, grades: &Named<Named<u64>>) -> Markup {
    let catalogue = page.catalogue;
    let known = grades.0.first().map(|(_, given)| given.0.as_slice()).unwrap_or_default();
    let gaps = gaps!["contest" => isolated(title)];
    let table = html! {
        table.grades {
            caption { (catalogue.fill("grades-caption", &gaps)) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    @for (grade, _) in known { th.number scope="col" { (theirs(grade)) } }
                }
            }
            tbody {
                @for (name, given) in &grades.0 {
                    tr {
                        th scope="row" { (theirs(name)) (stacked(given)) }
                        @for (_, ballots) in &given.0 { td.number { (count(*ballots)) } }
                    }
                }
            }
        }
    };
    scrolling(&catalogue.say("grades-scroll"), &table)
}

/// One bar with a piece for each grade, the worst first; the numbers stand beside it.
fn stacked(given: &Named<u64>) -> Markup {
    let total: u64 = given.0.iter().map(|(_, ballots)| *ballots).sum();
    let last = given.0.len().saturating_sub(1).max(1);
    let mut start = 0.0;
    let pieces: Vec<(usize, f64, f64)> = given
        .0
        .iter()
        .enumerate()
        .map(|(grade, (_, ballots))| {
            let width = *ballots as f64 / total.max(1) as f64 * 100.0;
            start += width;
            (grade * (SHADES - 1) / last, start - width, width)
        })
        .collect();
    html! {
        svg.barline viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (shade, x, width) in pieces {
                rect class={ "grade g" (shade) } x=(format!("{x:.2}")) y="0"
                    width=(format!("{width:.2}")) height="8" {}
            }
        }
    }
}
