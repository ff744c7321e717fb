//! The report for people.

use crate::numbered::{numbered, plural};
use psephos_ballot::ContestReport;
use psephos_ballot::report::Named;

use crate::anonymity::BatchAnonymity;
use crate::check::{CheckId, Status, Verdict};
use crate::report::{Failure, Report};
use crate::witness::WitnessReport;

const ID_WIDTH: usize = 22;

/// Longest text of somebody else's that a report repeats, in characters.
const QUOTED: usize = 300;

/// Somebody's words in one line, in quotes, so that they cannot pass for the report's own.
pub(crate) fn quoted(words: &str) -> String {
    let cut = if words.chars().count() > QUOTED { "…" } else { "" };
    format!("{:?}{cut}", words.chars().take(QUOTED).collect::<String>())
}

impl Report {
    /// The report for people: verdict, checks, failures, warnings, results.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut lines = vec![self.headline(), String::new()];
        for (name, digest) in [("election", self.election), ("head", self.head)] {
            let digest = digest.map_or_else(|| "none".to_owned(), hex::encode);
            lines.push(format!("  {name:<10}{digest}"));
        }
        lines.extend(self.witnesses.as_ref().map(witnessed));
        lines.push(String::new());
        lines.push("Checks".into());
        for check in &self.checks {
            let status = match check.status {
                Status::Pass => "pass",
                Status::Fail => "FAIL",
                Status::NotRun => "not run",
                Status::NotApplicable => "does not apply",
            };
            let items = match check.status {
                Status::NotApplicable => String::new(),
                _ => format!("{:>10}", check.items),
            };
            let line = format!("  {:<ID_WIDTH$}{status:<16}{items}", check.id.as_str());
            lines.push(line.trim_end().to_owned());
        }
        section(&mut lines, "Failures", self.failures.iter().map(failure));
        section(&mut lines, "To know", self.warnings.iter().map(|text| format!("  {text}")));
        section(&mut lines, "Ballots that hide each other", hidden(self.anonymity.as_deref()));
        if self.verdict != Verdict::Valid && self.results.is_some() {
            lines.push(String::new());
            lines.push("NOT CONFIRMED: what the plaintexts on this board would count up to".into());
        }
        for contest in self.results.iter().flatten() {
            lines.push(String::new());
            lines.extend(result(contest));
        }
        // No line begins another one, whoever has written what it repeats.
        let lines: Vec<String> = lines.iter().map(|line| line.replace('\n', "\\n")).collect();
        lines.join("\n")
    }

    fn headline(&self) -> String {
        let checks = |status, one, many| {
            let of_status = self.checks.iter().filter(|check| check.status == status);
            plural(of_status.count() as u64, one, many)
        };
        let is_run = self.checks.iter().all(|check| check.status != Status::NotRun);
        match self.verdict {
            Verdict::Valid => format!(
                "VALID: the result is the count of exactly the accepted ballots on this board \
                 ({})",
                checks(Status::Pass, "check, which holds", "checks, all hold")
            ),
            Verdict::Invalid => {
                let failing = checks(Status::Fail, "check fails", "checks fail");
                format!("INVALID: {failing}; what does not hold is listed below")
            }
            Verdict::Incomplete if is_run => {
                "INCOMPLETE: nothing found fails; the board is not sealed yet".into()
            }
            Verdict::Incomplete => format!(
                "INCOMPLETE: nothing found fails; {} run on everything",
                checks(Status::NotRun, "check was not", "checks were not")
            ),
            Verdict::Unreadable => {
                "UNREADABLE: part of the board cannot be read; what, is said below".into()
            }
        }
    }
}

/// How many trusted witnesses have cosigned the head, and which.
fn witnessed(report: &WitnessReport) -> String {
    let on_head = report.trusted.iter().filter(|witness| witness.on_head);
    let names: Vec<&str> = on_head.map(|witness| witness.name.as_str()).collect();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    format!("  witnesses {} of {} on this head{names}", report.on_head, report.trusted.len())
}

fn section(lines: &mut Vec<String>, title: &str, content: impl Iterator<Item = String>) {
    let mut content = content.peekable();
    if content.peek().is_some() {
        lines.push(String::new());
        lines.push(title.into());
        lines.extend(content);
    }
}

/// Batches that the report for people lists; `--json` has all.
const BATCHES: usize = 40;

fn hidden(batches: Option<&[BatchAnonymity]>) -> impl Iterator<Item = String> + '_ {
    let batches = batches.unwrap_or_default();
    let more = batches.len().saturating_sub(BATCHES);
    let line = |batch: &BatchAnonymity| {
        let votes = match (batch.distinct, batch.unique) {
            (Some(distinct), Some(unique)) => {
                let distinct = plural(distinct, "different vote", "different votes");
                format!("  ({distinct}, {unique} unique)")
            }
            _ => String::new(),
        };
        format!("  {:>10}  {}{votes}", batch.voters, batch.name)
    };
    let rest = (more > 0).then(|| {
        format!("              and {}", plural(more as u64, "more batch", "more batches"))
    });
    batches.iter().take(BATCHES).map(line).chain(rest)
}

fn failure(failure: &Failure) -> String {
    let mut place = String::new();
    if let Some(record) = failure.record {
        place.push_str(&format!(", record {record}"));
    }
    if let Some(row) = failure.row {
        place.push_str(&format!(", row {row}"));
    }
    let culprits: Vec<String> = failure.culprits.iter().map(crate::Culprit::to_text).collect();
    let who = if culprits.is_empty() { "nobody to blame".into() } else { culprits.join(", ") };
    let id: CheckId = failure.check;
    format!("  {id}{place} ({who}): {}", failure.evidence)
}

fn result(contest: &ContestReport) -> Vec<String> {
    let mut lines = vec![format!("Result of {} ({})", contest.id, contest.method)];
    lines.extend(contest.threshold.map(|votes| format!("  threshold {votes}")));
    lines.extend(contest.votes.iter().flat_map(by_name));
    for (number, round) in numbered(1, contest.rounds.iter().flatten()) {
        lines.push(format!("  round {number}"));
        lines.extend(by_name(&round.votes));
        lines.push(format!("  {:>10}  exhausted", round.exhausted));
        if !round.eliminated.is_empty() {
            lines.push(format!("              eliminated: {}", round.eliminated.join(", ")));
        }
    }
    if let Some(seats) = &contest.seats {
        lines.push("  seats".into());
        lines.extend(by_name(seats));
    }
    if let Some(ranking) = &contest.ranking {
        let places: Vec<String> = ranking.iter().map(|place| place.join(" = ")).collect();
        lines.push(format!("  ranking: {}", places.join(" > ")));
    }
    if let Some(texts) = &contest.texts {
        let distinct = contest.distinct_texts.unwrap_or_default();
        let distinct = plural(distinct, "different text", "different texts");
        lines.push(format!("  written by voters, {distinct}"));
        lines.extend(by_name(texts));
    }
    if contest.method != "text" {
        lines.push(format!("  elected: {}", contest.elected.join(", ")));
    }
    lines
}

fn by_name<T: std::fmt::Display>(named: &Named<T>) -> Vec<String> {
    named.0.iter().map(|(name, value)| format!("  {value:>10}  {name}")).collect()
}
