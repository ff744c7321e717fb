//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::{self, KeyFile, Output, Place, Verbosity, Waiting};
use psephos_console::{CommandLine, Locator};

/// The election authority's part in a Psephos election.
///
/// Five commands, in this order: init, open, intake, close, publish. Each can be repeated and continues
/// where the last one stopped. The authority can never decrypt or alter a vote.
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
  psephos-authority rehearse                      watch a whole made election on this machine
  psephos-authority rehearse --fault bad-mix:1    train for what can go wrong in one
  psephos-authority init --election town.toml --board /mnt/board --trustees 3 --threshold 2
  psephos-authority open                          once all trustees have joined
  psephos-authority intake /media/usb/*.ballots   take in files of encrypted ballots
  psephos-authority close                         end the voting; the trustees mix and decrypt
  psephos-authority exclude                       what could be excluded, if the audit fails or
                                                  a trustee does not mix
  psephos-authority publish                       publish and seal the result
  psephos-authority export /mnt/board -o election.psephos
                                                  all of the board in one file

Exit codes: 0 done (rehearse: VALID), 1 the board is INVALID, 2 somebody else is awaited,
3 the board is UNREADABLE, 64 wrong command line or file, 70 fault in the program,
74 reading or writing failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Writes the proposal of an election and one invitation per trustee
    Init(Init),
    /// Replaces the proposal before there is a manifest; without a flag, lists what trustees answered
    Reissue(Reissue),
    /// Issues the manifest when all trustees have enrolled, sees the key ceremony through, and opens
    Open(Open),
    /// Takes in files of encrypted ballots and of challenges
    Intake(Intake),
    /// Writes the key that takes in ballots into a file of its own, for a board server
    IntakeKey(IntakeKey),
    /// Publishes a change to the roll that the registrar made
    Amend(Amend),
    /// Lets a box close with fewer ballots than the election's minimum
    Waive(Waive),
    /// Ends the voting: fixes which ballots count
    Close(Close),
    /// Combines the trustees' shares, publishes the result, seals the board, and writes a page of it
    Publish(Publish),
    /// Takes a bad record or an absent trustee out of effect; without a flag, lists what can be
    Exclude(Exclude),
    /// Writes a board into one file, and says the digest that a newspaper can print
    Export(Export),
    /// Encrypts a table of votes as voters' devices would: for trials
    Encrypt(Encrypt),
    /// Writes this home, keys and all, into one encrypted file, and checks that it opens
    Backup(Keeping<arguments::Backup>),
    /// Makes a home of a backup
    Restore(Keeping<arguments::Restore>),
    /// After the election: destroys the keys and signs that they are
    Destroy(Keeping<arguments::Destroy>),
    /// Shows how far the election is and who is awaited
    Status(Status),
    /// Runs a whole election with throwaway keys, as separate processes of the real programs
    Rehearse(Rehearse),
}

#[derive(Args, Debug)]
pub struct Home {
    /// The folder for the authority's encrypted key and state [default: ~/.psephos/authority]
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,
}

/// What every command that acts on a board takes.
#[derive(Args, Debug)]
pub struct Acting {
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

/// Numbers that may stand in the election's file, and win over it here.
#[derive(Args, Clone, Debug, Default)]
pub struct Numbers {
    /// How many trustees there are
    #[arg(long, value_name = "N")]
    pub trustees: Option<u64>,
    /// How many trustees it takes to decrypt
    #[arg(long, value_name = "T")]
    pub threshold: Option<u64>,
    /// How many valid mixes the election needs at least; every trustee mixes that is not excluded
    /// [default: the threshold]
    #[arg(long, value_name = "M")]
    pub mixes: Option<u64>,
}

#[derive(Args, Debug)]
pub struct Init {
    /// The election's description [default: asked for, and written]
    #[arg(long, value_name = "FILE.toml")]
    pub election: Option<PathBuf>,
    /// The board to begin: a folder that is new or empty, or a URL [default: asked for]
    ///
    /// https://… of a board server, or s3://…, gs://… or az://… of an object store.
    #[arg(long, value_name = "BOARD")]
    pub board: Option<Locator>,
    /// Who may vote: the roll as `psephos-registrar make` wrote it
    /// [default: `roll` in the election's file]
    #[arg(long, value_name = "FILE")]
    pub roll: Option<PathBuf>,
    #[command(flatten)]
    pub numbers: Numbers,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Reissue {
    /// Take over the terms that this trustee proposes, by its number in `status`, from 0
    #[arg(long, value_name = "N", conflicts_with = "election", value_parser = clap::value_parser!(u64).range(0..32))]
    pub counter_proposal: Option<u64>,
    /// Take the terms of this file; roll and policy stay as they are
    #[arg(long, value_name = "FILE.toml")]
    pub election: Option<PathBuf>,
    #[command(flatten)]
    pub numbers: Numbers,
    /// Post it without being asked
    #[arg(long, short = 'y')]
    pub yes: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Open {
    /// Issue the manifest although trustees have answered the proposal otherwise
    #[arg(long)]
    pub as_proposed: bool,
    /// After a failed key ceremony: issue a manifest for another one
    #[arg(long)]
    pub again: bool,
    /// Begin the key ceremony (again) without this trustee, by its number in `status`, from 0; repeatable. The
    /// same numbers once more change nothing, unless --again says that others are meant
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(0..32))]
    pub without: Vec<u64>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Intake {
    /// Files of encrypted ballots, or of challenges, one after the other; each is taken in whole or not
    #[arg(required_unless_present = "watch")]
    pub files: Vec<PathBuf>,
    /// Write a signed receipt for each ballot into this folder, `<tracker>.receipt`, for its voter
    #[arg(long, value_name = "DIR")]
    pub receipts: Option<PathBuf>,
    /// Take ballots in before the beginning of voting that the manifest states
    #[arg(long)]
    pub early: bool,
    /// Take them in although a board server was given the key: every server that has it has ended
    #[arg(long)]
    pub no_server: bool,
    /// Also take in every file that appears in this folder, until interrupted
    #[arg(long, value_name = "DIR")]
    pub watch: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Amend {
    /// The amendment, as `psephos-registrar amend` wrote it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Waive {
    /// The box, by its id in the election's file
    #[arg(long = "box", value_name = "ID")]
    pub ballot_box: String,
    /// Why that is acceptable: it is published, and every audit shows it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Close {
    /// Close before the end of voting that the manifest states
    #[arg(long)]
    pub early: bool,
    /// Close although no ballot is on the board
    #[arg(long)]
    pub empty: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct Exclude {
    /// The record to exclude, which must fail a check
    #[arg(long, value_name = "N", conflicts_with = "trustee")]
    pub record: Option<u64>,
    /// The trustee to exclude from mixing, from 0; enough trustees must have stated that it is absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..32))]
    pub trustee: Option<u64>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub acting: Acting,
}

#[derive(Args, Debug)]
pub struct IntakeKey {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub key_file: KeyFile,
    /// Read the new file's passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Export {
    /// The board: a folder with records/ and blobs/, an archive of it, or a URL
    pub board: Locator,
    /// The archive to write; another file that is there is not overwritten
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct Encrypt {
    /// A table of votes; whoever runs this knows them all
    #[arg(long, value_name = "FILE.csv")]
    pub ballots: PathBuf,
    /// The file of encrypted ballots to make, for `intake`
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub home: Home,
    /// Print less
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct Publish {
    /// Where to write the page of the result [default: BOARD-result.html, beside the board]
    #[arg(long, value_name = "FILE.html")]
    pub page: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub acting: Acting,
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

#[derive(Args, Debug)]
#[command(after_help = REHEARSE_EXAMPLES)]
pub struct Rehearse {
    /// The election's description [default: a made election that is part of this program]
    #[arg(long, value_name = "FILE.toml", requires = "ballots")]
    pub election: Option<PathBuf>,
    /// The votes to cast, one row per ballot; or a .blt file, which is an election by itself
    #[arg(long, value_name = "FILE")]
    pub ballots: Option<PathBuf>,
    #[command(flatten)]
    pub numbers: Numbers,
    /// Let something go wrong, to see what is to be done: absent-mixer:N, bad-mix:N, bad-dealing:N,
    /// bad-share:N, silent-decryptor:N, killed-mixer:N (N is the trustee, from 0) or slow-board; repeatable
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// Where the board goes: a folder that is new or empty [default: a new temporary folder]; or
    /// http://127.0.0.1:0, for a server that is started there and through which all programs go
    #[arg(long, value_name = "DIR|URL")]
    pub board: Option<Locator>,
    /// What that server keeps its board in: a folder that is new or empty, or an object store
    /// [default: a new temporary folder]
    #[arg(long, value_name = "DIR|URL")]
    pub store: Option<Locator>,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
    /// Keep the folder with the throwaway homes, logs and ballots
    #[arg(long)]
    pub keep: bool,
}

const REHEARSE_EXAMPLES: &str = "\
Examples:
  psephos-authority rehearse
  psephos-authority rehearse --election town.toml --ballots votes.csv --trustees 5 --threshold 3
  psephos-authority rehearse --board ./board --json > rehearsal.json
  psephos-authority rehearse --board http://127.0.0.1:0 --store ./board
                                                  through a server, which keeps it in a folder
  psephos-authority rehearse --fault bad-mix:1 --fault silent-decryptor:2
                                                  what goes wrong, who says so, what the office does

Without a number in a flag or in the file there are 3 trustees, 2 of whom decrypt, or as many as
the faults name. The programs psephos-trustee and psephos-verifier must lie beside this one.

Exit codes: 0 VALID, with warnings if faults were injected; 2 when too few trustees are left to
finish, which is said; 64 a fault that cannot be, before anything is started.";
