//! `ballots.csv` (spec/ballots-csv.md).

use super::FileError;
use super::csv::{Malformed, Row, Rows};
use crate::cell::{format_cell, parse_cell};
use crate::contest::Contest;
use crate::vote::Vote;
use psephos_core::pairs::pairs;
use std::collections::BTreeSet;

/// Reads ballots: for each, one vote for every contest, in the order of `contests`.
/// `file` is the name for error messages.
///
/// # Errors
/// [`FileError`] with line, column and contest.
pub fn parse_ballots(
    file: &str,
    text: &str,
    contests: &[Contest],
) -> Result<Vec<Vec<Vote>>, FileError> {
    let mut rows = Rows::new(text);
    let header = rows.next().ok_or_else(|| {
        FileError::new(
            file,
            None,
            "the file is empty, its first line must hold the contest ids".into(),
        )
    })?;
    let columns = read_header(file, header.map_err(|bad| malformed(file, bad))?, contests)?;
    rows.map(|row| read_row(file, row.map_err(|bad| malformed(file, bad))?, contests, &columns))
        .collect()
}

fn malformed(file: &str, bad: Malformed) -> FileError {
    FileError::new(file, Some(bad.line), bad.fault.into())
}

/// For each column, the index of its contest.
fn read_header(file: &str, header: Row, contests: &[Contest]) -> Result<Vec<usize>, FileError> {
    let mut columns = Vec::with_capacity(header.cells.len());
    let mut seen = BTreeSet::new();
    for (place, id) in header.cells.iter().enumerate() {
        let fault = |message| FileError {
            column: Some(place as u64 + 1),
            ..FileError::new(file, Some(header.line), message)
        };
        let index = contests.iter().position(|contest| contest.id == *id);
        let index = index.ok_or_else(|| fault(format!("the election has no contest {id:?}")))?;
        if !seen.insert(index) {
            return Err(fault(format!("contest {id:?} has a column already")));
        }
        columns.push(index);
    }
    let missing = contests.iter().enumerate().find(|(index, _)| !seen.contains(index));
    if let Some((_, contest)) = missing {
        let message = format!("there is no column for contest {:?}", contest.id);
        return Err(FileError::new(file, Some(header.line), message));
    }
    Ok(columns)
}

fn read_row(
    file: &str,
    row: Row,
    contests: &[Contest],
    columns: &[usize],
) -> Result<Vec<Vote>, FileError> {
    let (found, expected) = (row.cells.len(), columns.len());
    if found != expected {
        let message = format!("the line has {}, the header {expected}", count(found, "cell"));
        return Err(FileError::new(file, Some(row.line), message));
    }
    let mut votes: Vec<Vote> = contests.iter().map(|contest| contest.blank()).collect();
    for (place, (text, &index)) in pairs(&row.cells, columns).enumerate() {
        let (Some(contest), Some(vote)) = (contests.get(index), votes.get_mut(index)) else {
            continue;
        };
        *vote = parse_cell(contest, text).map_err(|error| FileError {
            column: Some(place as u64 + 1),
            contest: Some(contest.id.clone()),
            ..FileError::new(file, Some(row.line), error.to_string())
        })?;
    }
    Ok(votes)
}

fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// The text of a `ballots.csv` with these ballots, which [`parse_ballots`] reads back:
/// columns in the order of `contests`, lines in the order given.
pub fn format_ballots(contests: &[Contest], ballots: &[Vec<Vote>]) -> String {
    let ids: Vec<&str> = contests.iter().map(|contest| contest.id.as_str()).collect();
    let mut text = ids.join(",") + "\n";
    for ballot in ballots {
        let cells: Vec<String> = ballot.iter().map(format_cell).collect();
        let line = cells.join(",");
        text += if line.is_empty() { "\"\"" } else { &line };
        text += "\n";
    }
    text
}
