//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use psephos_console::CommandLine;
use psephos_console::arguments::Verbosity;

/// The registrar's part in a Psephos election: who may vote.
///
/// Makes a printed code for each voter, and the roll of the keys that follow from the codes. Whoever has
/// a code can vote with it; the roll is public. Nothing secret is kept: once the codes are printed and
/// handed out, destroy codes.csv and codes.html, and keep register.csv: it says which card is whose.
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
  psephos-registrar make --boxes town=1200 --boxes north=300 --output codes
  psephos-registrar make --boxes town --boxes north --voters voters.csv --output codes
  psephos-registrar amend --roll codes/roll.bin --replace 17 --reason \"code lost\" \\
      --output lost.amendment                     card 17; a voter's name or a credential will do
  psephos-registrar check                         asks for a code, and says which word is wrong

Boxes stand in the order of the election's file; with --election they are put into it. The roll goes to `psephos-authority init --roll`, an
amendment to `psephos-authority amend`.

Exit codes: 0 done, 64 wrong command line, file or code, 70 fault in the program,
74 reading or writing failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes the codes of all voters, for printing, and the roll
    Make(Make),
    /// Revokes codes, replaces lost ones, or adds voters once the roll is published
    Amend(Amend),
    /// Checks a typed code, and says which word is wrong
    Check(Check),
}

#[derive(Args, Debug)]
pub struct Make {
    /// The election's file, for the order of its boxes
    #[arg(long, value_name = "FILE.toml")]
    pub election: Option<PathBuf>,
    /// A box and how many voters it has; repeat it for each box, without --election in the order of the
    /// election's file
    ///
    /// With --voters the number is left out: the file says who votes where. With both, so is this.
    #[arg(long = "boxes", value_name = "ID=N", required_unless_present = "election")]
    pub boxes: Vec<BoxArgument>,
    /// A table of voters, with the columns `voter` (a name or number, printed on the code's card) and
    /// `box` (not needed where there is one box)
    #[arg(long, value_name = "FILE.csv")]
    pub voters: Option<PathBuf>,
    /// A line at the head of every card
    #[arg(long, value_name = "TEXT", default_value = "Your voting code")]
    pub title: String,
    /// The folder for codes.csv, codes.html, register.csv and roll.bin; none of them may be there
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Print one JSON object, without codes
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true).args(["remove", "replace", "add"])))]
pub struct Amend {
    /// The roll as `make` wrote it
    #[arg(long, value_name = "FILE")]
    pub roll: PathBuf,
    /// An amendment of it that was published before; repeat it for each, in their order
    #[arg(long, value_name = "FILE")]
    pub after: Vec<PathBuf>,
    /// The register as `make` wrote it, which says which card is whose [default: register.csv beside the
    /// roll, if it is there]; those of --after are taken from beside the amendments
    #[arg(long, value_name = "FILE.csv")]
    pub register: Option<PathBuf>,
    /// Revoke a code, by its card's number, its voter's name or its credential; may repeat
    #[arg(long, value_name = "CARD")]
    pub remove: Vec<String>,
    /// Revoke a code and make a new one in its box, by the same names; may repeat
    #[arg(long, value_name = "CARD")]
    pub replace: Vec<String>,
    /// Make a code for one more voter of this box, by its id; may repeat
    #[arg(long, value_name = "BOX")]
    pub add: Vec<String>,
    /// Why: it is published, and every audit shows it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// A line at the head of every new card
    #[arg(long, value_name = "TEXT", default_value = "Your voting code")]
    pub title: String,
    /// The amendment to write, for `psephos-authority amend`; new codes go beside it, as `make` writes them:
    /// lost.codes.csv, lost.codes.html and lost.register.csv for lost.amendment
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Print one JSON object, with the new codes
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Check {
    /// The words of the code; without any they are read from standard input, where nobody else sees them
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// Also say whether this roll has the code's credential
    #[arg(long, value_name = "FILE")]
    pub roll: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A box as it is given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxArgument {
    /// Its id in the election's file.
    pub id: String,
    /// How many voters it has.
    pub voters: Option<u64>,
}

impl FromStr for BoxArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, voters) = match text.split_once('=') {
            None => (text, None),
            Some((id, number)) => {
                let number = number.parse().map_err(|_| {
                    format!("{number:?} is no number of voters; write it as in town=1200")
                })?;
                (id, Some(number))
            }
        };
        if id.trim().is_empty() {
            return Err("a box needs an id, as in town=1200".to_owned());
        }
        Ok(Self { id: id.to_owned(), voters })
    }
}
