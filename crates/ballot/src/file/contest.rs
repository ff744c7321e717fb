//! A `[[contest]]` of `election.toml` (spec/election-toml.md §3).

use super::FileError;
use super::ballots::{BOX, CREDENTIAL};
use super::election::Source;
use crate::contest::{Contest, ContestError, Method, WriteIns};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContest {
    id: Spanned<String>,
    title: Option<Spanned<String>>,
    method: Spanned<RawMethod>,
    seats: Option<Spanned<u16>>,
    max_marks: Option<Spanned<u16>>,
    max_ranks: Option<Spanned<u16>>,
    max_score: Option<Spanned<u16>>,
    max_bytes: Option<Spanned<u16>>,
    grades: Option<Spanned<Vec<Spanned<String>>>>,
    write_ins: Option<Spanned<WriteIns>>,
    candidates: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawMethod {
    Plurality,
    Approval,
    Score,
    Borda,
    Irv,
    Stv,
    ScottishStv,
    Meek,
    Schulze,
    MajorityJudgment,
    #[serde(rename = "dhondt")]
    DHondt,
    SainteLague,
    Text,
}

impl RawMethod {
    /// The key that goes with this method.
    fn key(self) -> Option<&'static str> {
        match self {
            RawMethod::Plurality | RawMethod::DHondt | RawMethod::SainteLague => Some("max_marks"),
            RawMethod::Borda
            | RawMethod::Irv
            | RawMethod::Stv
            | RawMethod::ScottishStv
            | RawMethod::Meek
            | RawMethod::Schulze => Some("max_ranks"),
            RawMethod::Score => Some("max_score"),
            RawMethod::MajorityJudgment => Some("grades"),
            RawMethod::Text => Some("max_bytes"),
            RawMethod::Approval => None,
        }
    }
}

/// The texts of a list.
fn texts(list: &Option<Spanned<Vec<Spanned<String>>>>) -> Vec<String> {
    let list = list.as_ref().map_or(&[][..], |list| list.get_ref());
    list.iter().map(|text| text.get_ref().clone()).collect()
}

impl RawContest {
    pub(super) fn contest(&self, source: &Source) -> Result<Contest, FileError> {
        let id = self.id.get_ref().clone();
        if [BOX, CREDENTIAL].contains(&id.as_str()) {
            let message = format!("contest {id:?}: the id is taken by a column of ballots.csv");
            return Err(source.fault(self.id.span(), message));
        }
        let candidates = texts(&self.candidates);
        let seats = self.seats.as_ref().map_or(1, |seats| *seats.get_ref());
        let write_ins = self.write_ins.as_ref().map(|write_ins| *write_ins.get_ref());
        let slots = write_ins.map_or(0, |write_ins: WriteIns| write_ins.slots);
        let all = u16::try_from(candidates.len()).unwrap_or(u16::MAX).saturating_add(slots);
        let method = self.method(source, seats, all)?;
        let title = self.title.as_ref().map_or(&id, |title| title.get_ref()).clone();
        Ok(Contest { id, seats, title, method, write_ins, candidates })
    }

    /// The method with its parameters, of which no other may be stated.
    fn method(&self, source: &Source, seats: u16, all: u16) -> Result<Method, FileError> {
        let raw = *self.method.get_ref();
        let given = |max: &Option<Spanned<u16>>| max.as_ref().map(|max| *max.get_ref());
        let needed = |key: &str, max: &Option<Spanned<u16>>| {
            given(max).ok_or_else(|| {
                let message = format!("contest {:?}: the method needs {key}", self.id.get_ref());
                source.fault(self.method.span(), message)
            })
        };
        let max_marks = |default: u16| given(&self.max_marks).unwrap_or(default.min(all));
        let max_ranks = given(&self.max_ranks).unwrap_or(all);
        let method = match raw {
            RawMethod::Plurality => Method::Plurality { max_marks: max_marks(seats) },
            RawMethod::DHondt => Method::DHondt { max_marks: max_marks(1) },
            RawMethod::SainteLague => Method::SainteLague { max_marks: max_marks(1) },
            RawMethod::Approval => Method::Approval {},
            RawMethod::Score => Method::Score { max_score: needed("max_score", &self.max_score)? },
            RawMethod::Borda => Method::Borda { max_ranks },
            RawMethod::Irv => Method::Irv { max_ranks },
            RawMethod::Stv => Method::Stv { max_ranks },
            RawMethod::ScottishStv => Method::ScottishStv { max_ranks },
            RawMethod::Meek => Method::Meek { max_ranks },
            RawMethod::Schulze => Method::Schulze { max_ranks },
            RawMethod::MajorityJudgment => Method::MajorityJudgment { grades: texts(&self.grades) },
            RawMethod::Text => Method::Text { max_bytes: needed("max_bytes", &self.max_bytes)? },
        };
        let keys = ["max_marks", "max_ranks", "max_score", "max_bytes", "grades"];
        let foreign = keys.into_iter().filter(|key| raw.key() != Some(key));
        match foreign.filter_map(|key| Some((key, self.key(key)?))).next() {
            None => Ok(method),
            Some((key, span)) => {
                let (id, name) = (self.id.get_ref(), method.name());
                let message = format!("contest {id:?}: method {name} has no {key}");
                Err(source.fault(span, message))
            }
        }
    }

    /// Where a key stands, if it is stated.
    fn key(&self, key: &str) -> Option<Range<usize>> {
        match key {
            "id" => Some(self.id.span()),
            "method" => Some(self.method.span()),
            "title" => self.title.as_ref().map(Spanned::span),
            "seats" => self.seats.as_ref().map(Spanned::span),
            "max_marks" => self.max_marks.as_ref().map(Spanned::span),
            "max_ranks" => self.max_ranks.as_ref().map(Spanned::span),
            "max_score" => self.max_score.as_ref().map(Spanned::span),
            "max_bytes" => self.max_bytes.as_ref().map(Spanned::span),
            "grades" => self.grades.as_ref().map(Spanned::span),
            "write_ins" => self.write_ins.as_ref().map(Spanned::span),
            _ => self.candidates.as_ref().map(Spanned::span),
        }
    }

    /// The field at fault; none when the file does not state it.
    pub(super) fn span(&self, error: &ContestError) -> Option<Range<usize>> {
        let list = match error.field {
            "grades" => self.grades.as_ref(),
            _ => self.candidates.as_ref(),
        };
        let item = error.candidate.and_then(|index| list?.get_ref().get(index));
        item.map(Spanned::span).or(self.key(error.field))
    }
}
