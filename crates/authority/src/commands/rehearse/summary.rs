//! What a rehearsal ends with: for people and for machines.

use std::time::Duration;

use psephos_ballot::{Contest, ContestResult, table};
use psephos_console::{Exit, Failure, count, duration};
use psephos_participant::{audit_failure, board_failure};
use psephos_record::board::Board;
use psephos_record::bodies::Body;
use psephos_record::message::Record;
use serde_json::{Map, Value, json};

use super::drill::Incident;
use super::outcome;

/// What is known so far; everything in the end.
#[derive(Default)]
pub struct Summary {
    /// Where the board lies.
    pub board: Option<String>,
    /// Ballots cast.
    pub cast: u64,
    /// Keys of the election's file that were passed over.
    pub left_out: Vec<&'static str>,
    waived: Vec<String>,
    accepted: u64,
    rejected: u64,
    results: Vec<ContestResult>,
    report: Option<Value>,
    exit: Option<Exit>,
    incidents: Vec<Incident>,
    too_few: Option<String>,
    timings: Vec<(&'static str, Duration)>,
}

impl Summary {
    /// Notes how long a phase took.
    pub fn time(&mut self, phase: &'static str, time: Duration) {
        self.timings.push((phase, time));
    }

    /// Notes the boxes that were closed with fewer ballots than the minimum.
    pub fn waive(&mut self, boxes: Vec<String>) {
        self.waived = boxes;
    }

    /// Takes what came of the faults, and why the election could not be finished if it could not.
    pub fn take_faults(&mut self, incidents: Vec<Incident>, too_few: Option<String>) {
        self.incidents = incidents;
        self.too_few = too_few;
    }

    /// Takes the verifier's report, and from the board what the report does not tell.
    pub fn take(&mut self, board: &dyn Board, report: Value, exit: Exit) -> Result<(), Failure> {
        self.report = Some(report);
        self.exit = Some(exit);
        let view = psephos_audit::view(board).map_err(audit_failure)?;
        let boxes = view.batches.iter().filter(|batch| batch.batch_index == 0);
        self.accepted = boxes.map(|batch| batch.first.rows).sum();
        self.rejected = view.close.as_ref().map_or(0, |close| close.rejected.rows);
        if let Some(sequence) = view.result {
            let file = board.record(sequence).map_err(board_failure)?;
            let body = Record::decode(&file)
                .and_then(|record| record.message())
                .and_then(|message| message.body());
            if let Ok(Body::Result(result)) = body {
                self.results = result.contests;
            }
        }
        Ok(())
    }

    /// Accepted ballots that turned out to hold no valid vote in the contest where most are.
    fn invalid(&self) -> u64 {
        self.results.iter().map(|result| result.invalid).max().unwrap_or(0)
    }

    /// The object of `--json`.
    pub fn to_json(&self, failure: Option<&Failure>) -> String {
        let ended = self.too_few.as_ref().map(|_| Exit::Incomplete).or(self.exit);
        let exit = failure.map_or(ended, |failure| Some(failure.exit()));
        let reported =
            |field: &str| self.report.as_ref().and_then(|report| report.get(field)).cloned();
        let timings: Map<String, Value> = self
            .timings
            .iter()
            .map(|(phase, time)| {
                ((*phase).to_owned(), json!((time.as_secs_f64() * 1e3).round() / 1e3))
            })
            .collect();
        let object = json!({
            "verdict": reported("verdict"),
            "exit": exit.map(Exit::code),
            "board": self.board,
            "error": failure.map(Failure::line),
            "reason": self.too_few,
            "warnings": reported("warnings").unwrap_or(json!([])),
            "faults": self.incidents.iter().map(outcome::to_json).collect::<Vec<_>>(),
            "ballots": {
                "cast": self.cast,
                "accepted": self.accepted,
                "rejected": self.rejected,
                "invalid": self.invalid(),
            },
            "left_out": self.left_out,
            "waived": self.waived,
            "contests": reported("results").filter(|results| !results.is_null()).unwrap_or(json!([])),
            "timings": timings,
        });
        format!("{object:#}")
    }

    /// The result, the verdict and where the board lies.
    pub fn text(&self, contests: &[Contest]) -> String {
        let mut lines = vec![String::new()];
        // There is no result when the board is not VALID.
        for (result, contest) in self.results.iter().filter_map(|result| {
            Some((result, contests.iter().find(|contest| contest.id == result.id)?))
        }) {
            lines.push(table(contest, result));
        }
        lines.push(format!(
            "Ballots: {} cast, {} accepted, {} rejected, {} of those accepted invalid",
            count(self.cast),
            count(self.accepted),
            count(self.rejected),
            count(self.invalid())
        ));
        if !self.left_out.is_empty() {
            lines.push(format!(
                "Dates:   passed over, as a rehearsal is held at once: {}",
                self.left_out.join(", ")
            ));
        }
        if !self.waived.is_empty() {
            lines.push(format!(
                "Minimum: waived; the election itself would not close with so few ballots: box {}",
                self.waived.join(", ")
            ));
        }
        lines.extend(self.incidents.iter().map(outcome::to_text));
        if let Some((_, total)) = self.timings.last() {
            lines.push(format!("Time:    {}", duration(*total)));
        }
        if let Some(board) = &self.board {
            lines.push(format!("Board:   {board}"));
            lines.push(format!("         audit it yourself: psephos-verifier {board}"));
        }
        let reported = |field: &str| self.report.as_ref().and_then(|report| report.get(field));
        let verdict = reported("verdict").and_then(Value::as_str).unwrap_or("none");
        lines.push(format!("\nVerdict: {verdict}"));
        if let Some(reason) = &self.too_few {
            lines.push(format!("         {reason}"));
        }
        let warnings = reported("warnings").and_then(Value::as_array).into_iter().flatten();
        if !self.incidents.is_empty() {
            lines.extend(warnings.filter_map(Value::as_str).map(|text| format!("warning: {text}")));
        }
        lines.join("\n")
    }
}
