//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use psephos_console::arguments::{KeyFile, Verbosity};
use psephos_console::{CommandLine, Locator};

/// A witness of Psephos boards: follows a board, and cosigns how far it has come.
///
/// A board can be shown differently to different people. A witness cosigns what it is shown, and never two boards
/// of one election; auditors who trust it see whether they were shown the same (psephos-verifier --witness).
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
  psephos-witness key --output witness.key --name witness.example.org/town
                                        make a key, and print the line that auditors are given
  psephos-witness watch https://board.example.org/town --key witness.key --output town.notes
                                        cosign whatever is new, every 30 seconds, into a file
  psephos-witness watch URL --key witness.key --post URL
                                        and send it to the board's server
  psephos-witness watch URL --key witness.key --listen 127.0.0.1:8090
                                        or serve the newest one
  psephos-witness watch board/ --key witness.key --output town.notes --once
                                        one look at a folder, then stop

Exit codes: 0 the board as it is was cosigned, 1 it is not the one that was cosigned before, or its log is
faulty, 2 there is no proposal on it yet, 3 it cannot be read as a board, 64 wrong command line or passphrase,
70 fault in the program, 74 reading or writing failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a witness's key in an encrypted file, and prints the line by which auditors know it
    ///
    /// Beside the file lies a folder with the ending .memory: what the key has cosigned. The two belong together.
    /// Never put back an older copy of the folder; if it is lost, make a new key.
    Key(Key),
    /// Follows a board: cosigns every head that continues the last one, and nothing else
    ///
    /// Keeps a copy of the records that it has cosigned. When the board is another one, keeps what it was shown
    /// beside that, says so, and cosigns nothing until the board continues what it had cosigned.
    Watch(Watch),
}

#[derive(Args, Debug)]
pub struct Key {
    /// The key file to make; it must not exist
    #[arg(long, short, alias = "out", value_name = "FILE")]
    pub output: PathBuf,
    /// What the witness is called: who runs it, such as witness.example.org/town; no spaces, no plus
    #[arg(long)]
    pub name: String,
    #[command(flatten)]
    pub key_file: KeyFile,
}

#[derive(Args, Debug)]
pub struct Watch {
    /// The board: a folder, an archive, or a URL
    pub board: Locator,
    /// The key file that `key` has made
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Add every new note to this file, for psephos-verifier --witness
    ///
    /// At least one of --output, --listen and --post says where the notes go.
    #[arg(long, short, alias = "out", value_name = "FILE", required_unless_present_any = ["listen", "post"])]
    pub output: Option<PathBuf>,
    /// Serve the newest note over http at this address, and the key's line at /key
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Send every new note to the board server at this URL
    #[arg(long, value_name = "URL")]
    pub post: Option<String>,
    /// Seconds between two looks at the board
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    pub every: f64,
    /// Look once, then stop
    #[arg(long, conflicts_with = "listen")]
    pub once: bool,
    /// Read the key file's passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.05..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 0.05 to 86400".to_owned()),
    }
}
