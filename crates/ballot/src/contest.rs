//! Contests: what a voter is asked, and how the answers are counted (spec/election-toml.md §3).

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most contests in one election.
pub const MAX_CONTESTS: usize = 1_000;
/// Most candidates in a contest.
pub const MAX_CANDIDATES: usize = 65_535;
/// Most candidates in a contest counted in rounds, because its result holds candidates × rounds numbers.
pub const MAX_CANDIDATES_IN_ROUNDS: usize = 1_000;
/// Most of the sum, over all contests counted in rounds, of the square of their candidates: what their
/// results hold together must fit into one record and into memory.
pub const MAX_SQUARES_IN_ROUNDS: usize = 1_000_000;
/// Longest contest id, in bytes.
pub const MAX_ID: usize = 64;
/// Longest title, in bytes of UTF-8.
pub const MAX_TITLE: usize = 1_000;
/// Longest candidate name, in bytes of UTF-8.
pub const MAX_NAME: usize = 250;

/// One question of an election. Stands in the manifest, in this order of fields (canonical CBOR).
///
/// Candidates are known everywhere by their index in `candidates`, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    /// Unique in the election; letters, digits, `.`, `_` and `-`.
    pub id: String,
    /// How many candidates are to be elected, at least 1.
    pub seats: u16,
    /// The question, for people; may repeat.
    pub title: String,
    /// What a vote may hold and how votes are counted.
    pub method: Method,
    /// Names in the order of the file, which also breaks ties; unique in the contest.
    pub candidates: Vec<String>,
}

/// A counting method with what it allows on a ballot (spec/10-counting.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Method {
    /// Every mark is one vote; the candidates with most votes win the seats.
    Plurality {
        /// Most candidates a voter may mark.
        max_marks: u16,
    },
    /// Instant run-off: one seat, the lowest is eliminated round by round.
    Irv {
        /// Most candidates a voter may rank.
        max_ranks: u16,
    },
}

/// What a vote looks like on the ballot, whatever the method that counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A set of candidates.
    Marks {
        /// Most candidates in the set.
        max: u16,
    },
    /// A strict order of some candidates.
    Ranking {
        /// Most candidates in the order.
        max: u16,
    },
}

/// What is wrong with a list of contests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{fault}", self.prefix())]
pub struct ContestError {
    /// Index of the contest, from 0; none when the list as a whole is at fault.
    pub contest: Option<usize>,
    /// Id of the contest, as given.
    pub id: String,
    /// The field at fault, as it is called in `election.toml`.
    pub field: &'static str,
    /// Index of the candidate at fault, from 0.
    pub candidate: Option<usize>,
    /// What is wrong, and what would be right.
    pub fault: String,
}

impl ContestError {
    fn prefix(&self) -> String {
        match self.contest {
            Some(_) => format!("contest {:?}: ", self.id),
            None => String::new(),
        }
    }
}

impl Method {
    /// The name in files and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Plurality { .. } => "plurality",
            Method::Irv { .. } => "irv",
        }
    }

    /// The form of the votes this method counts.
    pub fn form(&self) -> Form {
        match *self {
            Method::Plurality { max_marks } => Form::Marks { max: max_marks },
            Method::Irv { max_ranks } => Form::Ranking { max: max_ranks },
        }
    }
}

impl Contest {
    /// The form of this contest's votes.
    pub fn form(&self) -> Form {
        self.method.form()
    }

    /// The name of a candidate; empty when there is no such candidate.
    pub fn name(&self, candidate: u16) -> &str {
        self.candidates.get(usize::from(candidate)).map_or("", String::as_str)
    }
}

