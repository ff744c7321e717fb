//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::Verbosity;
use psephos_console::{CommandLine, Locator};

/// A voter's part in a Psephos election.
///
/// Encrypts a vote so that nobody reads it, shows the ballot's tracker, and only then asks whether to cast
/// the ballot or to challenge it: a challenged ballot is opened, so that another device can check what was
/// encrypted, and never counts. Casting changes nothing of the ballot.
#[derive(Debug, Parser)]
#[command(name = "psephos-voter", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub verbosity: Verbosity,
}

impl CommandLine for Cli {
    fn verbose(&self) -> u8 {
        self.verbosity.verbose
    }
}

const EXAMPLES: &str = "\
Examples:
  psephos-voter vote --board town-board            asks for the code, then contest by contest
  psephos-voter vote --board town-board --code-file code.txt \\
      --vote mayor=2 --vote council='3>1' --cast   in a script
  psephos-voter vote --board https://board.example/town
                                                   over a board server, which gives a receipt
  psephos-voter hand-in mine.ballot --board https://board.example/town
  psephos-voter check mine.opening --board town-board
                                                   on another device: what a challenged ballot held
  psephos-voter find 5f1c…e0 --board town-board    is the ballot on the board, and does it count?

Where the board is a server that takes in ballots, `vote` hands the ballot in and keeps NAME.receipt. Else hand in
NAME.ballot, or NAME.challenge after a challenge, where the election's authority says: with `hand-in` at a server,
or by bringing the file, which it takes in with `psephos-authority intake`.

Exit codes: 0 done (find: the ballot counts), 1 the board is INVALID, the opened ballot is bad, or (find)
the ballot is on the board and does not count, 2 (find) the ballot is not on the board, 3 the board is
UNREADABLE, 64 wrong command line, code, vote or file, 70 fault in the program, 74 reading or writing
failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Encrypts a vote, shows its tracker, and casts or challenges the ballot
    Vote(Vote),
    /// Casts a ballot that `vote --keep` made
    Cast(Cast),
    /// Hands in a ballot or a challenge at the board's server, and keeps the receipt
    HandIn(HandIn),
    /// Opens a ballot that `vote --keep` made, instead of casting it
    Challenge(Challenge),
    /// Shows what a challenged ballot held; for another device than the one that made it
    Check(Check),
    /// Says whether a ballot is on the board, and whether it counts
    Find(Find),
}

/// Where the election's record is.
#[derive(Args, Debug)]
pub struct Board {
    /// The election's board: a folder with records/ and blobs/, an archive of it, or a URL
    ///
    /// https://… of a web server, or s3://…, gs://… or az://… of an object store.
    #[arg(long, value_name = "BOARD")]
    pub board: Locator,
    /// A digest the board must have as its election id or its head; may repeat
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub expect: Vec<[u8; 32]>,
}

/// Where files go, and how things are said.
#[derive(Args, Debug)]
pub struct Output {
    /// How the files are called: NAME.ballot, NAME.challenge and NAME.opening, or NAME.kept
    /// [default: the first 16 digits of the tracker]
    #[arg(long, value_name = "NAME")]
    pub output: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// How the code on the voter's card is read.
#[derive(Args, Debug)]
pub struct CodeSource {
    /// Read the voter's code from this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Vote {
    #[command(flatten)]
    pub place: Board,
    /// The box to vote in, by its id; needed only in an election without a roll that has several
    #[arg(long = "box", value_name = "ID")]
    pub ballot_box: Option<String>,
    #[command(flatten)]
    pub code: CodeSource,
    /// A contest's vote, written as in ballots.csv: `mayor=2`, `council=3>1`, `budget=1+4`; nothing after
    /// the sign is a blank vote. Repeat it for each contest; without any, they are asked for
    #[arg(long = "vote", value_name = "CONTEST=CELL")]
    pub votes: Vec<String>,
    /// Cast the ballot without asking
    #[arg(long, conflicts_with_all = ["challenge", "keep"])]
    pub cast: bool,
    /// Challenge the ballot without asking
    #[arg(long, conflicts_with = "keep")]
    pub challenge: bool,
    /// Decide later: keep the ballot in a file that only you can read, for `cast` or `challenge`
    #[arg(long)]
    pub keep: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Args, Debug)]
pub struct Cast {
    /// The file of the kept ballot; it is deleted once the ballot is written
    pub kept: PathBuf,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Args, Debug)]
pub struct HandIn {
    /// NAME.ballot or NAME.challenge; NAME.receipt is written beside the ballot
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Board,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Challenge {
    /// The file of the kept ballot; it is deleted once the opening is written
    pub kept: PathBuf,
    #[command(flatten)]
    pub place: Board,
    #[command(flatten)]
    pub code: CodeSource,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Args, Debug)]
pub struct Check {
    /// The opened ballot, NAME.opening
    pub opening: PathBuf,
    #[command(flatten)]
    pub place: Board,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Find {
    /// The ballot's tracker, 64 hexadecimal digits
    #[arg(value_parser = digest)]
    pub tracker: [u8; 32],
    #[command(flatten)]
    pub place: Board,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn digest(text: &str) -> Result<[u8; 32], String> {
    psephos_console::digits("a digest", text)
}
