//! Decrypted votes and results as files that other software reads (spec/export.md).

use crate::amount::Amount;
use crate::cell::format_cell;
use crate::contest::{Contest, Method};
use crate::count::{numbered, ranking};
use crate::report::seats;
use crate::result::{ContestResult, Round, Tally};
use crate::vote::{Choice, Vote};
use std::collections::BTreeMap;

/// The votes of one contest as `ballots.csv`: the contest's id, then a line for each valid ballot, sorted.
/// Their digest is the result's (spec/ballots-csv.md §4).
pub fn votes_csv(contest: &Contest, votes: &BTreeMap<Vote, u64>) -> String {
    let cell = |(vote, &count): (&Vote, &u64)| (format_cell(vote), count);
    let mut cells: Vec<(String, u64)> = votes.iter().map(cell).collect();
    cells.sort_unstable();
    let mut text = contest.id.clone() + "\n";
    for (cell, count) in cells {
        let line = match cell.is_empty() {
            true => "\"\"\n".to_owned(),
            false => quoted(&cell) + "\n",
        };
        for _ in 0..count {
            text += &line;
        }
    }
    text
}

/// A cell of comma-separated values, in quotes where it holds a comma, a quote or a line break (RFC 4180).
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The votes of a ranking contest as BLT, equal ones on one line; none for a contest of another form.
/// All write-ins together are the candidate after the listed ones. A name's quotes become apostrophes.
pub fn format_blt(contest: &Contest, votes: &BTreeMap<Vote, u64>) -> Option<String> {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for (vote, weight) in votes {
        *lines.entry(ranks(contest, vote)?).or_default() += weight;
    }
    let named = |text: &str| format!("\"{}\"\n", text.replace('"', "'"));
    let mut text = format!("{} {}\n", contest.counted(), contest.seats);
    for (ranks, weight) in lines {
        text += &format!("{weight}{ranks} 0\n");
    }
    text += "0\n";
    for candidate in 0..contest.counted() {
        text += &named(contest.name(candidate));
    }
    Some(text + &named(&contest.title))
}

/// A ranking's numbers, each after a space; of several write-ins the first.
fn ranks(contest: &Contest, vote: &Vote) -> Option<String> {
    let number = |candidate: u16| (u32::from(candidate) + 1).to_string();
    match &vote.choice {
        Choice::Ranking(_) => {
            let counted = ranking(contest, vote);
            Some(counted.into_iter().map(|candidate| " ".to_owned() + &number(candidate)).collect())
        }
        Choice::Tiers(tiers) => {
            let tier = |tier: &Vec<u16>| {
                let numbers: Vec<String> =
                    tier.iter().map(|&candidate| number(candidate)).collect();
                " ".to_owned() + &numbers.join("=")
            };
            Some(tiers.iter().map(tier).collect())
        }
        Choice::Marks(_) | Choice::Scores(_) | Choice::Text(_) => None,
    }
}

/// The columns of [`results_csv`].
pub const RESULTS_HEADER: &str = "contest,method,round,candidate,of,votes,seats,outcome\n";

/// One line of [`results_csv`]; what a line does not have is empty.
#[derive(Default)]
struct Line {
    round: String,
    candidate: String,
    of: String,
    votes: String,
    seats: String,
    outcome: &'static str,
}

/// A result as lines under [`RESULTS_HEADER`]: one for each number of the count. `of` is the other candidate, the
/// grade, or a text that voters wrote, as a cell of `ballots.csv`.
pub fn results_csv(contest: &Contest, result: &ContestResult) -> String {
    let tally = &result.tally;
    let mut lines = match tally {
        Tally::Schulze { pairs: rows, .. } | Tally::MajorityJudgment { grades: rows, .. } => {
            grid(contest, result, rows)
        }
        Tally::Text {} => Vec::new(),
        _ => match tally.rounds() {
            Some(rounds) => numbered(rounds)
                .flat_map(|(number, round)| in_round(contest, result, number, round))
                .collect(),
            None => by_number(contest, result),
        },
    };
    let texts = result.texts.iter().flat_map(|texts| &texts.most);
    lines.extend(texts.map(|text| Line {
        of: format!("=\"{}\"", text.text.replace('"', "\"\"")),
        votes: text.ballots.to_string(),
        ..Line::default()
    }));
    lines.iter().map(|line| line.text(contest)).collect()
}

impl Line {
    fn text(&self, contest: &Contest) -> String {
        let cells = [
            contest.id.as_str(),
            contest.method.name(),
            &self.round,
            &self.candidate,
            &self.of,
            &self.votes,
            &self.seats,
            self.outcome,
        ];
        cells.map(quoted).join(",") + "\n"
    }
}

fn outcome(elected: &[u16], eliminated: &[u16], candidate: u16) -> &'static str {
    match (elected.contains(&candidate), eliminated.contains(&candidate)) {
        (true, _) => "elected",
        (_, true) => "eliminated",
        _ => "",
    }
}

fn by_number(contest: &Contest, result: &ContestResult) -> Vec<Line> {
    let numbers = numbered(result.tally.numbers().unwrap_or_default());
    let won = seats(&result.tally);
    let line = |(candidate, votes): (u16, &u64)| Line {
        candidate: contest.name(candidate).to_owned(),
        votes: votes.to_string(),
        seats: won
            .and_then(|seats| seats.get(usize::from(candidate)))
            .map_or(String::new(), u64::to_string),
        outcome: outcome(&result.elected, &[], candidate),
        ..Line::default()
    };
    numbers.map(line).collect()
}

fn in_round(contest: &Contest, result: &ContestResult, number: u16, round: &Round) -> Vec<Line> {
    let plain = |units| Amount::new(units, result.tally.decimals()).to_string();
    let line = |candidate: String, votes: u64, outcome: &'static str| Line {
        round: (u32::from(number) + 1).to_string(),
        candidate,
        votes: plain(votes),
        outcome,
        ..Line::default()
    };
    let votes = numbered(&round.votes).filter_map(|(candidate, votes)| {
        let outcome = outcome(&round.elected, &round.eliminated, candidate);
        Some(line(contest.name(candidate).to_owned(), (*votes)?, outcome))
    });
    votes.chain([line(String::new(), round.exhausted, "exhausted")]).collect()
}

/// Candidates against each other, or candidates against grades.
fn grid(contest: &Contest, result: &ContestResult, rows: &[Vec<u64>]) -> Vec<Line> {
    let column = |place: u16| match &contest.method {
        Method::MajorityJudgment { grades } => {
            grades.get(usize::from(place)).map_or("", String::as_str)
        }
        _ => contest.name(place),
    };
    let line = |candidate: u16, place: u16, number: u64| Line {
        candidate: contest.name(candidate).to_owned(),
        of: column(place).to_owned(),
        votes: number.to_string(),
        outcome: outcome(&result.elected, &[], candidate),
        ..Line::default()
    };
    let themselves = matches!(result.tally, Tally::MajorityJudgment { .. });
    numbered(rows)
        .flat_map(|(candidate, row)| {
            numbered(row)
                .filter(move |&(place, _)| themselves || place != candidate)
                .map(move |(place, &number)| (candidate, place, number))
        })
        .map(|(candidate, place, number)| line(candidate, place, number))
        .collect()
}
