//! How many instructions each step of a small election takes, compared with the counts in
//! `benches/instructions.json`: a guard that does not depend on how busy the machine is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use psephos_benches::floor::Size;
use psephos_benches::{measure, scale};
use psephos_console::{CommandLine, Exit, Failure, run};

/// The election that is counted: all of it takes a minute under the counter.
const SIZE: Size = Size { ballots: 300, width: 1, mixes: 2, trustees: 2, threshold: 2 };
/// How much more than the stored count is tolerated: another compiler, another allocator.
const TOLERANCE: f64 = 0.05;

const EXAMPLES: &str = "Examples:
  cargo run -p psephos-benches --bin instructions             compares; exit 1 when a step takes over 5 % more
  cargo run -p psephos-benches --bin instructions -- --update stores the counts of today

Needs valgrind, and a processor with AVX2: with other vector instructions, the counts are others.";

/// Counts the instructions of every step of a small election and compares them with the stored counts.
#[derive(Parser)]
#[command(name = "instructions", version, after_help = EXAMPLES)]
struct Arguments {
    /// Stores the counts instead of comparing them.
    #[arg(long)]
    update: bool,
    /// Runs the election, for the counter to watch.
    #[arg(long, hide = true)]
    watched: bool,
}

impl CommandLine for Arguments {}

/// Instructions of each step, for one ballot.
type Counts = BTreeMap<String, u64>;

fn main() -> ExitCode {
    run(|arguments: Arguments| match arguments {
        Arguments { watched: true, .. } => watched(),
        Arguments { update: true, .. } => update(),
        _ => compare(),
    })
}

fn watched() -> Result<Exit, Failure> {
    measure::count_instructions();
    let folder = folder()?;
    let _ = scale::run(SIZE, 1, folder.path(), &|_| {});
    Ok(Exit::Valid)
}

fn update() -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(&count()?)
        .map_err(|error| Failure::internal(error.to_string()))?;
    let path = stored();
    fs::write(&path, text + "\n").map_err(|error| Failure::io("write", &path, &error))?;
    println!("stored in {}", path.display());
    Ok(Exit::Valid)
}

fn compare() -> Result<Exit, Failure> {
    let path = stored();
    let text = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let expected: Counts = serde_json::from_slice(&text).map_err(|error| {
        Failure::new(Exit::Io, error.to_string()).at(path.display().to_string())
    })?;
    let found = count()?;
    println!("step               stored       found   change   (instructions a ballot)");
    let mut exit = Exit::Valid;
    for (step, expected) in &expected {
        let found = found.get(step).copied().unwrap_or_default();
        let change = found as f64 / *expected as f64 - 1.0;
        let remark = match change {
            _ if found == 0 => "not counted",
            change if change > TOLERANCE => "too many",
            change if change < -TOLERANCE => "fewer: store them with --update",
            _ => "",
        };
        if found == 0 || change > TOLERANCE {
            exit = Exit::Invalid;
        }
        println!("{step:<14} {expected:>10}  {found:>10}  {:>+6.1} %  {remark}", 100.0 * change);
    }
    Ok(exit)
}

/// Runs this program under callgrind, which writes a file with a total each time a step ends.
fn count() -> Result<Counts, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("where this program lies: {error}")))?;
    let folder = folder()?;
    let out = folder.path().join("count");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(format!("--toggle-collect={}", measure::COUNTED))
        .arg(format!("--dump-after={}", measure::COUNTED))
        .arg(program)
        .arg("--watched")
        .env("RAYON_NUM_THREADS", "1")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(Exit::Io, format!("cannot start valgrind: {error}")))?;
    if !output.status.success() {
        return Err(Failure::internal(format!("the election that is counted: {}", output.status)));
    }
    let mut counts = Counts::new();
    let mut runs: BTreeMap<String, u64> = BTreeMap::new();
    for (index, step) in String::from_utf8_lossy(&output.stdout).lines().enumerate() {
        *counts.entry(step.to_owned()).or_default() += total(&out, index + 1)?;
        *runs.entry(step.to_owned()).or_default() += 1;
    }
    for (step, count) in &mut counts {
        *count /= SIZE.ballots * runs.get(step).copied().unwrap_or(1);
    }
    Ok(counts)
}

/// What the dump with this number says in its line of totals.
fn total(out: &Path, number: usize) -> Result<u64, Failure> {
    let path = PathBuf::from(format!("{}.{number}", out.display()));
    let text = fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
    line.and_then(|total| total.trim().parse().ok())
        .ok_or_else(|| Failure::internal(format!("{} has no total", path.display())))
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

fn folder() -> Result<tempfile::TempDir, Failure> {
    tempfile::tempdir().map_err(|error| Failure::io("make a folder", &std::env::temp_dir(), &error))
}
