//! A whole election with the real programs over a board folder, at any size.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use clap::Parser;
use psephos_benches::machine;
use psephos_benches::processes::{self, Peaks};
use psephos_console::{CommandLine, Exit, Failure, count, run};
use serde_json::Value;

/// A mayor with a first, a second and a third preference: one ciphertext a ballot.
const ELECTION: &str = r#"title = "Votes made to measure"
trustees = 3
threshold = 2
mixes = 3

[[contest]]
id = "mayor"
method = "irv"
max_ranks = 3
candidates = ["A", "B", "C", "D", "E", "F"]
"#;

/// Between two looks at the processes' memory.
const LOOK: Duration = Duration::from_millis(200);

const EXAMPLES: &str = "Examples:
  cargo build --release
  cargo run --release -p psephos-benches --bin whole                     a million ballots
  cargo run --release -p psephos-benches --bin whole -- --ballots 10000 --json

The programs must lie beside this one. One machine does the work of all participants: three trustees
audit what an authority and each other post, beside their own turns.";

/// Runs an election of made votes from its description to the audit, with three mixes and two of three
/// trustees decrypting, and prints what each part of it takes.
#[derive(Parser)]
#[command(name = "whole", version, after_help = EXAMPLES)]
struct Arguments {
    /// How many ballots.
    #[arg(long, default_value_t = 1 << 20, value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    ballots: u64,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Where the board goes: a folder that is new or empty [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    board: Option<PathBuf>,
}

impl CommandLine for Arguments {}

fn main() -> ExitCode {
    run(|arguments: Arguments| whole(&arguments))
}

fn whole(arguments: &Arguments) -> Result<Exit, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::io("make a folder", &std::env::temp_dir(), &error))?;
    let (election, votes) = (folder.path().join("election.toml"), folder.path().join("votes.csv"));
    fs::write(&election, ELECTION).map_err(|error| Failure::io("write", &election, &error))?;
    write_votes(&votes, arguments.ballots).map_err(|error| Failure::io("write", &votes, &error))?;
    let board = arguments.board.clone().unwrap_or_else(|| folder.path().join("board"));
    let (found, peaks) = rehearse(&election, &votes, &board)?;
    if found["verdict"] != "VALID" {
        return Err(Failure::internal(format!("the election ended in {}", found["verdict"])));
    }
    let bytes = bytes_in(&board).map_err(|error| Failure::io("read", &board, &error))?;
    if arguments.json {
        let text = serde_json::json!({
            "machine": machine::name(),
            "ballots": arguments.ballots,
            "seconds": found["timings"],
            "peak_mib": peaks,
            "board_bytes": bytes,
        });
        println!("{text:#}");
    } else {
        print(arguments.ballots, &found["timings"], &peaks, bytes);
    }
    Ok(Exit::Valid)
}

/// Preferences of different candidates, without chance: any two runs count the same.
fn write_votes(path: &Path, ballots: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    writeln!(file, "mayor")?;
    for number in 0..ballots {
        let first = number % 6;
        let second = (first + 1 + number / 6 % 5) % 6;
        writeln!(file, "{}>{}", first + 1, second + 1)?;
    }
    file.flush()
}

fn rehearse(election: &Path, votes: &Path, board: &Path) -> Result<(Value, Peaks), Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::internal(error.to_string()))?;
    let programs = own.parent().unwrap_or(Path::new("."));
    let authority = programs.join("psephos-authority");
    let started = Command::new(&authority)
        .args(["rehearse", "--json", "--election"])
        .arg(election)
        .arg("--ballots")
        .arg(votes)
        .arg("--board")
        .arg(board)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = started.map_err(|error| {
        Failure::io("start", &authority, &error).advice("build it first: cargo build --release")
    })?;
    let fault = |error: std::io::Error| Failure::internal(error.to_string());
    let mut peaks = Peaks::new();
    // It prints one object at its end, which fits into a pipe.
    while child.try_wait().map_err(fault)?.is_none() {
        processes::note(programs, &mut peaks);
        std::thread::sleep(LOOK);
    }
    let output = child.wait_with_output().map_err(fault)?;
    let found = serde_json::from_slice(&output.stdout)
        .map_err(|_| Failure::internal("the rehearsal did not end with its result"))?;
    peaks.retain(|name, _| name.starts_with("psephos-"));
    Ok((found, peaks))
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.metadata()?;
        bytes += if file.is_dir() { bytes_in(&entry.path())? } else { file.len() };
    }
    Ok(bytes)
}

fn print(ballots: u64, seconds: &Value, peaks: &Peaks, bytes: u64) {
    println!("{}\n{} ballots, 3 mixes, 2 of 3 trustees decrypt\n", machine::name(), count(ballots));
    for (part, seconds) in seconds.as_object().into_iter().flatten() {
        println!("{:<30} {:>9.1} s", part.replace('_', " "), seconds.as_f64().unwrap_or_default());
    }
    println!();
    for (program, mib) in peaks {
        println!("{program:<30} {mib:>9.1} MiB at most");
    }
    println!("\n{:<30} {:>9.1} MiB", "board", bytes as f64 / f64::from(1 << 20));
}