/// Checks an election's contests: how many, unique ids, and each by itself.
///
/// # Errors
/// The first fault, in the order of the list.
pub fn check(contests: &[Contest]) -> Result<(), ContestError> {
    let whole = |fault: String| ContestError {
        contest: None,
        id: String::new(),
        field: "contest",
        candidate: None,
        fault,
    };
    if contests.is_empty() {
        return Err(whole("an election needs at least one contest".into()));
    }
    if contests.len() > MAX_CONTESTS {
        return Err(whole(format!(
            "{} contests, at most {MAX_CONTESTS} are allowed",
            contests.len()
        )));
    }
    let mut ids = BTreeSet::new();
    for (index, contest) in contests.iter().enumerate() {
        let name = |(field, candidate, fault)| ContestError {
            contest: Some(index),
            id: contest.id.clone(),
            field,
            candidate,
            fault,
        };
        check_one(contest).map_err(name)?;
        if !ids.insert(&contest.id) {
            return Err(name(("id", None, "an earlier contest has the same id".into())));
        }
    }
    let in_rounds = contests.iter().filter(|c| matches!(c.method, Method::Irv { .. }));
    let squares: usize = in_rounds.map(|contest| contest.candidates.len().pow(2)).sum();
    if squares > MAX_SQUARES_IN_ROUNDS {
        return Err(whole(format!(
            "the contests counted in rounds have too many candidates: their squares add up to {squares}, \
             at most {MAX_SQUARES_IN_ROUNDS} is allowed"
        )));
    }
    Ok(())
}

type Fault = (&'static str, Option<usize>, String);

fn check_one(contest: &Contest) -> Result<(), Fault> {
    if !is_id(&contest.id) {
        let fault = format!("an id is 1 to {MAX_ID} letters, digits, '.', '_' or '-'");
        return Err(("id", None, fault));
    }
    check_text(&contest.title, MAX_TITLE).map_err(|fault| ("title", None, fault))?;
    if contest.seats == 0 {
        return Err(("seats", None, "at least one seat is needed".into()));
    }
    check_candidates(contest)?;
    check_method(contest)
}

fn check_candidates(contest: &Contest) -> Result<(), Fault> {
    let count = contest.candidates.len();
    let most = match contest.method {
        Method::Plurality { .. } => MAX_CANDIDATES,
        Method::Irv { .. } => MAX_CANDIDATES_IN_ROUNDS,
    };
    if count == 0 {
        return Err(("candidates", None, "there are no candidates, at least one is needed".into()));
    }
    if count > most {
        let fault =
            format!("{count} candidates, method {} takes at most {most}", contest.method.name());
        return Err(("candidates", None, fault));
    }
    let mut names = BTreeSet::new();
    for (index, name) in contest.candidates.iter().enumerate() {
        let number = index + 1;
        check_text(name, MAX_NAME)
            .map_err(|fault| ("candidates", Some(index), format!("candidate {number}: {fault}")))?;
        if !names.insert(name) {
            let fault =
                format!("candidate {number}, {name:?}, is listed before; names must differ");
            return Err(("candidates", Some(index), fault));
        }
    }
    Ok(())
}

fn check_method(contest: &Contest) -> Result<(), Fault> {
    let count = contest.candidates.len();
    let (field, max) = match contest.method {
        Method::Plurality { max_marks } => ("max_marks", max_marks),
        Method::Irv { max_ranks } => ("max_ranks", max_ranks),
    };
    if max == 0 || usize::from(max) > count {
        let fault =
            format!("{field} is {max}, must be from 1 to the number of candidates, {count}");
        return Err((field, None, fault));
    }
    if matches!(contest.method, Method::Irv { .. }) && contest.seats != 1 {
        let fault = format!("method irv fills exactly one seat, not {}", contest.seats);
        return Err(("seats", None, fault));
    }
    Ok(())
}

fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(allowed)
}

/// Text that people read: not empty, within `max` bytes, on one line, not framed by spaces.
pub(crate) fn check_text(text: &str, max: usize) -> Result<(), String> {
    if text.is_empty() {
        return Err("the text is empty".into());
    }
    if text.len() > max {
        return Err(format!("the text has {} bytes, at most {max} are allowed", text.len()));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{text:?} holds a control character or a line break"));
    }
    if text.trim() != text {
        return Err(format!("{text:?} begins or ends with a space"));
    }
    Ok(())
}
