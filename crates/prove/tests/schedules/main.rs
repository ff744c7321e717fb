//! Expected: every argument absorbs exactly the lines of its table in the specification, in that
//! order, and every line changes each challenge after it and none before it.
//!
//! A schedule is written here a second time, line by line, with a way to reach the value in the
//! statement or proof. The labels are compared with the page, the challenges with those of the code.
//! `late` and `weights` play provers who could cheat if a line, or all of them, were missing.

mod ballot;
mod decryption;
mod key_ceremony;
mod late;
mod lines;
mod page;
mod shuffle;
mod sigma;
mod weights;

#[path = "../common/mod.rs"]
mod common;
#[path = "../election/mod.rs"]
mod election;
#[path = "../common/fields.rs"]
mod fields;

use std::fs;
use std::path::Path;

use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding};

/// What a line absorbs.
enum Value {
    Bytes(Vec<u8>),
    Integer(u64),
    Encoding(Encoding),
    Encodings(Vec<Encoding>),
}

type Change<C> = Box<dyn Fn(&mut C)>;

/// A line of a schedule over the case `C`.
enum Line<C> {
    /// A value, and ways to alter it; none for what follows from other lines.
    Absorbed { label: &'static str, value: Box<dyn Fn(&C) -> Value>, changes: Vec<Change<C>> },
    /// A challenge that the code gives back.
    Drawn(&'static str),
    /// A seed of 32 bytes that the code keeps to itself.
    Seed(&'static str),
    /// Not on the page: a draw by the test, which shows the state at the end.
    Probe,
}

const PROBE: &str = "probe";

fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
}

impl<C: 'static> Line<C> {
    /// A byte string of any length.
    fn bytes(label: &'static str, reach: fn(&mut C) -> &mut [u8]) -> Self
    where
        C: Clone,
    {
        let value = move |case: &C| Value::Bytes(reach(&mut case.clone()).to_vec());
        let ends: [Change<C>; 2] = [
            Box::new(move |case| reach(case)[0] ^= 1),
            Box::new(move |case| *reach(case).last_mut().unwrap() ^= 1),
        ];
        Self::Absorbed { label, value: Box::new(value), changes: ends.into() }
    }

    fn integer(label: &'static str, reach: fn(&mut C) -> &mut u64) -> Self
    where
        C: Clone,
    {
        let value = move |case: &C| Value::Integer(*reach(&mut case.clone()));
        let bits: [Change<C>; 2] = [
            Box::new(move |case| *reach(case) ^= 1),
            Box::new(move |case| *reach(case) ^= 1 << 63),
        ];
        Self::Absorbed { label, value: Box::new(value), changes: bits.into() }
    }

    fn encoding(label: &'static str, reach: fn(&mut C) -> &mut Encoding) -> Self
    where
        C: Clone,
    {
        let value = move |case: &C| Value::Encoding(*reach(&mut case.clone()));
        let change: Change<C> = Box::new(move |case| flip(reach(case)));
        Self::Absorbed { label, value: Box::new(value), changes: vec![change] }
    }

    /// A list: any entry altered, the last one gone or repeated, the first two exchanged.
    fn encodings(label: &'static str, reach: fn(&mut C) -> &mut Vec<Encoding>, case: &C) -> Self
    where
        C: Clone,
    {
        let value = move |case: &C| Value::Encodings(reach(&mut case.clone()).clone());
        let count = reach(&mut case.clone()).len();
        let mut changes: Vec<Change<C>> = (0..count)
            .map(|index| -> Change<C> { Box::new(move |case| flip(&mut reach(case)[index])) })
            .collect();
        changes.push(Box::new(move |case| reach(case).truncate(count - 1)));
        changes.push(Box::new(move |case| reach(case).extend_from_within(count - 1..)));
        if count > 1 {
            changes.push(Box::new(move |case| reach(case).swap(0, 1)));
        }
        Self::Absorbed { label, value: Box::new(value), changes }
    }

    /// What follows from other lines, so that it cannot be altered alone.
    fn derived(label: &'static str, value: fn(&C) -> Value) -> Self {
        Self::Absorbed { label, value: Box::new(value), changes: Vec::new() }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Absorbed { label, .. } | Self::Drawn(label) | Self::Seed(label) => label,
            Self::Probe => PROBE,
        }
    }
}

/// The challenges that the code draws for a case; `None` where the case is none.
type Challenges<C> = fn(&C) -> Option<Vec<Digest>>;

/// The challenges by the table, the probe's answer among them.
fn by_the_table<C>(start: Transcript, case: &C, lines: &[Line<C>]) -> Vec<Digest> {
    let mut transcript = start;
    let drawn = follow(&mut transcript, case, lines);
    drawn.into_iter().filter(|(seed, _)| !seed).map(|(_, drawn)| drawn).collect()
}

/// Absorbs and draws what the table says; each draw with whether it is a seed.
fn follow<C>(transcript: &mut Transcript, case: &C, lines: &[Line<C>]) -> Vec<(bool, Digest)> {
    let mut drawn = Vec::new();
    for line in lines {
        match line {
            Line::Absorbed { label, value, .. } => match value(case) {
                Value::Bytes(bytes) => transcript.bytes(label, &bytes),
                Value::Integer(integer) => transcript.integer(label, integer),
                Value::Encoding(encoding) => transcript.encoding(label, &encoding),
                Value::Encodings(list) => transcript.encodings(label, &list),
            },
            Line::Drawn(label) => drawn.push((false, transcript.challenge(label).to_bytes())),
            Line::Seed(label) => drawn.push((true, transcript.challenge_bytes(label))),
            Line::Probe => drawn.push((false, probe(transcript))),
        }
    }
    drawn
}

fn probe(transcript: &mut Transcript) -> Digest {
    transcript.challenge_bytes(PROBE)
}

/// Compares a table with its page and with the code, then alters it line by line.
fn check<C: Clone + 'static>(
    start: Transcript,
    page: &[String],
    case: &C,
    lines: &[Line<C>],
    challenges: Challenges<C>,
) {
    let labels: Vec<&str> =
        lines.iter().filter(|line| !matches!(line, Line::Probe)).map(Line::label).collect();
    assert_eq!(labels, page, "the lines of the page");
    let honest = challenges(case).unwrap();
    assert_eq!(by_the_table(start, case, lines), honest, "the challenges of the table");
    let mut before = 0;
    for line in lines {
        match line {
            Line::Drawn(_) | Line::Probe => before += 1,
            Line::Seed(_) => {}
            Line::Absorbed { label, changes, .. } => {
                let mut tried = 0;
                for change in changes {
                    let mut altered = case.clone();
                    change(&mut altered);
                    let Some(found) = challenges(&altered) else { continue };
                    tried += 1;
                    assert_eq!(found.len(), honest.len(), "{label}");
                    for (place, challenge) in found.iter().enumerate() {
                        let changed = *challenge != honest[place];
                        assert_eq!(changed, place >= before, "{label}, challenge {place}");
                    }
                }
                assert!(tried > 0 || changes.is_empty(), "{label} was not altered");
            }
        }
    }
    assert_eq!(before, honest.len());
}

/// The document of what notices a missing line has all lines of the sources, each noticed.
#[test]
fn every_line_of_the_sources_stands_in_the_document() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(package.join("tests/schedules/MUTATIONS.md")).unwrap();
    let rows: Vec<&str> = document.lines().filter(|line| line.contains(".rs |")).collect();
    let found: Vec<String> =
        lines::find(&package.join("../..")).iter().map(lines::ScheduleLine::row).collect();
    assert_eq!(rows.len(), found.len(), "made anew by the example schedules");
    for (row, line) in psephos_core::pairs::pairs(rows, &found) {
        assert!(row.starts_with(line.as_str()), "{row}\nis not that of {line}");
        assert!(!row.contains("**nothing**"), "{row}");
    }
}
