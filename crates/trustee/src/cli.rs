//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::{KeyFile, Output, Patience, Place, Waiting, patience};

/// A trustee's part in a Psephos election: join with one command, run with one command.
///
/// A trustee holds a part of the election key, mixes the ballots and helps to decrypt the mixed ones. It
/// does nothing on a board that it has not audited itself from the first record on.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  psephos-trustee join psephos-invite:… --board /mnt/board   make keys, enrol, show the proposal
  psephos-trustee run                                        do every step when it is due
  psephos-trustee run --once                                 do what is due now, then stop
  psephos-trustee exclude --trustee 3                        do not wait for trustee 3's mix
  psephos-trustee status                                     how far it is, and who is awaited

Exit codes: 0 done, 1 the board is INVALID, 2 somebody else is awaited, 3 the board is
UNREADABLE, 64 wrong command line or file, 70 fault in the program, 74 reading or writing failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Joins an election: makes this trustee's keys, enrols them and shows the proposal
    Join(Join),
    /// Does this trustee's steps when they are due
    Run(Run),
    /// States that another trustee has not mixed and is not to be waited for
    Exclude(Exclude),
    /// Shows how far the election is, what this trustee has done and who is awaited
    Status(Status),
}

#[derive(Args, Debug)]
pub struct Home {
    /// The folder for this trustee's encrypted keys and state [default: ~/.psephos/trustee]
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Join {
    /// The invitation line from the authority; "-" reads it from standard input
    pub invitation: String,
    /// The board: the folder that authority, trustees and auditors share [default: as in the invitation]
    #[arg(long, value_name = "DIR")]
    pub board: Option<PathBuf>,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub waiting: Waiting,
    /// How long to wait for another trustee's mix before stating that it is absent: 30m, 24h, 2d, never
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = patience)]
    pub patience: Patience,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
    /// Stop when standard input closes
    #[arg(long, hide = true)]
    pub leash: bool,
}

#[derive(Args, Debug)]
pub struct Exclude {
    /// The trustee that is absent, from 0
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..32))]
    pub trustee: u64,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct Status {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub output: Output,
}
