//! Which contests an election can hold.

use super::{
    Contest, MAX_CANDIDATES, MAX_CANDIDATES_IN_ROUNDS, MAX_CONTESTS, MAX_GRADES, MAX_ID, MAX_NAME,
    MAX_NUMBERS, MAX_SCORE, MAX_TEXT, MAX_TITLE, Method, WRITE_INS,
};
use std::collections::BTreeSet;

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
    /// Index of the candidate or grade at fault, from 0.
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
    check_numbers(contests).map_err(whole)
}

/// What the results of all contests hold together.
fn check_numbers(contests: &[Contest]) -> Result<(), String> {
    let numbers: usize = contests.iter().map(numbers).sum();
    if numbers > MAX_NUMBERS {
        return Err(format!(
            "the results may hold {numbers} numbers, at most {MAX_NUMBERS} are allowed: let the contests counted \
             in rounds or in pairs have fewer candidates, those with grades fewer grades, party lists fewer seats"
        ));
    }
    Ok(())
}

/// Most numbers that the result of a contest holds beyond one for each candidate; those with decimals are longer
/// and count double.
fn numbers(contest: &Contest) -> usize {
    let candidates = usize::from(contest.counted());
    match &contest.method {
        Method::Irv { .. } | Method::Schulze { .. } => candidates.pow(2),
        Method::Stv { .. } | Method::ScottishStv { .. } | Method::Meek { .. } => {
            2 * candidates.pow(2)
        }
        Method::MajorityJudgment { grades } => candidates * grades.len(),
        Method::DHondt { .. } | Method::SainteLague { .. } => contest.seats.into(),
        Method::Plurality { .. }
        | Method::Approval {}
        | Method::Score { .. }
        | Method::Borda { .. }
        | Method::Text { .. } => 0,
    }
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
    check_number(contest)?;
    check_names("candidates", "candidate", &contest.candidates)?;
    let write_ins = contest.candidates.iter().position(|name| name == WRITE_INS);
    if let (Some(index), Some(_)) = (write_ins, contest.write_ins) {
        let fault = format!("{WRITE_INS:?} is what the count calls the names that voters write in");
        return Err(("candidates", Some(index), fault));
    }
    check_method(contest)?;
    check_seats(contest)
}

/// How many candidates there are, with the slots for write-ins.
fn check_number(contest: &Contest) -> Result<(), Fault> {
    let (count, name) = (contest.candidates.len(), contest.method.name());
    let none = |field, fault: String| Err((field, None, fault));
    if let Some(write_ins) = contest.write_ins {
        if !contest.method.takes_write_ins() {
            return none("write_ins", format!("method {name} takes no write-ins"));
        }
        let allowed = |number: u16| (1..=MAX_TEXT).contains(&usize::from(number));
        if !allowed(write_ins.slots) || !allowed(write_ins.max_bytes) {
            let fault = format!(
                "slots and max_bytes of write_ins must be from 1 to {MAX_TEXT}; without write-ins leave it out"
            );
            return none("write_ins", fault);
        }
    }
    if matches!(contest.method, Method::Text { .. }) {
        return match count {
            0 => Ok(()),
            _ => none("candidates", "method text has no candidates".into()),
        };
    }
    let slots = usize::from(contest.slots());
    if count + slots == 0 {
        return none("candidates", "there are no candidates, at least one is needed".into());
    }
    let counted = contest.counted();
    if contest.method.is_in_rounds() && usize::from(counted) > MAX_CANDIDATES_IN_ROUNDS {
        let fault =
            format!("{counted} candidates, method {name} takes at most {MAX_CANDIDATES_IN_ROUNDS}");
        return none("candidates", fault);
    }
    if count + slots > MAX_CANDIDATES {
        let fault = format!(
            "{} candidates with the write-in slots, at most {MAX_CANDIDATES} are allowed",
            count + slots
        );
        return none("candidates", fault);
    }
    Ok(())
}

/// Different texts of at most [`MAX_NAME`] bytes; `thing` is what each of them names.
fn check_names(field: &'static str, thing: &str, list: &[String]) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (index, name) in list.iter().enumerate() {
        let number = index + 1;
        check_text(name, MAX_NAME)
            .map_err(|fault| (field, Some(index), format!("{thing} {number}: {fault}")))?;
        if !names.insert(name) {
            let fault = format!("{thing} {number}, {name:?}, is listed before; names must differ");
            return Err((field, Some(index), fault));
        }
    }
    Ok(())
}

fn check_method(contest: &Contest) -> Result<(), Fault> {
    let among = |field, value: u16, most: usize, what: &str| {
        if value == 0 || usize::from(value) > most {
            let fault = format!("{field} is {value}, must be from 1 to {what}{most}");
            return Err((field, None, fault));
        }
        Ok(())
    };
    let (count, names) = match contest.slots() {
        0 => (usize::from(contest.listed()), "the number of candidates, "),
        _ => {
            (usize::from(contest.names()), "the number of candidates and write-in slots together, ")
        }
    };
    match contest.method {
        Method::Plurality { max_marks }
        | Method::DHondt { max_marks }
        | Method::SainteLague { max_marks } => among("max_marks", max_marks, count, names),
        Method::Borda { max_ranks }
        | Method::Irv { max_ranks }
        | Method::Stv { max_ranks }
        | Method::ScottishStv { max_ranks }
        | Method::Meek { max_ranks }
        | Method::Schulze { max_ranks } => among("max_ranks", max_ranks, count, names),
        Method::Score { max_score } => among("max_score", max_score, usize::from(MAX_SCORE), ""),
        Method::Text { max_bytes } => among("max_bytes", max_bytes, MAX_TEXT, ""),
        Method::MajorityJudgment { ref grades } => {
            if !(2..=MAX_GRADES).contains(&grades.len()) {
                let fault = format!("{} grades, there must be 2 to {MAX_GRADES}", grades.len());
                return Err(("grades", None, fault));
            }
            check_names("grades", "grade", grades)
        }
        Method::Approval {} => Ok(()),
    }
}

fn check_seats(contest: &Contest) -> Result<(), Fault> {
    let single = matches!(contest.method, Method::Irv { .. } | Method::Text { .. });
    if single && contest.seats != 1 {
        let (name, seats) = (contest.method.name(), contest.seats);
        let fault = match contest.method {
            Method::Text { .. } => format!("method {name} elects nobody; leave seats out"),
            _ => format!("method {name} fills exactly one seat, not {seats}"),
        };
        return Err(("seats", None, fault));
    }
    Ok(())
}

/// Letters, digits, `.`, `_` and `-`: 1 to [`MAX_ID`] of them.
pub(crate) fn is_id(id: &str) -> bool {
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
