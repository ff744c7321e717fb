//! What an audit answers: the verdict, each check, each failure with its culprit
//! (spec/09-audit.md §9.7).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use psephos_ballot::ContestReport;
use psephos_core::{Digest, Encoding};
use serde::{Serialize, Serializer};

use crate::anonymity::BatchAnonymity;
use crate::check::{CheckId, Status, Verdict};
use crate::numbered::plural;
use crate::witness::WitnessReport;

/// The version of the specification that the checks are made by.
pub const SPEC: &str = "psephos/v1";

/// Failures of one check that a report lists; further ones are counted only, so that a board of a
/// million bad ballots does not make a report of a million lines.
pub const FAILURES_LISTED: usize = 100;

/// Who is to blame. Ordered so that reports are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// The election authority.
    Authority,
    /// A trustee, from 0.
    Trustee(u64),
    /// A voter's credential.
    Credential(Encoding),
    /// The key of a signature that verifies, of nobody the manifest knows.
    Author(Encoding),
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Culprit::Authority => f.write_str("authority"),
            Culprit::Trustee(index) => write!(f, "trustee {index}"),
            Culprit::Credential(key) => write!(f, "credential {}", hex::encode(key)),
            Culprit::Author(key) => write!(f, "author {}", hex::encode(key)),
        }
    }
}

impl Culprit {
    /// For people, in the words of a report: one number for a trustee wherever it is named.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_string()
    }
}

impl Serialize for Culprit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The check that found it.
    pub check: CheckId,
    /// Who is to blame; empty where nobody can be named.
    pub culprits: Vec<Culprit>,
    /// The record's place on the board, from 0.
    pub record: Option<u64>,
    /// The row of the record's list, from 0.
    pub row: Option<u64>,
    /// What was found, in words.
    pub evidence: String,
}

/// What became of one check, and on how many things it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// The check.
    pub id: CheckId,
    /// What became of it.
    pub status: Status,
    /// Records, proofs, ballots or rows it was made on.
    pub items: u64,
}

/// The audit of one board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`SPEC`].
    pub spec: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// The exit code that belongs to the verdict.
    pub exit: u8,
    /// The election's id, once there is a manifest.
    #[serde(serialize_with = "optional_hex")]
    pub election: Option<Digest>,
    /// The digest of the last record; none on an empty board.
    #[serde(serialize_with = "optional_hex")]
    pub head: Option<Digest>,
    /// Every check, in the order of the specification.
    pub checks: Vec<CheckResult>,
    /// Everything that does not hold.
    pub failures: Vec<Failure>,
    /// What a reader should know although it changes no verdict.
    pub warnings: Vec<String>,
    /// How well the ballots of each batch hide each other, once the election is closed.
    pub anonymity: Option<Vec<BatchAnonymity>>,
    /// The published result of each contest, once it was recounted; in the order of the manifest.
    pub results: Option<Vec<ContestReport>>,
    /// What witnesses say, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<WitnessReport>,
}

fn optional_hex<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    match digest {
        Some(digest) => serializer.serialize_some(&hex::encode(digest)),
        None => serializer.serialize_none(),
    }
}

impl Report {
    /// The object of `--json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self)
            .unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
    }

    /// What became of one check; none if the report does not list it.
    #[must_use]
    pub fn check(&self, id: CheckId) -> Option<&CheckResult> {
        self.checks.iter().find(|check| check.id == id)
    }
}

/// What is found of a record that an exclusion names, put aside until it is clear what it is worth.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) failures: Vec<Failure>,
    pub(crate) unreadable: Vec<(u64, String)>,
    pub(crate) waiting: Vec<(CheckId, String)>,
    /// What its author may not have known, and what it can be excluded for all the same.
    pub(crate) excused: Vec<(CheckId, String)>,
}

/// What is found while an audit goes on.
#[derive(Default)]
pub(crate) struct Findings {
    /// The record that an exclusion names and that is being looked at.
    trial: Option<(u64, Found)>,
    items: BTreeMap<CheckId, u64>,
    waiting: BTreeMap<CheckId, String>,
    not_applicable: Vec<CheckId>,
    demanded: Vec<CheckId>,
    asked: Vec<CheckId>,
    failed: BTreeMap<CheckId, usize>,
    failures: Vec<Failure>,
    warnings: Vec<String>,
    /// The warnings again: a hostile board can bring about as many as it has records.
    said: BTreeSet<String>,
    unreadable: bool,
    unreadable_records: Vec<(u64, String)>,
}

impl Findings {
    /// The check was made on so many more things.
    pub(crate) fn count(&mut self, check: CheckId, items: u64) {
        let sum = self.items.entry(check).or_default();
        *sum = sum.saturating_add(items);
    }

    /// From here on, whatever is found of this record is put aside.
    pub(crate) fn open_trial(&mut self, record: u64) {
        self.trial = Some((record, Found::default()));
    }

    /// What was put aside.
    pub(crate) fn close_trial(&mut self) -> Found {
        self.trial.take().map(|(_, found)| found).unwrap_or_default()
    }

