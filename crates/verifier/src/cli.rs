//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::Verbosity;
use psephos_console::{CommandLine, Locator};
use psephos_record::checkpoint::WitnessKey;

/// Audits a Psephos election from its public board, offline.
///
/// Says what holds, what fails, and who is to blame. The exit code is the verdict: 0 VALID, 1 INVALID,
/// 2 INCOMPLETE (something is not there yet, or was not checked), 3 UNREADABLE.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub audit: AuditArguments,
    #[command(subcommand)]
    pub command: Option<Command>,
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
  psephos-verifier board/                       audit a board
  psephos-verifier election.psephos             and one in an archive, in place
  psephos-verifier board/ --expect 3f0c…9a      and insist on this election id or board head
  psephos-verifier board/ --receipt my.receipt  and prove it if my ballot was withheld
  psephos-verifier board/ --witness w.notes --witness-key KEY
                                                and ask whether a witness saw the same board
  psephos-verifier board/ --report report.html  a page for people, with pictures; prints well
  psephos-verifier board/ --json > report.json  the report for machines
  psephos-verifier board/ --trace 2> values     every value on the way, to compare with another verifier's
  psephos-verifier compare board/ copy/         do two copies of a board part ways?
  psephos-verifier show board/ 19               a record decoded, with its challenges
  psephos-verifier evidence board/ 19           a file that shows to others what record 19 fails
  psephos-verifier judge record-19.evidence     does that file prove it?
  psephos-verifier corpus fixtures/             does this verifier answer the known cases rightly?
  psephos-verifier digest board/blobs/3f0c…     a blob's root, computed from its bytes
  psephos-verifier export board/ results/       votes and results as files, for your own software

Other exit codes: 64 wrong command line, 70 fault in the program, 74 reading or writing failed.";

const SHOW_EXAMPLES: &str = "\
Examples:
  psephos-verifier show board/ 19
  psephos-verifier show board/ 19 --json";

const EVIDENCE_EXAMPLES: &str = "\
Examples:
  psephos-verifier evidence board/ 19                              writes record-19.evidence
  psephos-verifier evidence board/ 19 --check mix.proof --out bad.evidence";

const JUDGE_EXAMPLES: &str = "\
Examples:
  psephos-verifier judge bad.evidence --expect 3f0c…9a";

const CORPUS_EXAMPLES: &str = "\
Examples:
  psephos-verifier corpus fixtures/
  psephos-verifier corpus fixtures/invalid --with 'python3 -I spec/reference/verify.py'
  psephos-verifier corpus fixtures/ --with ./my-verifier --limit 60 --json";

const COMPARE_EXAMPLES: &str = "\
Examples:
  psephos-verifier compare board/ /mnt/trustee-2/board
  psephos-verifier compare board/ copy/ --json
  psephos-verifier compare one.notes two.notes --witness-key KEY1 --witness-key KEY2";

#[derive(Args, Debug)]
pub struct AuditArguments {
    /// The board: a folder with records/ and blobs/, or an archive of it
    ///
    /// A verifier that was built with `--features network` takes a URL, too: https://… of any web server that
    /// publishes the folder, or s3://…, gs://… or az://… of an object store.
    #[arg(value_name = "BOARD", required = true)]
    pub board: Option<Locator>,
    /// With the URL of a web server: keep what is fetched in this folder, which becomes a copy of the board
    ///
    /// Run again after a cut, it goes on where it was.
    #[arg(long, value_name = "DIR")]
    pub mirror: Option<PathBuf>,
    #[command(flatten)]
    pub options: AuditOptions,
}

/// What an audit is given beside its board, and how it answers.
#[derive(Args, Debug)]
pub struct AuditOptions {
    /// A digest the board must have as its election id or its head; may repeat
    ///
    /// 64 hexadecimal digits. Without any, a report says what identity rests on.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub expect: Vec<[u8; 32]>,
    /// A voter's receipt: its ballot must be on the board; may repeat
    ///
    /// A ballot that is not there, of an election that is closed, fails intake.withheld. A file that is no
    /// receipt of this election proves nothing, and keeps the verdict from VALID.
    #[arg(long, value_name = "FILE")]
    pub receipt: Vec<PathBuf>,
    #[command(flatten)]
    pub witnesses: WitnessArguments,
    /// Write the report as a page for people, too: one HTML file that needs nothing else
    ///
    /// It has the result with pictures, everything that was checked, who did what and when, and what is not
    /// promised. An older page there is replaced, any other file left alone.
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print the verdict only
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
    /// Print challenges, weights and sums by name on standard error, on one thread
    ///
    /// For whoever writes another verifier and looks for the first difference; spec/09-audit.md has the
    /// names.
    #[arg(long)]
    pub trace: bool,
}

