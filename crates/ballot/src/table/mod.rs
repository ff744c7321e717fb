//! A result as text for a terminal: aligned columns, round by round where there are rounds.

mod grid;
mod rounds;

use crate::amount::{Amount, grouped};
use crate::contest::{Contest, Method};
use crate::count::numbered;
use crate::report::{ranking, seats};
use crate::result::{ContestResult, Tally, Texts, Tie};
use std::cmp::Reverse;
use std::fmt::Write;

/// Characters in a line, names included; longer counts are continued below.
const LINE: usize = 100;
/// Longest name printed in full.
const NAME: usize = 36;
/// Most names printed of those in a tie.
const TIED: usize = 6;
/// Most candidates printed against each other; reports have all.
const PAIRED: usize = 30;
/// Most texts printed.
const TEXTS: usize = 20;

/// The result of `contest` for people to read, ending in a line feed.
pub fn table(contest: &Contest, result: &ContestResult) -> String {
    let mut text = heading(contest, result);
    text += &match &result.tally {
        Tally::Text {} => String::new(),
        Tally::Schulze { pairs, .. } if pairs.len() > PAIRED => String::new(),
        Tally::Schulze { pairs, .. } => grid::pairs(contest, result, pairs),
        Tally::MajorityJudgment { grades, .. } => grid::grades(contest, result, grades),
        tally => match tally.numbers() {
            Some(numbers) => by_number(contest, result, numbers),
            None => rounds::in_rounds(contest, result),
        },
    };
    if let Some(tiers) = ranking(&result.tally) {
        text += &ranking_line(contest, tiers);
    }
    if let Some(texts) = &result.texts {
        text += &written(contest, texts);
    }
    for tie in &result.ties {
        text += &tie_line(contest, result, tie);
    }
    if result.elected.is_empty() && !matches!(result.tally, Tally::Text {}) {
        text += "  Nobody is elected: there are no votes.\n";
    }
    text
}

fn heading(contest: &Contest, result: &ContestResult) -> String {
    let seats = match (&result.tally, contest.seats) {
        (Tally::Text {}, _) => String::new(),
        (_, 1) => ", 1 seat".into(),
        (_, seats) => format!(", {} seats", grouped(seats.into())),
    };
    let [ballots, blank, invalid] = [result.ballots, result.blank, result.invalid].map(grouped);
    let noun = if result.ballots == 1 { "ballot" } else { "ballots" };
    let threshold = match result.tally.threshold() {
        Some(units) => {
            format!(", threshold {}", Amount::new(units, result.tally.decimals()).text())
        }
        None => String::new(),
    };
    format!(
        "{} ({}{seats}): {ballots} {noun}, {blank} blank, {invalid} invalid{threshold}\n",
        contest.title,
        contest.method.name()
    )
}

fn by_number(contest: &Contest, result: &ContestResult, numbers: &[u64]) -> String {
    let mut rows: Vec<(u16, u64)> =
        numbered(numbers).map(|(candidate, &votes)| (candidate, votes)).collect();
    rows.sort_by_key(|&(_, votes)| Reverse(votes));
    let width = rows.iter().map(|&(_, votes)| grouped(votes).len()).max().unwrap_or(0);
    let names = name_width(contest);
    let won = seats(&result.tally);
    let mark = |candidate: u16| match won.map(|seats| seats.get(usize::from(candidate))) {
        Some(Some(1)) => "  1 seat".to_owned(),
        Some(Some(seats @ 1..)) => format!("  {} seats", grouped(*seats)),
        None if result.elected.contains(&candidate) => "  elected".to_owned(),
        _ => String::new(),
    };
    let mut text = String::new();
    for (candidate, votes) in rows {
        let name = short(contest.name(candidate));
        let _ = writeln!(text, "  {name:<names$}  {:>width$}{}", grouped(votes), mark(candidate));
    }
    text
}

fn ranking_line(contest: &Contest, tiers: &[Vec<u16>]) -> String {
    let name = |&candidate: &u16| short(contest.name(candidate));
    let tier = |tier: &Vec<u16>| tier.iter().map(name).collect::<Vec<_>>().join(" = ");
    format!("  Ranking: {}\n", tiers.iter().map(tier).collect::<Vec<_>>().join(" > "))
}

fn written(contest: &Contest, texts: &Texts) -> String {
    let mut text = String::new();
    let shown = texts.most.iter().take(TEXTS);
    let rows: Vec<(String, String)> =
        shown.map(|text| (short(&text.text), grouped(text.ballots))).collect();
    let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let width = rows.iter().map(|(_, number)| number.len()).max().unwrap_or(0);
    if !rows.is_empty() && !matches!(contest.method, Method::Text { .. }) {
        text += "  Written in:\n";
    }
    for (name, number) in &rows {
        let _ = writeln!(text, "    {name:<names$}  {number:>width$}");
    }
    match texts.distinct.saturating_sub(rows.len() as u64) {
        0 => {}
        more => {
            let _ = writeln!(text, "    and {} other texts", grouped(more));
        }
    }
    text
}

fn tie_line(contest: &Contest, result: &ContestResult, tie: &Tie) -> String {
    let list = |candidates: &[u16]| {
        let names = candidates.iter().take(TIED).map(|&candidate| contest.name(candidate));
        let names = names.collect::<Vec<_>>().join(", ");
        match candidates.len().saturating_sub(TIED) {
            0 => names,
            more => format!("{names} and {more} more"),
        }
    };
    let round = match result.tally.rounds() {
        None => String::new(),
        Some(_) => format!(" in round {}", tie.round.saturating_add(1)),
    };
    let reason = match tie.earlier {
        None => "listed last".to_owned(),
        Some(earlier) => format!("by the votes of round {}", earlier.saturating_add(1)),
    };
    let verb = if tie.lost.len() == 1 { "loses" } else { "lose" };
    format!("  Tie{round} between {}: {} {verb}, {reason}.\n", list(&tie.tied), list(&tie.lost))
}

/// Every candidate of the count: the listed ones, and the write-ins together.
fn candidates(contest: &Contest) -> impl Iterator<Item = u16> {
    0..contest.counted()
}

fn name_width(contest: &Contest) -> usize {
    let width = |candidate| short(contest.name(candidate)).chars().count();
    candidates(contest).map(width).max().unwrap_or(0)
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}