    /// Takes back what was put aside.
    pub(crate) fn absorb(&mut self, found: Found) {
        for failure in found.failures {
            self.fail(failure);
        }
        for (record, text) in found.unreadable {
            self.unreadable_record(record, text);
        }
        for (check, why) in found.waiting {
            self.not_run(check, why);
        }
    }

    fn aside(&mut self, record: Option<u64>) -> Option<&mut Found> {
        self.trial.as_mut().filter(|(tried, _)| record == Some(*tried)).map(|(_, found)| found)
    }

    /// The check does not hold.
    pub(crate) fn fail(&mut self, failure: Failure) {
        if let Some(found) = self.aside(failure.record) {
            return found.failures.push(failure);
        }
        let found = self.failed.entry(failure.check).or_default();
        *found += 1;
        if *found <= FAILURES_LISTED {
            self.failures.push(failure);
        }
    }

    /// The check could not be made, or not on everything.
    pub(crate) fn not_run(&mut self, check: CheckId, why: impl Into<String>) {
        self.waiting.entry(check).or_insert_with(|| why.into());
    }

    /// The check could not be made on this record.
    pub(crate) fn not_run_at(&mut self, record: u64, check: CheckId, why: impl Into<String>) {
        match self.aside(Some(record)) {
            Some(found) => found.waiting.push((check, why.into())),
            None => self.not_run(check, why),
        }
    }

    /// The check does not hold on this record by what stands before it, which its author may not have known.
    pub(crate) fn excuse(&mut self, record: u64, check: CheckId, evidence: String) {
        if let Some(found) = self.aside(Some(record)) {
            found.excused.push((check, evidence));
        }
    }

    /// The manifest rules out that there is anything to check.
    pub(crate) fn not_applicable(&mut self, check: CheckId) {
        if !self.demanded.contains(&check) {
            self.not_applicable.push(check);
        }
    }

    /// There is something to check although the manifest rules it out.
    pub(crate) fn demand(&mut self, check: CheckId) {
        self.demanded.push(check);
    }

    /// Lists a check that is not standard.
    pub(crate) fn ask(&mut self, check: CheckId) {
        self.asked.push(check);
    }

    /// Something that changes no verdict; said once.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.said.insert(text.clone()) {
            self.warnings.push(text);
        }
    }

    /// The record cannot be read.
    pub(crate) fn unreadable(&mut self, text: impl Into<String>) {
        self.unreadable = true;
        self.warn(text);
    }

    /// The record cannot be read, because of this file of the log.
    pub(crate) fn unreadable_record(&mut self, record: u64, text: impl Into<String>) {
        let text = text.into();
        match self.aside(Some(record)) {
            Some(found) => found.unreadable.push((record, text)),
            None => {
                self.warn(text.clone());
                self.unreadable_records.push((record, text));
            }
        }
    }

    /// The records that cannot be read, or name what cannot, with what was found.
    pub(crate) fn unreadable_records(&self) -> &[(u64, String)] {
        &self.unreadable_records
    }

    /// Whether something cannot be read for which no record answers.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.unreadable
    }

    /// The failures found so far that a report lists.
    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// The report; `complete` when the election is sealed.
    pub(crate) fn report(
        mut self,
        election: Option<Digest>,
        head: Option<Digest>,
        complete: bool,
        anonymity: Option<Vec<BatchAnonymity>>,
        results: Option<Vec<ContestReport>>,
        witnesses: Option<WitnessReport>,
    ) -> Report {
        let checks: Vec<CheckResult> = CheckId::ALL
            .iter()
            .filter(|id| id.is_standard() || self.asked.contains(id))
            .map(|&id| CheckResult {
                id,
                status: self.status(id),
                items: self.items.get(&id).copied().unwrap_or(0),
            })
            .collect();
        for (check, found) in &self.failed {
            if *found > FAILURES_LISTED {
                let more = found - FAILURES_LISTED;
                let are = if more == 1 { "is" } else { "are" };
                let more = plural(more as u64, "further failure", "further failures");
                self.warnings.push(format!("{more} of {check} {are} not listed"));
            }
        }
        let verdict = self.verdict(complete, &checks);
        self.failures.sort_by_key(|failure| (failure.check, failure.record, failure.row));
        Report {
            spec: SPEC,
            verdict,
            exit: verdict.exit_code(),
            election,
            head,
            checks,
            failures: self.failures,
            warnings: self.warnings,
            anonymity,
            results,
            witnesses,
        }
    }

    fn status(&self, id: CheckId) -> Status {
        if self.failed.contains_key(&id) {
            Status::Fail
        } else if self.not_applicable.contains(&id) {
            Status::NotApplicable
        } else if self.waiting.contains_key(&id) {
            Status::NotRun
        } else {
            Status::Pass
        }
    }

    fn verdict(&self, complete: bool, checks: &[CheckResult]) -> Verdict {
        if self.unreadable || !self.unreadable_records.is_empty() {
            Verdict::Unreadable
        } else if !self.failed.is_empty() {
            Verdict::Invalid
        } else if !complete || checks.iter().any(|check| check.status == Status::NotRun) {
            Verdict::Incomplete
        } else {
            Verdict::Valid
        }
    }
}
