//! A vote as the text of a cell in `ballots.csv` (spec/ballots-csv.md §3).

use crate::contest::{Contest, Form};
use crate::count::numbered;
use crate::vote::{Choice, Named, Vote, VoteError};
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
    /// Something that is no score.
    #[error(
        "{text:?} is no candidate with a score; write 3:2 to give candidate 3 a 2, with '+' between several"
    )]
    NotScore {
        /// The text between two separators.
        text: String,
    },
    /// A name where only listed candidates may be voted for.
    #[error("the contest takes no write-ins")]
    NoWriteIns,
    /// Something that is no text.
    #[error("a text is written =\"like this\", with the quotes in it doubled")]
    NotText,
    /// A vote that the contest does not take.
    #[error(transparent)]
    Vote(#[from] VoteError),
}

fn hint(form: Form) -> &'static str {
    match form {
        Form::Ranking { .. } => "with '>' between ranks",
        Form::Tiers { .. } => "with '>' between ranks and '+' between equals",
        _ => "with '+' between several marks",
    }
}

/// The canonical text of a vote, empty for a blank one: candidate numbers from 1 in decimal,
/// marks in increasing order with `+` between them, ranks with `>`, scores other than 0 after `:`,
/// names and texts as `="…"`.
pub fn format_cell(vote: &Vote) -> String {
    match &vote.choice {
        Choice::Marks(candidates) => format_named(candidates, &vote.write_ins, "+"),
        Choice::Ranking(candidates) => format_named(candidates, &vote.write_ins, ">"),
        Choice::Tiers(tiers) => {
            let tiers: Vec<String> =
                tiers.iter().map(|tier| format_named(tier, &[], "+")).collect();
            tiers.join(">")
        }
        Choice::Scores(scores) => {
            let given = numbered(scores).filter(|&(_, &score)| score > 0);
            let given = given.map(|(candidate, score)| format!("{}:{score}", number(candidate)));
            given.collect::<Vec<_>>().join("+")
        }
        Choice::Text(text) if text.is_empty() => String::new(),
        Choice::Text(text) => quote(text),
    }
}

/// The write-ins are the candidates with the highest indices.
fn format_named(candidates: &[u16], write_ins: &[String], separator: &str) -> String {
    let mut order = candidates.to_vec();
    order.sort_unstable();
    let written = order.split_off(order.len().saturating_sub(write_ins.len()));
    let name = |candidate: &u16| {
        let slot = written.binary_search(candidate).ok();
        match slot.and_then(|slot| write_ins.get(slot)) {
            Some(text) => quote(text),
            None => number(*candidate).to_string(),
        }
    };
    candidates.iter().map(name).collect::<Vec<_>>().join(separator)
}

fn number(candidate: u16) -> u32 {
    u32::from(candidate) + 1
}

fn quote(text: &str) -> String {
    format!("=\"{}\"", text.replace('"', "\"\""))
}

/// Reads a cell; marks, equals and scores may stand in any order.
///
/// # Errors
/// [`CellError`], for a person to read.
pub fn parse_cell(contest: &Contest, text: &str) -> Result<Vote, CellError> {
    let form = contest.form();
    let vote = match form {
        _ if text.is_empty() => contest.blank(),
        Form::Marks { .. } => Vote::naming(contest, parse_named(contest, text, '+')?),
        Form::Ranking { .. } => Vote::naming(contest, parse_named(contest, text, '>')?),
        Form::Tiers { .. } => {
            let number = |part: &str| parse_number(contest, part);
            let tier = |part: &str| part.split('+').map(number).collect();
            Vote::tiers(text.split('>').map(tier).collect::<Result<_, _>>()?)
        }
        Form::Scores { .. } => parse_scores(contest, text)?,
        Form::Text { .. } => match parse_text(text) {
            Some((text, "")) => Vote::text(text),
            _ => return Err(CellError::NotText),
        },
    };
    vote.check(contest)?;
    Ok(vote)
}

fn parse_named(contest: &Contest, text: &str, separator: char) -> Result<Vec<Named>, CellError> {
    let mut named = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        if text.starts_with('=') {
            if contest.write_ins.is_none() {
                return Err(CellError::NoWriteIns);
            }
            let (name, after) = parse_text(text).ok_or(CellError::NotText)?;
            named.push(Named::Written(name));
            rest = match after {
                "" => None,
                after => Some(after.strip_prefix(separator).ok_or(CellError::NotText)?),
            };
        } else {
            let (part, after) = match text.split_once(separator) {
                Some((part, after)) => (part, Some(after)),
                None => (text, None),
            };
            named.push(Named::Listed(parse_number(contest, part)?));
            rest = after;
        }
    }
    Ok(named)
}

/// The text of `="…"` at the front, and what follows it.
fn parse_text(cell: &str) -> Option<(String, &str)> {
    let mut rest = cell.strip_prefix("=\"")?;
    let mut text = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        text.push_str(part);
        let Some(after) = after.strip_prefix('"') else { return Some((text, after)) };
        text.push('"');
        rest = after;
    }
}

fn parse_scores(contest: &Contest, text: &str) -> Result<Vote, CellError> {
    let mut given = BTreeMap::new();
    for part in text.split('+') {
        let wrong = || CellError::NotScore { text: part.to_owned() };
        let (candidate, score) = part.split_once(':').ok_or_else(wrong)?;
        let candidate = parse_number(contest, candidate)?;
        let score = decimal(score).and_then(|score| score.parse().ok()).ok_or_else(wrong)?;
        if given.insert(candidate, score).is_some() {
            return Err(VoteError::Duplicate { candidate }.into());
        }
    }
    let score = |candidate| given.get(&candidate).copied().unwrap_or(0);
    Ok(Vote::scores((0..contest.listed()).map(score).collect()))
}

/// Digits without a leading zero.
fn decimal(text: &str) -> Option<&str> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (!text.starts_with('0') || text == "0")).then_some(text)
}

fn parse_number(contest: &Contest, text: &str) -> Result<u16, CellError> {
    let digits = decimal(text).ok_or_else(|| CellError::NotNumber {
        text: text.to_owned(),
        hint: hint(contest.form()),
    })?;
    let index = digits.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
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
