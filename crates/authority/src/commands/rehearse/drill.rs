//! A rehearsal with faults: what happens, who sees it, what the office does about it.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use psephos_audit::{Audit, Options, Report, View};
use psephos_console::{Failure, Mode, Progress, numbered};
use psephos_participant::audit_failure;

use super::children::LOOK;
use super::fault::{Fault, Plan};
use super::stage::{Stage, Typed};

/// How long the trustees' programs have to notice what has happened. They need a moment; a rehearsal goes on
/// without their words rather than wait for ever.
const NOTICE: Duration = Duration::from_secs(60);

/// An injected fault and what came of it.
pub struct Incident {
    /// The fault.
    pub fault: Fault,
    /// Who saw what.
    pub seen: Vec<Seen>,
    /// What was typed about it, in order.
    pub commands: Vec<Typed>,
    /// How it ended.
    pub outcome: String,
}

/// What somebody saw, in the words of their program.
pub struct Seen {
    /// Whose program.
    pub who: String,
    /// What it said.
    pub words: String,
}

/// A rehearsal under way, with its faults.
pub struct Drill<'a> {
    /// Where it is played.
    pub stage: &'a mut Stage,
    /// The faults.
    pub plan: &'a Plan,
    /// One for each fault, in the order of the command line.
    pub incidents: Vec<Incident>,
    /// Why the election cannot be finished, if it cannot.
    pub too_few: Option<String>,
    mode: Mode,
}

impl<'a> Drill<'a> {
    /// Nothing has happened yet.
    pub fn new(stage: &'a mut Stage, plan: &'a Plan, mode: Mode) -> Drill<'a> {
        let untouched = |fault: &Fault| Incident {
            fault: *fault,
            seen: Vec::new(),
            commands: Vec::new(),
            outcome: "it did not come to it".to_owned(),
        };
        let incidents = plan.faults().iter().map(untouched).collect();
        Drill { stage, plan, incidents, too_few: None, mode }
    }

    /// A fault happens.
    pub fn happens(&mut self, fault: Fault, bar: &Progress) {
        let outcome = fault.what();
        self.tell(bar, &format!("{fault}: {outcome}"));
        self.note(fault, |incident| incident.outcome = outcome);
    }

    /// Somebody has seen something of it.
    pub fn sees(&mut self, fault: Fault, bar: &Progress, who: &str, words: &str) {
        self.tell(bar, &format!("  {who}: {words}"));
        let seen = Seen { who: who.to_owned(), words: words.to_owned() };
        self.note(fault, |incident| incident.seen.push(seen));
    }

    /// A command was typed because of it.
    pub fn did(&mut self, fault: Fault, bar: &Progress, typed: Typed) {
        self.tell(bar, &format!("  $ {}", typed.line));
        // Who is awaited meanwhile stands in the object of `--json`.
        for line in typed.answer.lines().filter(|line| !line.starts_with("waiting for ")) {
            self.tell(bar, &format!("    {line}"));
        }
        self.note(fault, |incident| incident.commands.push(typed));
    }

    /// How it ended.
    pub fn ends(&mut self, fault: Fault, outcome: impl Into<String>) {
        let outcome = outcome.into();
        self.note(fault, |incident| incident.outcome = outcome);
    }

    fn note(&mut self, fault: Fault, change: impl FnOnce(&mut Incident)) {
        if let Some(incident) = self.incidents.iter_mut().find(|incident| incident.fault == fault) {
            change(incident);
        }
    }

    fn tell(&self, bar: &Progress, line: &str) {
        if self.mode != Mode::Silent {
            bar.say(&format!("  {line}"));
        }
    }

    /// The authority types a command because of a fault; returns the answer.
    pub fn office(
        &mut self,
        fault: Fault,
        bar: &Progress,
        arguments: &[&str],
    ) -> Result<Typed, Failure> {
        let typed = self.stage.types(arguments, &mut |_| Ok(()))?;
        self.did(fault, bar, typed.clone());
        Ok(typed)
    }

    /// What an audit of the board finds wrong, as psephos-verifier says it.
    pub fn audit(&self) -> Result<Audit, Failure> {
        let board = self.stage.ground().read()?;
        psephos_audit::audit(&*board, &Options::default(), &|_| {}).map_err(audit_failure)
    }

    /// Has what the audit finds wrong with a record seen, and by the trustees' programs as well.
    pub fn record_fails(
        &mut self,
        fault: Fault,
        record: u64,
        bar: &Progress,
    ) -> Result<(), Failure> {
        let report = self.audit()?.report;
        let failing = report.failures.iter().filter(|failure| failure.record == Some(record));
        // Of each batch the same, which need not be said twice.
        let found: BTreeSet<String> = failing.map(|failure| words(&report, failure)).collect();
        if found.is_empty() {
            return Err(Failure::usage(format!("the audit finds nothing wrong with {fault}"))
                .advice("no ballot was accepted, so there is no vote to do anything with"));
        }
        for words in found {
            self.sees(fault, bar, "psephos-verifier", &words);
        }
        self.trustees_say(fault, bar, &format!("exclude record {record},"))
    }

    /// Waits for the running trustees to say something with these words.
    fn trustees_say(&mut self, fault: Fault, bar: &Progress, words: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut silent = self.stage.at_work();
        while !silent.is_empty() && begun.elapsed() < NOTICE {
            let mut heard = Vec::new();
            for trustee in &silent {
                let said = self.stage.said(*trustee);
                if let Some(line) = said.iter().rev().find(|line| line.contains(words)) {
                    heard.push((*trustee, line.clone()));
                }
            }
            for (trustee, line) in heard {
                silent.retain(|other| *other != trustee);
                self.sees(fault, bar, &self.name(trustee)?, &line);
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// A trustee by the number that it has on the board by now.
    pub fn name(&self, trustee: u64) -> Result<String, Failure> {
        let number = number_now(&self.stage.view()?, trustee).unwrap_or(trustee);
        Ok(format!("trustee {number}"))
    }

    /// Ends with too few trustees, for this reason.
    pub fn is_too_few(&mut self, reason: impl Into<String>) {
        self.too_few = Some(reason.into());
    }
}

/// What an audit finds, in the words of its report.
pub fn words(report: &Report, failure: &psephos_audit::Failure) -> String {
    let culprits: Vec<String> = failure.culprits.iter().map(ToString::to_string).collect();
    let record = failure.record.map_or_else(String::new, |record| format!(", record {record}"));
    let who = culprits.join(", ");
    format!("{}: {}{record} ({who}): {}", report.verdict, failure.check, failure.evidence)
}

/// The numbers in the proposal of the trustees that the manifest has, in its order.
pub fn present(view: &View) -> Vec<u64> {
    let Some(standing) = &view.manifest else { return Vec::new() };
    let proposed = view.enrolments.len() as u64;
    (0..proposed).filter(|index| !standing.manifest.excluded.contains(index)).collect()
}

/// The number in the manifest of a trustee of the proposal.
pub fn number_now(view: &View, trustee: u64) -> Option<u64> {
    numbered(present(view)).find(|(_, proposed)| *proposed == trustee).map(|(now, _)| now)
}
