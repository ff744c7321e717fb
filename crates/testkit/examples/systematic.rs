//! Alters tiny honest boards in every way and audits each:
//! `cargo run --release -p psephos-testkit --example systematic -- --all`.
//!
//! `--write DIR` stores each case with its answer, for another verifier to be held against:
//! `psephos-verifier corpus DIR --with COMMAND`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use chacha20::ChaCha20Rng;
use psephos_audit::{Options, audit};
use psephos_testkit::stories::answer;
use psephos_testkit::systematic::{BOARDS, Case, Counts, Outcome, Subject};
use rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

const USAGE: &str = "usage: systematic [--all | --sample N] [--seed S] [--board NAME] [--kind WORD] [--part K/N] [--write DIR]";

/// Cases between two lines of progress.
const STEP: u64 = 10_000;

struct Arguments {
    /// How many cases; all where there is none.
    sample: Option<u64>,
    seed: u64,
    board: Option<String>,
    /// A part of what alterations are counted as.
    kind: Option<String>,
    /// Which of how many parts.
    part: (u64, u64),
    /// Where cases are stored.
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    let chosen = |name: &str| arguments.board.as_ref().is_none_or(|board| board == name);
    let subjects: Vec<Subject> = BOARDS
        .into_iter()
        .filter(|(name, _)| chosen(name))
        .map(Subject::new)
        .inspect(|subject| eprintln!("{}: {}", subject.name, subject.report().verdict))
        .collect();
    let counts = run(&subjects, &arguments);
    println!("{counts}");
    if counts.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(subjects: &[Subject], arguments: &Arguments) -> Counts {
    let is_meant =
        |case: &Case| arguments.kind.as_ref().is_none_or(|kind| case.part.kind().contains(kind));
    let of = |subject| Subject::cases(subject).into_iter().map(move |case| (subject, case));
    let cases: Vec<_> = subjects.iter().flat_map(of).filter(|(_, case)| is_meant(case)).collect();
    let total = cases.len() as u64;
    eprintln!("{total} cases");
    let mut rng = ChaCha20Rng::seed_from_u64(arguments.seed);
    let (part, parts) = arguments.part;
    let chosen = cases.into_iter().enumerate().filter(|(index, _)| {
        let drawn = arguments.sample.is_none_or(|sample| rng.next_u64() % total < sample);
        drawn && *index as u64 % parts == part
    });
    let chosen: Vec<_> = chosen.map(|(_, case)| case).collect();
    let done = AtomicU64::new(0);
    let counted = chosen.into_par_iter().fold(Counts::default, |mut counts, (subject, case)| {
        if let Some(folder) = &arguments.write {
            write(folder, subject, case);
        }
        let outcome = subject.run(case);
        if let Outcome::Wrong(what) = &outcome {
            eprintln!("WRONG: {}: {case:?}: {what}", subject.name);
        }
        counts.add(subject.name, case, outcome);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(STEP) {
            eprintln!("{done} cases done");
        }
        counts
    });
    counted.reduce(Counts::default, Counts::merged)
}

/// Stores a case as a corpus does.
fn write(folder: &Path, subject: &Subject, case: Case) {
    let Some(board) = subject.altered(case) else { return };
    let report = audit(&board, &Options::default(), &|_| {}).expect("a board in memory").report;
    let what = format!("{}: {case:?}", subject.name);
    let name: String =
        what.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ':').collect::<String>();
    let place = folder.join(name.replace(':', "-"));
    board.write_to(&place.join("board")).expect("a folder that can be written");
    let mut expected = answer(&report);
    expected.insert("altered".into(), what.into());
    let text = serde_json::to_string_pretty(&expected).expect("a JSON object");
    fs::write(place.join("expected.json"), text).expect("a file that can be written");
}

fn arguments(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments {
        sample: Some(1000),
        seed: 1,
        board: None,
        kind: None,
        part: (0, 1),
        write: None,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--all" => arguments.sample = None,
            "--sample" => arguments.sample = Some(words.next()?.parse().ok()?),
            "--seed" => arguments.seed = words.next()?.parse().ok()?,
            "--board" => arguments.board = Some(words.next()?),
            "--kind" => arguments.kind = Some(words.next()?),
            "--write" => arguments.write = Some(words.next()?.into()),
            "--part" => {
                let text = words.next()?;
                let (part, parts) = text.split_once('/')?;
                let (part, parts): (u64, u64) = (part.parse().ok()?, parts.parse().ok()?);
                arguments.part = (part.checked_sub(1)?, parts);
                (part <= parts).then_some(())?;
            }
            _ => return None,
        }
    }
    Some(arguments)
}
