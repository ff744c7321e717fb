//! What each step of an election costs, and its floor on this machine at this moment.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use psephos_benches::floor::Size;
use psephos_benches::table::Table;
use psephos_benches::{plot, scale};
use psephos_console::{CommandLine, Exit, Failure, run};

const EXAMPLES: &str = "Examples:
  scale --ballots 100000                       a table, on every core
  scale --ballots 100000 --threads 1 --json    the same for machines, on one core
  scale --grow --output plots                  2^10 to 2^20 ballots and widths 1 to 8, as SVG plots";

/// Makes an election of synthetic ballots, runs every step of it, and prints for each the microseconds a ballot,
/// the floor computed from primitives measured in the same run, the memory and the bytes it takes.
#[derive(Parser)]
#[command(name = "scale", version, after_help = EXAMPLES)]
struct Arguments {
    /// How many ballots.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    ballots: u64,
    /// Ciphertexts in a ballot.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=32))]
    width: u64,
    /// Mixes; as many trustees as that, and at least three.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=16))]
    mixes: u64,
    /// Threads that work [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Writes the table, or with --grow all tables, as JSON.
    #[arg(long)]
    json: bool,
    /// Runs 2^10, 2^12 … 2^20 ballots of one ciphertext, and --ballots of 1, 2, 4 and 8, and draws plots.
    #[arg(long)]
    grow: bool,
    /// The most ballots of --grow, as a power of two.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(10..=24), requires = "grow")]
    largest: u32,
    /// The folder for the plots of --grow.
    #[arg(long, default_value = "plots", requires = "grow")]
    output: PathBuf,
}

impl CommandLine for Arguments {}

fn main() -> ExitCode {
    run(|arguments: Arguments| if arguments.grow { grow(&arguments) } else { once(&arguments) })
}

impl Arguments {
    fn size(&self, ballots: u64, width: u64) -> Size {
        Size { ballots, width, mixes: self.mixes, trustees: self.mixes.max(3), threshold: 2 }
    }

    fn measure(&self, size: Size) -> Result<Table, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or(cores, usize::from);
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::io("make a folder", &std::env::temp_dir(), &error))?;
        let tell = |what: &str| {
            if !self.json {
                eprintln!("  {} ballots of {}: {what}", size.ballots, size.width);
            }
        };
        Ok(scale::run(size, threads, folder.path(), &tell))
    }
}

fn once(arguments: &Arguments) -> Result<Exit, Failure> {
    let table = arguments.measure(arguments.size(arguments.ballots, arguments.width))?;
    if arguments.json {
        print_json(&table)?
    } else {
        print!("{}", table.text())
    }
    Ok(Exit::Valid)
}

fn grow(arguments: &Arguments) -> Result<Exit, Failure> {
    let measure = |size: Size| {
        let table = arguments.measure(size)?;
        if !arguments.json {
            println!("{}", table.text());
        }
        Ok(table)
    };
    let powers = (10..=arguments.largest).step_by(2);
    let by_ballots: Vec<Table> = powers
        .map(|power| measure(arguments.size(1 << power, 1)))
        .collect::<Result<_, Failure>>()?;
    let widths = [1, 2, 4, 8];
    let by_width: Vec<Table> = widths
        .map(|width| measure(arguments.size(arguments.ballots, width)))
        .into_iter()
        .collect::<Result<_, Failure>>()?;
    let folder = &arguments.output;
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    drawn(plot::against_ballots(&by_ballots, &folder.join("ballots.svg")), folder)?;
    drawn(plot::against_width(&by_width, &folder.join("width.svg")), folder)?;
    if arguments.json {
        print_json(&[by_ballots, by_width].concat())?;
    }
    Ok(Exit::Valid)
}

fn drawn(result: Result<(), Box<dyn std::error::Error>>, folder: &Path) -> Result<(), Failure> {
    result.map_err(|error| {
        Failure::new(Exit::Io, format!("cannot draw: {error}")).at(folder.display().to_string())
    })
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::internal(error.to_string()))?;
    println!("{text}");
    Ok(())
}
