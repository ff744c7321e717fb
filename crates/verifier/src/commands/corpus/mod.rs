//! A verifier, this one or anybody's, against a corpus of boards with known answers (spec/corpus.md).

mod case;
mod command;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use psephos_console::{Exit, Failure, Mode, Progress, duration, say};
use serde_json::json;

use crate::cli::CorpusArguments;
use case::Case;
use command::{NoAnswer, Verifier};

/// What became of a case.
struct Outcome {
    /// The verdict that is right.
    verdict: String,
    /// Where the answer differs from it; nothing when it agrees.
    differences: Vec<String>,
    time: Duration,
}

/// Runs a verifier on every case and prints how often it agrees.
pub fn run(arguments: &CorpusArguments) -> Result<Exit, Failure> {
    let folder = &arguments.folder;
    let cases = case::find(folder)
        .map_err(|error| Failure::io("cannot list the corpus", folder, &error))?;
    if cases.is_empty() {
        return Err(Failure::usage("there is no case: no folder with board/ and expected.json")
            .at(folder.display().to_string())
            .advice("name the folder that the cases lie below"));
    }
    let verifier = Verifier::of(arguments.with.as_deref())?;
    let begun = Instant::now();
    let limit = Duration::from_secs(arguments.limit.into());
    let outcomes = run_all(&verifier, &cases, limit, Mode::detect(arguments.json))?;
    let agreeing = outcomes.iter().filter(|(_, outcome)| outcome.differences.is_empty()).count();
    match arguments.json {
        true => print_json(&outcomes, agreeing),
        false => {
            print_table(&outcomes);
            let total = outcomes.len();
            let time = duration(begun.elapsed());
            say(match total - agreeing {
                0 if total == 1 => format!("\nThe only case agrees. Run in {time}."),
                0 => format!("\nAll {total} cases agree. Run in {time}."),
                1 if total == 1 => format!("\nThe only case differs. Run in {time}."),
                1 => format!("\n1 of {total} cases differs. Run in {time}."),
                differing => format!("\n{differing} of {total} cases differ. Run in {time}."),
            });
        }
    }
    Ok(if agreeing == outcomes.len() { Exit::Valid } else { Exit::Invalid })
}

/// Runs every case, on all cores; outcomes in the order of the cases. A program that cannot be started ends
/// all of it: every further case would say the same.
fn run_all<'a>(
    verifier: &Verifier,
    cases: &'a [Case],
    limit: Duration,
    mode: Mode,
) -> Result<Vec<(&'a Case, Outcome)>, Failure> {
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let bar = Progress::start(mode, "cases", Some(cases.len() as u64));
    let done = Mutex::new((bar, Vec::new()));
    let stopped = OnceLock::new();
    thread::scope(|scope| {
        for _ in 0..workers.min(cases.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index).filter(|_| stopped.get().is_none()) else {
                        return;
                    };
                    let outcome = match run_case(verifier, case, limit) {
                        Ok(outcome) => outcome,
                        Err(failure) => {
                            stopped.get_or_init(|| failure);
                            return;
                        }
                    };
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.1.push((index, case, outcome));
                    let count = done.1.len() as u64;
                    done.0.set(count, &case.name);
                }
            });
        }
    });
    let (bar, mut outcomes) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = stopped.into_inner() {
        return Err(failure);
    }
    bar.finish("");
    outcomes.sort_by_key(|(index, ..)| *index);
    Ok(outcomes.into_iter().map(|(_, case, outcome)| (case, outcome)).collect())
}

fn run_case(verifier: &Verifier, case: &Case, limit: Duration) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let (verdict, differences) = match case.expected() {
        Err(why) => (String::new(), vec![why]),
        Ok(expected) => {
            let differences = match verifier.run(&case.folder, &expected.arguments(), limit) {
                Err(NoAnswer::NoProgram(failure)) => return Err(failure),
                Err(NoAnswer::Here(why)) => vec![why],
                Ok(answer) => {
                    let mut found = expected.differences(answer.exit, &answer.out);
                    if !found.is_empty() {
                        found.extend(first_line(&answer.err));
                    }
                    found
                }
            };
            (expected.verdict(), differences)
        }
    };
    Ok(Outcome { verdict, differences, time: begun.elapsed() })
}

/// The first thing that a verifier said on standard error, quoted.
fn first_line(err: &str) -> Option<String> {
    let line = err.lines().find(|line| !line.trim().is_empty())?;
    Some(format!("it said: {:?}", line.chars().take(200).collect::<String>()))
}

fn print_table(outcomes: &[(&Case, Outcome)]) {
    let width = outcomes.iter().map(|(case, _)| case.name.chars().count()).max().unwrap_or(0);
    for (case, outcome) in outcomes {
        let agrees = if outcome.differences.is_empty() { "agrees " } else { "DIFFERS" };
        say(format!(
            "  {agrees}  {:<width$}  {:<10}  {:>8}",
            case.name,
            outcome.verdict,
            duration(outcome.time)
        ));
        for difference in &outcome.differences {
            say(format!("           {difference}"));
        }
    }
}

fn print_json(outcomes: &[(&Case, Outcome)], agreeing: usize) {
    let cases: Vec<_> = outcomes
        .iter()
        .map(|(case, outcome)| {
            json!({
                "case": case.name,
                "expected": outcome.verdict,
                "agrees": outcome.differences.is_empty(),
                "differences": outcome.differences,
                "seconds": outcome.time.as_secs_f64(),
            })
        })
        .collect();
    let report = json!({ "total": outcomes.len(), "agreeing": agreeing, "cases": cases });
    say(format!("{report:#}"));
}
