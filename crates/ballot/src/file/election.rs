//! `election.toml` (spec/election-toml.md).

use super::boxes::{BoxPlan, RawBatch, RawBox, plan};
use super::contest::RawContest;
use super::parameters::{Overrides, Parameters, Stated, Trustees};
use super::{FileError, Slate, line_at};
use crate::contest::{self, Contest, ContestError, MAX_TITLE, check_text};
use serde::Deserialize;
use std::ops::Range;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use toml::Spanned;
use toml::value::Datetime;

/// An election as a file describes it: contests, and the boxes and batches in which they are voted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionFile {
    /// The election's title.
    pub title: String,
    /// The contests, checked, in the order of the file.
    pub contests: Vec<Contest>,
    /// The boxes, at least one.
    pub boxes: Vec<BoxPlan>,
    /// Who may vote and which ballot of a voter counts; none when the file does not say.
    pub policy: Option<PolicyKey>,
    /// When voting begins, in seconds since 1970-01-01 UTC.
    pub opens: Option<u64>,
    /// When voting ends, in seconds since 1970-01-01 UTC.
    pub closes: Option<u64>,
    /// Fewest accepted ballots of a box that has any; 0 for no minimum.
    pub minimum: u64,
    /// The file of the roll, relative to this one.
    pub roll: Option<String>,
    file: String,
    stated: Stated,
}

/// Who may vote, and which of several ballots of one voter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyKey {
    /// Whoever casts a ballot; there is no roll.
    Open,
    /// Those on the roll; the first ballot counts.
    First,
    /// Those on the roll; the last ballot counts.
    Last,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawElection {
    title: Spanned<String>,
    trustees: Option<Spanned<RawTrustees>>,
    threshold: Option<Spanned<u64>>,
    mixes: Option<Spanned<u64>>,
    policy: Option<Spanned<PolicyKey>>,
    opens: Option<Spanned<Datetime>>,
    closes: Option<Spanned<Datetime>>,
    minimum: Option<u64>,
    roll: Option<Spanned<String>>,
    #[serde(default, rename = "box")]
    boxes: Vec<Spanned<RawBox>>,
    #[serde(default, rename = "batch")]
    batches: Vec<Spanned<RawBatch>>,
    #[serde(default)]
    contest: Vec<Spanned<RawContest>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number of trustees or an array of their names")]
enum RawTrustees {
    Number(u64),
    Names(Vec<String>),
}

/// A text with its name, to turn byte positions into lines.
pub(super) struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, span: Range<usize>) -> u64 {
        line_at(self.text.as_bytes().get(..span.start).unwrap_or_default())
    }

    pub(super) fn fault(&self, span: Range<usize>, message: String) -> FileError {
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
        raw.check_roll(&source)?;
        let opens = moment(&source, "opens", raw.opens.as_ref())?;
        let closes = moment(&source, "closes", raw.closes.as_ref())?;
        if let (Some(date), true) = (&raw.closes, opens.zip(closes).is_some_and(|(o, c)| o >= c)) {
            return Err(source.fault(date.span(), "closes must be later than opens".into()));
        }
        let lines: Vec<Range<usize>> = raw.contest.iter().map(Spanned::span).collect();
        Ok(ElectionFile {
            boxes: plan(&source, &raw.boxes, &raw.batches, (&contests, &lines))?,
            policy: raw.policy.as_ref().map(|policy| *policy.get_ref()),
            opens,
            closes,
            minimum: raw.minimum.unwrap_or(0),
            roll: raw.roll.as_ref().map(|roll| roll.get_ref().clone()),
            stated: raw.stated(&source),
            title: raw.title.into_inner(),
            contests,
            file: file.to_owned(),
        })
    }

    /// The contests of each box, for a table of ballots.
    pub fn slates(&self) -> Vec<Slate> {
        self.boxes.iter().map(BoxPlan::slate).collect()
    }

    /// The numbers of the election: flags first, then the file, then the defaults.
    ///
    /// # Errors
    /// [`FileError`], with the line when the file is to blame, with the flag otherwise.
    pub fn parameters(&self, overrides: &Overrides) -> Result<Parameters, FileError> {
        self.stated.resolve(&self.file, overrides)
    }
}

/// A date as seconds since 1970-01-01 UTC.
fn moment(
    source: &Source,
    key: &str,
    date: Option<&Spanned<Datetime>>,
) -> Result<Option<u64>, FileError> {
    let Some(date) = date else { return Ok(None) };
    let read = OffsetDateTime::parse(&date.get_ref().to_string(), &Rfc3339).ok();
    let seconds = read.and_then(|date| u64::try_from(date.unix_timestamp()).ok());
    let fault = || {
        let message = format!(
            "{key} must be a date with time and offset after 1970, as in 2027-05-01T08:00:00+02:00"
        );
        source.fault(date.span(), message)
    };
    seconds.map(Some).ok_or_else(fault)
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

    /// An open election has no roll; the others may get theirs by a flag.
    fn check_roll(&self, source: &Source) -> Result<(), FileError> {
        let open = self.policy.as_ref().filter(|policy| *policy.get_ref() == PolicyKey::Open);
        match (&self.roll, open) {
            (Some(roll), Some(_)) => Err(source.fault(
                roll.span(),
                "policy is \"open\" and there is a roll; leave out one of the two".into(),
            )),
            (Some(roll), None) if roll.get_ref().is_empty() => {
                Err(source.fault(roll.span(), "roll is empty, it must name a file".into()))
            }
            _ => Ok(()),
        }
    }
}
