//! A vote as the text of a cell in `ballots.csv` (spec/ballots-csv.md §3).

use crate::contest::{Contest, Form};
use crate::vote::{Vote, VoteError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Why a cell is no vote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// Something that is no candidate number.
    #[error("{text:?} is no candidate number; write digits from 1, {hint}")]
    NotNumber {
        /// The text between two separators.
        text: String,
        /// Which separator this contest takes.
        hint: &'static str,
    },
    /// A number beyond the contest's candidates.
    #[error("there is no candidate {number}, the contest has {count}")]
    NoCandidate {
        /// The number as written.
        number: String,
        /// How many candidates there are.
        count: usize,
    },
    /// A vote that the contest does not take.
    #[error(transparent)]
    Vote(#[from] VoteError),
}

fn separator(form: Form) -> (char, &'static str) {
    match form {
        Form::Marks { .. } => ('+', "with '+' between several marks"),
        Form::Ranking { .. } => ('>', "with '>' between ranks"),
    }
}

/// The canonical text of a vote, empty for a blank one: candidate numbers from 1 in decimal,
/// marks in increasing order with `+` between them, ranks with `>`.
pub fn format_cell(vote: &Vote) -> String {
    let separator = match vote {
        Vote::Marks(_) => "+",
        Vote::Ranking(_) => ">",
    };
    let number = |&candidate: &u16| (u32::from(candidate) + 1).to_string();
    vote.candidates().iter().map(number).collect::<Vec<_>>().join(separator)
}

/// Reads a cell; marks may stand in any order.
///
/// # Errors
/// [`CellError`], for a person to read.
pub fn parse_cell(contest: &Contest, text: &str) -> Result<Vote, CellError> {
    let form = contest.form();
    let (separator, hint) = separator(form);
    let mut candidates = Vec::new();
    if !text.is_empty() {
        for part in text.split(separator) {
            candidates.push(parse_number(contest, part, hint)?);
        }
    }
    let vote = match form {
        Form::Marks { .. } => Vote::marks(candidates),
        Form::Ranking { .. } => Vote::ranking(candidates),
    };
    vote.check(contest)?;
    Ok(vote)
}

fn parse_number(contest: &Contest, text: &str, hint: &'static str) -> Result<u16, CellError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.starts_with('0') && text != "0") {
        return Err(CellError::NotNumber { text: text.to_owned(), hint });
    }
    let index = text.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
    let count = contest.candidates.len();
    index
        .filter(|&index| usize::from(index) < count)
        .ok_or_else(|| CellError::NoCandidate { number: text.to_owned(), count })
}

/// `cells_sorted_sha256` of these votes, each with how often it occurs (spec/ballots-csv.md §4):
/// SHA-256 over the cells, a blank one as `""`, sorted bytewise, each followed by a line feed.
pub fn cells_sha256(votes: &BTreeMap<Vote, u64>) -> [u8; 32] {
    let line = |(vote, &count): (&Vote, &u64)| match vote.is_blank() {
        true => ("\"\"".to_owned(), count),
        false => (format_cell(vote), count),
    };
    let mut cells: Vec<(String, u64)> = votes.iter().map(line).collect();
    cells.sort_unstable();
    let mut hash = Sha256::new();
    for (cell, count) in cells {
        for _ in 0..count {
            hash.update(cell.as_bytes());
            hash.update(b"\n");
        }
    }
    hash.finalize().into()
}
