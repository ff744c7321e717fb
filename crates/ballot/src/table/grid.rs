//! Candidates against each other, and candidates against grades.

use super::{LINE, name_width, short};
use crate::amount::grouped;
use crate::contest::{Contest, Method};
use crate::count::numbered;
use crate::result::ContestResult;
use std::fmt::Write;

/// How many ballots rank the candidate of the row before that of the column, blocks of columns below each other.
pub(super) fn pairs(contest: &Contest, result: &ContestResult, pairs: &[Vec<u64>]) -> String {
    let columns: Vec<String> = (1..=pairs.len()).map(|number| number.to_string()).collect();
    let rows = numbered(pairs).map(|(candidate, row)| {
        let cell = |(other, &number)| match other == candidate {
            true => "–".to_owned(),
            false => grouped(number),
        };
        Row { candidate, number: Some(candidate), cells: numbered(row).map(cell).collect() }
    });
    grid(contest, result, &columns, &rows.collect::<Vec<_>>())
}

/// How many ballots give the candidate of the row the grade of the column.
pub(super) fn grades(contest: &Contest, result: &ContestResult, grades: &[Vec<u64>]) -> String {
    let columns = match &contest.method {
        Method::MajorityJudgment { grades } => grades.iter().map(|grade| short(grade)).collect(),
        _ => Vec::new(),
    };
    let rows = numbered(grades).map(|(candidate, row)| Row {
        candidate,
        number: None,
        cells: row.iter().map(|&number| grouped(number)).collect(),
    });
    grid(contest, result, &columns, &rows.collect::<Vec<_>>())
}

/// A candidate's line.
struct Row {
    candidate: u16,
    /// Its column, where candidates are columns too.
    number: Option<u16>,
    cells: Vec<String>,
}

fn grid(contest: &Contest, result: &ContestResult, columns: &[String], rows: &[Row]) -> String {
    let cells = rows.iter().flat_map(|row| &row.cells).chain(columns);
    let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let label = |row: &Row| match row.number {
        Some(number) => format!("{} {}", u32::from(number) + 1, short(contest.name(row.candidate))),
        None => short(contest.name(row.candidate)),
    };
    let names = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or(0);
    let names = names.max(name_width(contest));
    let per_line = (LINE.saturating_sub(names + 2) / (width + 2)).max(1);
    let mut text = String::new();
    for first in (0..columns.len()).step_by(per_line) {
        let some = |cells: &[String]| -> String {
            let some = cells.iter().skip(first).take(per_line);
            some.map(|cell| format!("  {cell:>width$}")).collect()
        };
        let _ = writeln!(text, "  {:<names$}{}", "", some(columns));
        for row in rows {
            let mark = if result.elected.contains(&row.candidate) { "  elected" } else { "" };
            let _ = writeln!(text, "  {:<names$}{}{mark}", label(row), some(&row.cells));
        }
    }
    text
}