/// Whose word an auditor takes that everybody is shown the same board.
#[derive(Args, Debug)]
pub struct WitnessArguments {
    /// Checkpoints that witnesses have cosigned: a file from a witness or a board server; may repeat
    ///
    /// The report says which of the trusted witnesses have cosigned the last record (board.witness). A cosigned
    /// head that is not of this board is a failure: people were shown two boards.
    #[arg(long, value_name = "FILE")]
    pub witness: Vec<PathBuf>,
    /// The key of a witness that you trust, NAME+ID+KEY as `psephos-witness key` prints it; may repeat
    #[arg(long, value_name = "KEY", value_parser = witness_key)]
    pub witness_key: Vec<WitnessKey>,
    /// How many of the trusted witnesses must have cosigned the last record; 1 otherwise
    ///
    /// With fewer the verdict is INCOMPLETE at best.
    #[arg(long, value_name = "N")]
    pub witnesses: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audits a board with a second one beside it: do they agree as far as both go?
    ///
    /// Of two files of witnesses' notes it says without any board whether the trusted witnesses have cosigned two
    /// heads for one number of records. Exit code: 0 if none, 1 if so, 2 if no two of them have cosigned the same
    /// number of records of one board.
    ///
    /// The report is that of the first board, with the check board.fork. It fails when both are boards of
    /// one election and neither continues the other, and names who has signed knowing both branches. A second
    /// board that is none, or of another election, is not compared, which keeps the verdict from VALID.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare {
        /// The board: a folder with records/ and blobs/, an archive of it, or a URL; or a file of notes
        board: Locator,
        /// Another board of the same election; of this one only records/ is read. Or another file of notes
        other: Locator,
        #[command(flatten)]
        options: AuditOptions,
    },
    /// Prints a record decoded: author and signature, every field, every element and scalar, challenges
    ///
    /// Of a record that cannot be decoded it prints what can be read, and says what cannot. It shows records
    /// that stand behind a missing one, too, which an audit does not look at; challenges are not computed there.
    ///
    /// Exit code: 0 if all of it can be read and its signature verifies, 1 if not, 3 if there is no such
    /// record or nothing of it can be read.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(ShowArguments),
    /// Writes a file with which anybody can check, without the board, what a record fails
    ///
    /// Audits the board, takes as small a part of it as shows the failures of this record, judges that part
    /// as judge would, and writes it only if it convinces.
    ///
    /// Exit code: 0 written, 2 if no part of the board shows it, 64 if the record fails nothing, is excluded or
    /// is not there.
    #[command(after_help = EVIDENCE_EXAMPLES)]
    Evidence(EvidenceArguments),
    /// Checks a file of evidence: does the record fail what it is said to fail?
    ///
    /// Exit code: 0 if every failure that the file claims is proven, 1 if not, 3 if the file is no evidence.
    #[command(after_help = JUDGE_EXAMPLES)]
    Judge(JudgeArguments),
    /// Runs a verifier, this one or another, on a corpus of boards with known answers, and keeps the score
    ///
    /// A case is a folder with board/ and expected.json, anywhere below DIR. The verifier is started in that
    /// folder as COMMAND board --json, with the case's own arguments behind it. It agrees if its verdict and
    /// exit code are the expected ones, the same checks fail with the same culprits, and the records and rows
    /// that the case names are found; so too election id, head and results where the case states them.
    ///
    /// Exit code: 0 if all cases agree, 1 if one differs, 64 if there is none or COMMAND cannot be started.
    #[command(after_help = CORPUS_EXAMPLES)]
    Corpus(CorpusArguments),
    /// Checks a statement that somebody has destroyed the keys of an election
    ///
    /// Exit code: 0 if it is signed by the authority or a trustee of the board's election, 1 if not, 3 if the
    /// file is no statement.
    Statement {
        /// The file that `destroy` has written
        file: PathBuf,
        /// The election's board: a folder, an archive of one, or a URL
        board: Locator,
    },
    /// Prints the root of a blob: what records name it by
    Digest {
        /// The file
        file: PathBuf,
    },
    /// Writes the decrypted votes and the results as files: JSON, CSV, BLT, and tables for people
    ///
    /// Audits the board first; the exit code is the verdict. The votes are those of the last result,
    /// counted anew.
    Export {
        /// The board: a folder with records/ and blobs/, an archive of it, or a URL
        board: Locator,
        /// The folder to make; it must not exist
        folder: PathBuf,
        /// A digest the board must have as its election id or its head; may repeat
        #[arg(long, value_name = "DIGEST", value_parser = digest)]
        expect: Vec<[u8; 32]>,
    },
}

#[derive(Args, Debug)]
pub struct ShowArguments {
    /// The board: a folder with records/ and blobs/, an archive of it, or a URL
    pub board: Locator,
    /// The record's place on the board, from 0
    #[arg(value_name = "N")]
    pub record: u64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct EvidenceArguments {
    /// The board: a folder with records/ and blobs/, an archive of it, or a URL
    pub board: Locator,
    /// The record's place on the board, from 0
    #[arg(value_name = "N")]
    pub record: u64,
    /// Only what it fails of this check
    #[arg(long, value_name = "ID")]
    pub check: Option<String>,
    /// The file to write; record-N.evidence otherwise. It must not exist
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print what was written as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct JudgeArguments {
    /// The file of evidence
    pub file: PathBuf,
    /// The id of the election that it must be of
    #[arg(long, value_name = "ELECTION_ID", value_parser = digest)]
    pub expect: Option<[u8; 32]>,
    /// Print the judgement as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct CorpusArguments {
    /// The folder that the cases lie below
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The verifier to run: a program and its first arguments, split at spaces
    ///
    /// Without it this program is run. It runs in the folder of each case; words that name a file from the
    /// present folder are made whole paths, the first one only if it has a slash.
    #[arg(long, value_name = "COMMAND")]
    pub with: Option<String>,
    /// How long the verifier may take for one case; one that takes longer is ended, and differs
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Print the score as one JSON object
    #[arg(long)]
    pub json: bool,
}

fn witness_key(text: &str) -> Result<WitnessKey, String> {
    text.parse().map_err(|error| format!("this is no key of a witness: {error}"))
}

fn digest(text: &str) -> Result<[u8; 32], String> {
    psephos_console::digits("a digest", text)
}
