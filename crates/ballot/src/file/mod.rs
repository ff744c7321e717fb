//! The files an authority starts from: `election.toml` and `ballots.csv`.

mod ballots;
mod blt;
mod boxes;
mod contest;
pub mod csv;
mod election;
mod parameters;
mod register;
mod rehearsal;

pub use ballots::{CastVotes, Slate, format_ballots, parse_ballots};
pub use blt::Blt;
pub use boxes::{BatchPlan, BoxPlan};
pub use election::{ElectionFile, PolicyKey};
pub use parameters::{DEFAULT_THRESHOLD, DEFAULT_TRUSTEES, MAX_TRUSTEES, Overrides, Parameters};
pub use register::{REGISTER_HEADER, RegisterLine, format_register, parse_register, read_register};
pub use rehearsal::Undated;

use crate::contest::Contest;
use std::path::Path;

/// What is wrong with a file, and where. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.place(), self.text())]
pub struct FileError {
    /// The file as it was named to us, or the flag that is at fault in its place.
    pub file: String,
    /// The line, where one is to blame.
    pub line: Option<u64>,
    /// The cell of that line, in `ballots.csv`.
    pub column: Option<u64>,
    /// The contest concerned, by its id.
    pub contest: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FileError {
    fn new(file: &str, line: Option<u64>, message: String) -> FileError {
        FileError { file: file.to_owned(), line, column: None, contest: None, message }
    }

    /// The file and, where one is to blame, its line: `ballots.csv:17`.
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    /// What is wrong there, with the column and the contest.
    pub fn text(&self) -> String {
        let message = &self.message;
        match (self.column, &self.contest) {
            (Some(column), Some(contest)) => {
                format!("column {column}, contest {contest:?}: {message}")
            }
            (Some(column), None) => format!("column {column}: {message}"),
            (None, Some(contest)) => format!("contest {contest:?}: {message}"),
            (None, None) => message.clone(),
        }
    }
}

/// Reads an election file.
///
/// # Errors
/// [`FileError`]: unreadable, malformed, or not an election.
pub fn read_election(path: &Path) -> Result<ElectionFile, FileError> {
    ElectionFile::parse(&path.display().to_string(), &read_text(path)?)
}

/// Reads an election file for a rehearsal.
///
/// # Errors
/// [`FileError`]: unreadable, malformed, or not an election.
pub fn read_undated(path: &Path) -> Result<Undated, FileError> {
    Undated::parse(&path.display().to_string(), &read_text(path)?)
}

/// Reads a file of ballots for an election with these contests and boxes.
///
/// # Errors
/// [`FileError`]: unreadable, malformed, or with a vote that a contest does not take.
pub fn read_ballots(
    path: &Path,
    contests: &[Contest],
    boxes: &[Slate],
) -> Result<Vec<CastVotes>, FileError> {
    parse_ballots(&path.display().to_string(), &read_text(path)?, contests, boxes)
}

/// Reads a BLT file.
///
/// # Errors
/// [`FileError`]: unreadable or malformed.
pub fn read_blt(path: &Path) -> Result<Blt, FileError> {
    Blt::parse(&path.display().to_string(), &read_text(path)?)
}

fn read_text(path: &Path) -> Result<String, FileError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|error| FileError::new(&file, None, format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let (before, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        FileError::new(&file, Some(line_at(before)), "the text is not UTF-8".into())
    })?;
    let marked = text.strip_prefix('\u{feff}').map(str::to_owned);
    Ok(marked.unwrap_or(text))
}

/// The line, from 1, that follows the text `before`.
fn line_at(before: &[u8]) -> u64 {
    before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1
}
