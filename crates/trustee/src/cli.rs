//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::{
    self, KeyFile, Output, Patience, Place, Verbosity, Waiting, patience,
};
use psephos_console::{CommandLine, Locator};

/// A trustee's part in a Psephos election: join with one command, run with one command.
///
/// A trustee holds a part of the election key, mixes the ballots and helps to decrypt the mixed ones. It
/// does nothing on a board that it has not audited itself from the first record on.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
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
  psephos-trustee join --board /mnt/board                    ask for the invitation, show the
                                                             proposal, ask, enrol
  psephos-trustee join --counter mixes=3 --counter threshold=3
                                                             ask the authority for other terms
  psephos-trustee run                                        do every step when it is due, and ask before it
  psephos-trustee run --yes                                  the same without asking
  psephos-trustee run --dry-run                              what is due, and what it would sign
  psephos-trustee run --once                                 do what is due now, then stop
  psephos-trustee exclude --trustee 3                        do not wait for trustee 3's mix
  psephos-trustee export-request --board /mnt/board -o r     without a network: the board in one file,
  psephos-trustee answer r -o a                              what is due from you in another,
  psephos-trustee import-answer a --board /mnt/board         and that on the board
  psephos-trustee backup /media/usb/trustee.backup           this home in one encrypted file
  psephos-trustee destroy                                    after the election: the end of the keys
  psephos-trustee status                                     how far it is, and who is awaited

Exit codes: 0 done, 1 the board is INVALID, 2 somebody else is awaited, 3 the board is
UNREADABLE, 64 wrong command line or file, 70 fault in the program, 74 reading or writing failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Joins an election: shows the proposal, asks, makes this trustee's keys and enrols them
    Join(Join),
    /// Does this trustee's steps when they are due
    Run(Run),
    /// States that another trustee has not mixed and is not to be waited for
    Exclude(Exclude),
    /// For a machine without network: writes the board into one file, to be carried to the keys
    ExportRequest(ExportRequest),
    /// For a machine without network: audits the board in a request, and writes what is due into a file
    Answer(AnswerRequest),
    /// For a machine without network: puts an answer on the board
    ImportAnswer(ImportAnswer),
    /// Writes this home, keys and all, into one encrypted file, and checks that it opens
    Backup(Keeping<arguments::Backup>),
    /// Makes a home of a backup
    Restore(Keeping<arguments::Restore>),
    /// After the election: destroys the keys and signs that they are
    Destroy(Keeping<arguments::Destroy>),
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
    /// The invitation line from the authority; "-" reads it from standard input, without it it is asked for
    ///
    /// It is a secret, and everybody on a machine can see the arguments of a command. Not needed again where the
    /// election is in the home already.
    #[arg(value_name = "LINE")]
    pub invitation: Option<String>,
    #[command(flatten)]
    pub answer: AnswerFlags,
    /// The board: the URL or the folder that authority, trustees and auditors share [default: as in the invitation]
    ///
    /// https://… of a board server, or s3://…, gs://… or az://… of an object store.
    #[arg(long, value_name = "BOARD", conflicts_with = "request")]
    pub board: Option<Locator>,
    /// For a machine without network: the board in one file, as `export-request` wrote it
    #[arg(long, value_name = "FILE", requires = "output")]
    pub request: Option<PathBuf>,
    /// With --request: the file to write for `import-answer`
    #[arg(long, short, value_name = "FILE", requires = "request")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
}

/// The answer to the proposal, for whoever is not asked.
#[derive(Args, Debug, Default)]
pub struct AnswerFlags {
    /// Agree to the proposal without being asked
    #[arg(long, short = 'y', conflicts_with_all = ["decline", "counter"])]
    pub yes: bool,
    /// Decline, and say why: everybody will read it
    #[arg(long, value_name = "REASON", conflicts_with = "counter")]
    pub decline: Option<String>,
    /// Propose another term: threshold=3, mixes=3, title=…, opens=DATE, closes=DATE,
    /// candidates.CONTEST=Ada;Grace; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub counter: Vec<String>,
    /// Why other terms are proposed: everybody will read it
    #[arg(long, value_name = "TEXT", requires = "counter")]
    pub reason: Option<String>,
}

#[derive(Args, Debug)]
pub struct Run {
    /// Take every step when it is due, without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Audit and say what is due and what it would sign; sign nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
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
pub struct ExportRequest {
    /// The board: a folder, an archive of one, or a URL
    #[arg(long, value_name = "BOARD")]
    pub board: Locator,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct AnswerRequest {
    /// The request, as `export-request` wrote it
    #[arg(value_name = "REQUEST")]
    pub request: PathBuf,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Take the step that is due without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Do not wait for a trustee that is awaited to mix: state that it is absent
    #[arg(long)]
    pub absent: bool,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct ImportAnswer {
    /// The answer, as `answer` or `join` wrote it
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// The board: the folder or the URL that authority, trustees and auditors share
    #[arg(long, value_name = "BOARD")]
    pub board: Locator,
}

/// A command on a home as a whole.
#[derive(Args, Debug)]
pub struct Keeping<Arguments: Args> {
    #[command(flatten)]
    pub arguments: Arguments,
    #[command(flatten)]
    pub home: Home,
}

#[derive(Args, Debug)]
pub struct Status {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub output: Output,
}
