//! Rounds side by side.

use super::{LINE, name_width, short};
use crate::amount::{Amount, grouped};
use crate::contest::Contest;
use crate::count::numbered;
use crate::result::{ContestResult, Round};
use std::cmp::Reverse;
use std::fmt::Write;

/// Blocks of as many rounds as fit in a line, each with the candidates still in at its first round.
pub(super) fn in_rounds(contest: &Contest, result: &ContestResult) -> String {
    let rounds = result.tally.rounds().unwrap_or_default();
    let decimals = result.tally.decimals();
    let numbers = rounds.iter().flat_map(|round| round.votes.iter().flatten());
    let most = numbers.chain(rounds.iter().map(|round| &round.exhausted)).max();
    let width = most.map_or(0, |&most| Amount::new(most, decimals).text().len());
    let width = width.max(grouped(rounds.len() as u64).len());
    let names = name_width(contest).max("exhausted".len());
    let per_line = (LINE.saturating_sub(names + 2) / (width + 2)).max(1);
    let order = final_order(result, rounds);
    let mut text = String::new();
    for (place, block) in rounds.chunks(per_line).enumerate() {
        let block = Block { rounds: block, first: place * per_line, width, decimals };
        let _ = writeln!(text, "  {:<names$}{}", "round", block.heading());
        for &candidate in &order {
            if let Some(line) = block.candidate(candidate) {
                let _ = writeln!(
                    text,
                    "  {:<names$}{line}{}",
                    short(contest.name(candidate)),
                    fate(rounds, candidate, block.first + block.rounds.len())
                );
            }
        }
        let _ = writeln!(text, "  {:<names$}{}", "exhausted", block.exhausted());
    }
    text
}

/// Rounds that share a line.
struct Block<'a> {
    rounds: &'a [Round],
    /// The index of the first of them.
    first: usize,
    width: usize,
    decimals: u32,
}

impl Block<'_> {
    fn heading(&self) -> String {
        let width = self.width;
        let numbers = (self.first + 1..).take(self.rounds.len());
        numbers.map(|number| format!("  {number:>width$}")).collect()
    }

    fn cell(&self, units: u64) -> String {
        format!("  {:>width$}", Amount::new(units, self.decimals).text(), width = self.width)
    }

    /// A candidate's votes; none when it was out before.
    fn candidate(&self, candidate: u16) -> Option<String> {
        let votes = |round: &Round| round.votes.get(usize::from(candidate)).copied().flatten();
        self.rounds.first().and_then(votes)?;
        Some(self.rounds.iter().map_while(votes).map(|units| self.cell(units)).collect())
    }

    fn exhausted(&self) -> String {
        self.rounds.iter().map(|round| self.cell(round.exhausted)).collect()
    }
}

/// What became of a candidate in the first `end` rounds.
fn fate(rounds: &[Round], candidate: u16, end: usize) -> &'static str {
    let named = |list: fn(&Round) -> &[u16]| {
        rounds.iter().take(end).any(|round| list(round).contains(&candidate))
    };
    if named(|round| &round.elected) {
        "  elected"
    } else if named(|round| &round.eliminated) {
        "  out"
    } else {
        ""
    }
}

/// The candidates: the elected, then the others of the last round, then backwards through the eliminations.
fn final_order(result: &ContestResult, rounds: &[Round]) -> Vec<u16> {
    let Some(last) = rounds.last() else { return Vec::new() };
    let left = numbered(&last.votes);
    let mut left: Vec<(u64, u16)> =
        left.filter_map(|(candidate, votes)| Some(((*votes)?, candidate))).collect();
    left.sort_by_key(|&(votes, candidate)| (Reverse(votes), candidate));
    let out: Vec<u16> =
        rounds.iter().rev().flat_map(|round| round.eliminated.iter().copied()).collect();
    let others = left.into_iter().map(|(_, candidate)| candidate);
    let others =
        others.filter(|candidate| !result.elected.contains(candidate) && !out.contains(candidate));
    result.elected.iter().copied().chain(others).chain(out.iter().copied()).collect()
}
