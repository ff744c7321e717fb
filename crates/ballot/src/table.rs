//! A result as text for a terminal: aligned columns, round by round where there are rounds.

use crate::contest::Contest;
use crate::count::numbered;
use crate::result::{ContestResult, Round, Tally, Tie};
use std::cmp::Reverse;
use std::fmt::Write;

/// Characters in a line, names included; longer counts are continued below.
const LINE: usize = 100;
/// Longest name printed in full.
const NAME: usize = 36;

/// Most names printed of those in a tie.
const TIED: usize = 6;

/// The result of `contest` for people to read, ending in a line feed.
pub fn table(contest: &Contest, result: &ContestResult) -> String {
    let mut text = heading(contest, result);
    match &result.tally {
        Tally::Plurality { votes } => text += &plurality(contest, result, votes),
        Tally::Irv { rounds } => text += &in_rounds(contest, rounds),
    }
    for tie in &result.ties {
        text += &tie_line(contest, result, tie);
    }
    if result.elected.is_empty() {
        text += "  Nobody is elected: there are no votes.\n";
    }
    text
}

fn heading(contest: &Contest, result: &ContestResult) -> String {
    let seats = match contest.seats {
        1 => "1 seat".into(),
        seats => format!("{} seats", grouped(seats.into())),
    };
    let [ballots, blank, invalid] = [result.ballots, result.blank, result.invalid].map(grouped);
    format!(
        "{} ({}, {seats}): {ballots} ballots, {blank} blank, {invalid} invalid\n",
        contest.title,
        contest.method.name()
    )
}

fn plurality(contest: &Contest, result: &ContestResult, votes: &[u64]) -> String {
    let mut rows: Vec<(u16, u64)> =
        numbered(votes).map(|(candidate, &votes)| (candidate, votes)).collect();
    rows.sort_by_key(|&(_, votes)| Reverse(votes));
    let width = rows.iter().map(|&(_, votes)| grouped(votes).len()).max().unwrap_or(0);
    let names = name_width(contest);
    let mut text = String::new();
    for (candidate, votes) in rows {
        let mark = if result.elected.contains(&candidate) { "  elected" } else { "" };
        let name = short(contest.name(candidate));
        let _ = writeln!(text, "  {name:<names$}  {:>width$}{mark}", grouped(votes));
    }
    text
}

/// Blocks of as many rounds as fit in a line, each with the candidates still in at its first round.
fn in_rounds(contest: &Contest, rounds: &[Round]) -> String {
    let numbers = rounds.iter().flat_map(|round| round.votes.iter().flatten());
    let most = numbers.chain(rounds.iter().map(|round| &round.exhausted)).max();
    let width = most.map_or(0, |&most| grouped(most).len()).max(grouped(rounds.len() as u64).len());
    let names = name_width(contest).max("exhausted".len());
    let per_line = (LINE.saturating_sub(names + 2) / (width + 2)).max(1);
    let order = final_order(rounds);
    let mut text = String::new();
    for (place, block) in rounds.chunks(per_line).enumerate() {
        let _ = write!(text, "  {:<names$}", "round");
        for number in (place * per_line + 1..).take(block.len()) {
            let _ = write!(text, "  {number:>width$}");
        }
        text += "\n";
        for &candidate in &order {
            if let Some(line) = candidate_line(block, candidate, width) {
                let _ = writeln!(text, "  {:<names$}{line}", short(contest.name(candidate)));
            }
        }
        let _ = write!(text, "  {:<names$}", "exhausted");
        for round in block {
            let _ = write!(text, "  {:>width$}", grouped(round.exhausted));
        }
        text += "\n";
    }
    text
}

/// A candidate's votes in a block of rounds and what became of it; none when it was out before.
fn candidate_line(block: &[Round], candidate: u16, width: usize) -> Option<String> {
    let votes = |round: &Round| round.votes.get(usize::from(candidate)).copied().flatten();
    block.first().and_then(votes)?;
    let mut line = String::new();
    for number in block.iter().map_while(votes) {
        let _ = write!(line, "  {:>width$}", grouped(number));
    }
    let named =
        |list: fn(&Round) -> &[u16]| block.iter().any(|round| list(round).contains(&candidate));
    if named(|round| &round.elected) {
        line += "  elected";
    } else if named(|round| &round.eliminated) {
        line += "  out";
    }
    Some(line)
}

/// The candidates, those of the last round first, then backwards through the eliminations.
fn final_order(rounds: &[Round]) -> Vec<u16> {
    let Some(last) = rounds.last() else { return Vec::new() };
    let left = numbered(&last.votes);
    let mut left: Vec<(u64, u16)> =
        left.filter_map(|(candidate, votes)| Some(((*votes)?, candidate))).collect();
    left.sort_by_key(|&(votes, candidate)| (Reverse(votes), candidate));
    let eliminated = rounds.iter().rev().flat_map(|round| round.eliminated.iter().copied());
    left.into_iter().map(|(_, candidate)| candidate).chain(eliminated).collect()
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
    let round = match result.tally {
        Tally::Plurality { .. } => String::new(),
        Tally::Irv { .. } => format!(" in round {}", tie.round.saturating_add(1)),
    };
    let verb = if tie.lost.len() == 1 { "loses" } else { "lose" };
    format!("  Tie{round} between {}: {} {verb}, listed last.\n", list(&tie.tied), list(&tie.lost))
}

fn name_width(contest: &Contest) -> usize {
    contest.candidates.iter().map(|name| short(name).chars().count()).max().unwrap_or(0)
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
