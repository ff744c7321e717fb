//! `election.toml` (spec/election-toml.md).

use super::parameters::{Overrides, Parameters, Stated, Trustees};
use super::{FileError, line_at};
use crate::contest::{self, Contest, ContestError, MAX_TITLE, Method, check_text};
use crate::layout::{Layout, LayoutError};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// An election as a file describes it: contests that fit on one ballot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionFile {
    /// The election's title.
    pub title: String,
    /// The contests, checked, in the order of the file.
    pub contests: Vec<Contest>,
    file: String,
    stated: Stated,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawElection {
    title: Spanned<String>,
    trustees: Option<Spanned<RawTrustees>>,
    threshold: Option<Spanned<u64>>,
    mixes: Option<Spanned<u64>>,
    #[serde(default)]
    contest: Vec<Spanned<RawContest>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number of trustees or an array of their names")]
enum RawTrustees {
    Number(u64),
    Names(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContest {
    id: Spanned<String>,
    title: Option<Spanned<String>>,
    method: Spanned<RawMethod>,
    seats: Option<Spanned<u16>>,
    max_marks: Option<Spanned<u16>>,
    max_ranks: Option<Spanned<u16>>,
    candidates: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawMethod {
    Plurality,
    Irv,
}

/// A text with its name, to turn byte positions into lines.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, span: Range<usize>) -> u64 {
        line_at(self.text.as_bytes().get(..span.start).unwrap_or_default())
    }

    fn fault(&self, span: Range<usize>, message: String) -> FileError {
        FileError::new(self.file, Some(self.line(span)), message)
    }
}

impl ElectionFile {
    /// Reads the text of an `election.toml`; `file` is its name for error messages.
    ///
    /// # Errors
    /// [`FileError`] with the line.
    pub fn parse(file: &str, text: &str) -> Result<ElectionFile, FileError> {
        let source = Source { file, text };
        let raw: RawElection = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| source.line(span));
            FileError::new(file, line, error.message().trim().replace('\n', "; "))
        })?;
        check_text(raw.title.get_ref(), MAX_TITLE)
            .map_err(|fault| source.fault(raw.title.span(), format!("title: {fault}")))?;
        let contests = raw.contest.iter().map(|contest| contest.get_ref().contest(&source));
        let contests = contests.collect::<Result<Vec<Contest>, FileError>>()?;
        contest::check(&contests).map_err(|error| raw.blame(&source, &error))?;
        Layout::all(&contests).map_err(|error| raw.blame_length(&source, &error))?;
        let stated = raw.stated(&source);
        Ok(ElectionFile { title: raw.title.into_inner(), contests, file: file.to_owned(), stated })
    }

    /// The numbers of the election: flags first, then the file, then the defaults.
    ///
    /// # Errors
    /// [`FileError`], with the line when the file is to blame, with the flag otherwise.
    pub fn parameters(&self, overrides: &Overrides) -> Result<Parameters, FileError> {
        self.stated.resolve(&self.file, overrides)
    }
}

impl RawElection {
    fn stated(&self, source: &Source) -> Stated {
        let number = |stated: &Option<Spanned<u64>>| {
            stated.as_ref().map(|number| (*number.get_ref(), source.line(number.span())))
        };
        let trustees = self.trustees.as_ref().map(|trustees| {
            let given = match trustees.get_ref() {
                RawTrustees::Number(number) => Trustees::Number(*number),
                RawTrustees::Names(names) => Trustees::Names(names.clone()),
            };
            (given, source.line(trustees.span()))
        });
        Stated { trustees, threshold: number(&self.threshold), mixes: number(&self.mixes) }
    }

    /// The place in the file of a fault in the contests.
    fn blame(&self, source: &Source, error: &ContestError) -> FileError {
        let contest = error.contest.and_then(|index| self.contest.get(index));
        match contest {
            Some(contest) => {
                let span = contest.get_ref().span(error).unwrap_or(contest.span());
                source.fault(span, error.to_string())
            }
            None => FileError::new(source.file, None, error.to_string()),
        }
    }

    fn blame_length(&self, source: &Source, error: &LayoutError) -> FileError {
        let largest = match error {
            LayoutError::TooLong { largest, .. } => self.contest.get(*largest),
            _ => None,
        };
        let line = largest.map(|contest| source.line(contest.span()));
        FileError::new(source.file, line, error.to_string())
    }
}

impl RawContest {
    fn contest(&self, source: &Source) -> Result<Contest, FileError> {
        let candidates: Vec<String> = match &self.candidates {
            Some(names) => names.get_ref().iter().map(|name| name.get_ref().clone()).collect(),
            None => Vec::new(),
        };
        let seats = self.seats.as_ref().map_or(1, |seats| *seats.get_ref());
        let all = u16::try_from(candidates.len()).unwrap_or(u16::MAX);
        let given = |max: &Option<Spanned<u16>>| max.as_ref().map(|max| *max.get_ref());
        let (method, foreign) = match self.method.get_ref() {
            RawMethod::Plurality => {
                let max_marks = given(&self.max_marks).unwrap_or(seats.min(all));
                (Method::Plurality { max_marks }, ("max_ranks", &self.max_ranks))
            }
            RawMethod::Irv => {
                let max_ranks = given(&self.max_ranks).unwrap_or(all);
                (Method::Irv { max_ranks }, ("max_marks", &self.max_marks))
            }
        };
        let id = self.id.get_ref().clone();
        if let (key, Some(stated)) = foreign {
            let message = format!("contest {id:?}: method {} has no {key}", method.name());
            return Err(source.fault(stated.span(), message));
        }
        let title = self.title.as_ref().map_or(&id, |title| title.get_ref()).clone();
        Ok(Contest { id, seats, title, method, write_ins: None, candidates })
    }

    /// The field at fault; none when the file does not state it.
    fn span(&self, error: &ContestError) -> Option<Range<usize>> {
        let candidates = self.candidates.as_ref();
        let candidate = error.candidate.and_then(|index| candidates?.get_ref().get(index));
        match error.field {
            "id" => Some(self.id.span()),
            "title" => self.title.as_ref().map(Spanned::span),
            "seats" => self.seats.as_ref().map(Spanned::span),
            "max_marks" => self.max_marks.as_ref().map(Spanned::span),
            "max_ranks" => self.max_ranks.as_ref().map(Spanned::span),
            _ => candidate.map(Spanned::span).or(candidates.map(Spanned::span)),
        }
    }
}
