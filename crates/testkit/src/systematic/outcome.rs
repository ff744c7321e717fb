//! What an altered board is answered, and whether that is right.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use psephos_audit::{Culprit, Report, Status, Verdict};
use psephos_record::board::MemoryBoard;
use psephos_record::message::{Message, Record};

use super::case::{Case, Part, Sealed};
use super::legitimate::{Legitimate, legitimate};
use super::subject::{Subject, report_of};

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The alteration alters nothing: not a case.
    Same,
    /// Refused.
    Refused(&'static str),
    /// Accepted, and rightly so.
    Legitimate(Legitimate),
    /// What must not be, in words.
    Wrong(String),
}

impl Subject {
    /// Alters the board, audits it and judges the answer.
    #[must_use]
    pub fn run(&self, case: Case) -> Outcome {
        let Some(board) = self.altered(case) else { return Outcome::Same };
        match catch_unwind(AssertUnwindSafe(|| report_of(&board))) {
            Ok(report) => self.judge(case, &board, &report),
            Err(_) => Outcome::Wrong("the audit panics".into()),
        }
    }

    fn judge(&self, case: Case, board: &MemoryBoard, report: &Report) -> Outcome {
        if let Some(innocent) = self.innocent(case, board, report) {
            return Outcome::Wrong(format!(
                "{} is convicted: {}",
                innocent.to_text(),
                told(report)
            ));
        }
        if !self.is_accepted(case, report) {
            return Outcome::Refused(match report.verdict {
                Verdict::Invalid => "INVALID",
                Verdict::Incomplete | Verdict::Valid => "INCOMPLETE",
                Verdict::Unreadable => "UNREADABLE",
            });
        }
        let honest = self.answer(case).and_then(|honest| honest.results.as_ref());
        if report.results.as_ref() != honest {
            return Outcome::Wrong("it is accepted, and another result is counted".into());
        }
        match legitimate(self, case) {
            Some(why) => Outcome::Legitimate(why),
            None => Outcome::Wrong(format!("it is {}", report.verdict)),
        }
    }

    /// Whether the answer is the honest board's.
    fn is_accepted(&self, case: Case, report: &Report) -> bool {
        let statuses = |report: &Report| -> Vec<Status> {
            report.checks.iter().map(|check| check.status).collect()
        };
        let honest = |honest: &Report| {
            report.verdict == honest.verdict
                && honest.failures.is_empty()
                && statuses(report) == statuses(honest)
        };
        report.verdict == Verdict::Valid
            || (case.sealed == Sealed::Stage && self.answer(case).is_some_and(honest))
    }

    /// Somebody who is blamed for what another one has altered: nobody can be blamed for what nobody has
    /// signed, and for a record sealed alone only its author.
    fn innocent(&self, case: Case, board: &MemoryBoard, report: &Report) -> Option<Culprit> {
        let sequence = match case.sealed {
            Sealed::AsIs => None,
            Sealed::Alone => match case.part {
                Part::Record(..) => return None,
                part => Some(self.sequence(part) as usize),
            },
            Sealed::Whole | Sealed::Stage => return None,
        };
        let mut guilty = self.guilty.clone();
        if let Some(sequence) = sequence {
            guilty.extend(self.parties(sequence, board));
        }
        let mut blamed = report.failures.iter().flat_map(|failure| &failure.culprits);
        blamed
            .find(|culprit| !matches!(culprit, Culprit::Credential(_)) && !guilty.contains(culprit))
            .cloned()
    }

    /// Who has signed a record, before and after, under every name that an audit may give.
    fn parties(&self, sequence: usize, board: &MemoryBoard) -> Vec<Culprit> {
        let original = self.records[sequence].decoded.author;
        let now = board.records().get(sequence).and_then(|file| {
            let record = Record::decode(file).ok()?;
            Some(Message::decode(&record.message).ok()?.author)
        });
        let keys = [Some(original), now];
        keys.into_iter().flatten().flat_map(|key| self.names_of(key)).collect()
    }
}

/// The first failures, for people.
fn told(report: &Report) -> String {
    let failures = report.failures.iter().take(3);
    let texts = failures
        .map(|failure| format!("{} {:?}: {}", failure.check, failure.record, failure.evidence));
    texts.collect::<Vec<_>>().join("; ")
}

/// How many cases were answered how.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    by: BTreeMap<(&'static str, &'static str), BTreeMap<String, u64>>,
    /// Cases that must not be, with their boards.
    pub wrong: Vec<(&'static str, Case, String)>,
    /// Alterations that alter nothing.
    pub same: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, board: &'static str, case: Case, outcome: Outcome) {
        let answer = match outcome {
            Outcome::Same => {
                self.same += 1;
                return;
            }
            Outcome::Refused(verdict) => verdict.to_owned(),
            Outcome::Legitimate(why) => format!("accepted: {}", why.name()),
            Outcome::Wrong(what) => {
                self.wrong.push((board, case, what));
                "WRONG".to_owned()
            }
        };
        let key = (case.sealed.name(), case.part.kind());
        *self.by.entry(key).or_default().entry(answer).or_default() += 1;
    }

    /// Both together.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        for (key, answers) in other.by {
            let own = self.by.entry(key).or_default();
            for (answer, count) in answers {
                *own.entry(answer).or_default() += count;
            }
        }
        self.wrong.extend(other.wrong);
        self.same += other.same;
        self
    }

    /// How many cases were sealed in one of these ways.
    #[must_use]
    pub fn sealed(&self, ways: &[Sealed]) -> u64 {
        let of = |name: &str| ways.iter().any(|way| way.name() == name);
        let counted = self.by.iter().filter(|((sealed, _), _)| of(sealed));
        counted.flat_map(|(_, answers)| answers.values()).sum()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sealed in Sealed::ALL {
            let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
            writeln!(f, "{}: {} cases", sealed.name(), self.sealed(&[sealed]))?;
            for ((_, kind), answers) in self.by.iter().filter(|((way, _), _)| *way == sealed.name())
            {
                let texts = answers.iter().map(|(answer, count)| format!("{count} {answer}"));
                writeln!(f, "  {kind}: {}", texts.collect::<Vec<_>>().join(", "))?;
                for (answer, count) in answers {
                    *sums.entry(answer).or_default() += count;
                }
            }
            let texts = sums.iter().map(|(answer, count)| format!("{count} {answer}"));
            writeln!(f, "  together: {}", texts.collect::<Vec<_>>().join(", "))?;
        }
        write!(f, "{} alterations alter nothing", self.same)
    }
}
