//! `ballots.csv` (spec/ballots-csv.md).

use super::FileError;
use super::csv::{Malformed, Row, Rows, quoted};
use crate::cell::{format_cell, parse_cell};
use crate::contest::Contest;
use crate::normal::normalised;
use crate::vote::Vote;
use psephos_core::pairs::pairs;
use std::collections::{BTreeMap, BTreeSet};

/// The column of the box's id.
pub(super) const BOX: &str = "box";
/// The column of the voter's label.
pub(super) const CREDENTIAL: &str = "credential";

/// A box as a table of ballots knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slate {
    /// The box's id.
    pub id: String,
    /// Indices of the contests on its ballots.
    pub contests: Vec<u64>,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastVotes {
    /// Index of the box.
    pub box_index: u64,
    /// Whose ballot it is: lines with the same label are ballots of one voter, lines without one of a voter
    /// each.
    pub credential: Option<String>,
    /// One vote for every contest of the election, blank for those that the box does not have.
    pub votes: Vec<Vote>,
}

/// What a column holds.
enum Column {
    Box,
    Credential,
    /// Index of the contest.
    Contest(usize),
}

/// A table while it is read.
struct Table<'a> {
    file: &'a str,
    contests: &'a [Contest],
    boxes: &'a [Slate],
    columns: Vec<Column>,
    /// The box of each label so far, and the line where it was first seen.
    labels: BTreeMap<String, (u64, u64)>,
}

/// Reads ballots. `file` is the name for error messages.
///
/// # Errors
/// [`FileError`] with line, column and contest.
pub fn parse_ballots(
    file: &str,
    text: &str,
    contests: &[Contest],
    boxes: &[Slate],
) -> Result<Vec<CastVotes>, FileError> {
    let mut rows = Rows::new(text);
    let header = rows.next().ok_or_else(|| {
        FileError::new(
            file,
            None,
            "the file is empty, its first line must hold the contest ids".into(),
        )
    })?;
    let header = header.map_err(|bad| malformed(file, bad))?;
    let mut table = Table { file, contests, boxes, columns: Vec::new(), labels: BTreeMap::new() };
    table.read_header(header)?;
    rows.map(|row| table.read_row(row.map_err(|bad| malformed(file, bad))?)).collect()
}

fn malformed(file: &str, bad: Malformed) -> FileError {
    FileError::new(file, Some(bad.line), bad.fault.into())
}

impl Table<'_> {
    fn fault(&self, line: u64, message: String) -> FileError {
        FileError::new(self.file, Some(line), message)
    }

    /// Finds out what each column holds.
    fn read_header(&mut self, header: Row) -> Result<(), FileError> {
        let mut seen = BTreeSet::new();
        for (place, id) in header.cells.iter().enumerate() {
            let fault = |message| FileError {
                column: Some(place as u64 + 1),
                ..self.fault(header.line, message)
            };
            if !seen.insert(id) {
                let what = if [BOX, CREDENTIAL].contains(&id.as_str()) { "" } else { "contest " };
                return Err(fault(format!("{what}{id:?} has a column already")));
            }
            let contest = self.contests.iter().position(|contest| contest.id == *id);
            let column = match (id.as_str(), contest) {
                (_, Some(index)) => Column::Contest(index),
                (BOX, None) => Column::Box,
                (CREDENTIAL, None) => Column::Credential,
                _ => return Err(fault(format!("the election has no contest {id:?}"))),
            };
            self.columns.push(column);
        }
        if let Some(contest) = self.contests.iter().find(|contest| !seen.contains(&contest.id)) {
            let message = format!("there is no column for contest {:?}", contest.id);
            return Err(self.fault(header.line, message));
        }
        if self.boxes.len() > 1 && !seen.iter().any(|id| *id == BOX) {
            let message = "there is no column \"box\", and the election has several".into();
            return Err(self.fault(header.line, message));
        }
        Ok(())
    }

    fn read_row(&mut self, row: Row) -> Result<CastVotes, FileError> {
        let (found, expected) = (row.cells.len(), self.columns.len());
        if found != expected {
            let message = format!("the line has {}, the header {expected}", count(found, "cell"));
            return Err(self.fault(row.line, message));
        }
        let (mut box_index, mut credential) = (0, None);
        for (place, (text, column)) in pairs(&row.cells, &self.columns).enumerate() {
            match column {
                Column::Box => {
                    let index = self.boxes.iter().position(|slate| slate.id == *text);
                    box_index = index.ok_or_else(|| FileError {
                        column: Some(place as u64 + 1),
                        ..self.fault(row.line, format!("the election has no box {text:?}"))
                    })? as u64;
                }
                Column::Credential if !text.is_empty() => credential = Some(text.clone()),
                Column::Credential | Column::Contest(_) => {}
            }
        }
        let votes = self.read_votes(&row, box_index)?;
        if let Some(label) = &credential {
            self.place_voter(label, box_index, row.line)?;
        }
        Ok(CastVotes { box_index, credential, votes })
    }

    fn read_votes(&self, row: &Row, box_index: u64) -> Result<Vec<Vote>, FileError> {
        let slate = usize::try_from(box_index).ok().and_then(|index| self.boxes.get(index));
        let mut votes: Vec<Vote> = self.contests.iter().map(Contest::blank).collect();
        for (place, (text, column)) in pairs(&row.cells, &self.columns).enumerate() {
            let Column::Contest(index) = *column else { continue };
            let (Some(contest), Some(vote)) = (self.contests.get(index), votes.get_mut(index))
            else {
                continue;
            };
            let fault = |message| FileError {
                column: Some(place as u64 + 1),
                contest: Some(contest.id.clone()),
                ..self.fault(row.line, message)
            };
            let elsewhere = slate.filter(|slate| !slate.contests.contains(&(index as u64)));
            if let (Some(slate), false) = (elsewhere, text.is_empty()) {
                let message =
                    format!("box {:?} does not vote on it; leave the cell empty", slate.id);
                return Err(fault(message));
            }
            *vote =
                parse_cell(contest, &normalised(text)).map_err(|error| fault(error.to_string()))?;
        }
        Ok(votes)
    }

    /// A voter stays in one box.
    fn place_voter(&mut self, label: &str, box_index: u64, line: u64) -> Result<(), FileError> {
        match self.labels.get(label) {
            Some(&(other, first)) if other != box_index => {
                let message =
                    format!("credential {label:?} stands in line {first} with another box");
                Err(self.fault(line, message))
            }
            Some(_) => Ok(()),
            None => {
                self.labels.insert(label.to_owned(), (box_index, line));
                Ok(())
            }
        }
    }
}

fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// The text of a `ballots.csv` with these ballots, one vote each for every contest, which [`parse_ballots`]
/// reads back: columns in the order of `contests`, lines in the order given.
pub fn format_ballots(contests: &[Contest], ballots: &[Vec<Vote>]) -> String {
    let ids: Vec<&str> = contests.iter().map(|contest| contest.id.as_str()).collect();
    let mut text = ids.join(",") + "\n";
    for ballot in ballots {
        let cells: Vec<String> = ballot.iter().map(|vote| quoted(&format_cell(vote))).collect();
        let line = cells.join(",");
        text += if line.is_empty() { "\"\"" } else { &line };
        text += "\n";
    }
    text
}
