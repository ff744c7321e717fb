//! Arguments that the authority's and the trustee's command lines share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use crate::Locator;

/// How much is told of what a program is doing.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Verbosity {
    /// Log what is being done on standard error; twice or three times tells more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// How the key file is opened.
#[derive(Args, Debug)]
pub struct KeyFile {
    /// Read the key file's passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Protect the keys weakly, because they are thrown away: rehearsals only
    #[arg(long, hide = true)]
    pub throwaway: bool,
}

/// Where the board lies.
#[derive(Args, Debug)]
pub struct Place {
    /// The board, if it lies elsewhere than before; remembered from then on
    ///
    /// A folder, the URL of a board server (https://…), or an object store (s3://…, gs://…, az://…), whose keys and
    /// address the variables AWS_…, GOOGLE_… or AZURE_… have.
    #[arg(long, value_name = "BOARD")]
    pub board: Option<Locator>,
    /// Wait so many milliseconds before each reading and writing of the board: rehearsals only
    #[arg(
        long,
        value_name = "MS",
        hide = true,
        default_value_t = 0,
        overrides_with = "slow_board"
    )]
    pub slow_board: u64,
}

/// `backup`: a home in one encrypted file.
#[derive(Args, Debug)]
pub struct Backup {
    /// The file to write; it must not exist
    pub file: PathBuf,
    /// The passphrase of the home's keys, which becomes the backup's.
    #[command(flatten)]
    pub key_file: KeyFile,
}

/// `restore`: a home from a backup.
#[derive(Args, Debug)]
pub struct Restore {
    /// The file that `backup` has written
    pub file: PathBuf,
    /// Read the passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `destroy`: the end of the keys.
#[derive(Args, Debug)]
pub struct Destroy {
    /// Write the signed statement to this file as well
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Destroy them without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Destroy them although the election is not over
    #[arg(long)]
    pub before_the_end: bool,
    /// Read the passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The board of the election that is over.
    #[command(flatten)]
    pub place: Place,
}

/// How a command waits for others.
#[derive(Args, Debug)]
pub struct Waiting {
    /// Do what can be done now, then stop: 0 when nothing remains, 2 when somebody else is awaited
    #[arg(long)]
    pub once: bool,
    /// Seconds between two looks at the board
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = interval)]
    pub every: f64,
}

/// What `status` prints.
#[derive(Args, Debug)]
pub struct Output {
    /// Print it again whenever the board changes, until the election is over
    #[arg(long)]
    pub watch: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn interval(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.05..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 0.05 to 3600".to_owned()),
    }
}

/// A time such as `90s`, `30m`, `24h` or `2d`; `never` is none.
pub fn patience(text: &str) -> Result<Patience, String> {
    if text == "never" {
        return Ok(Patience(None));
    }
    let error = || "a time such as 30m, 24h or 2d, or never".to_owned();
    let unit = match text.chars().last().ok_or_else(error)? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(error()),
    };
    let number: u64 =
        text.get(..text.len() - 1).unwrap_or_default().parse().map_err(|_| error())?;
    let seconds = number.checked_mul(unit).ok_or_else(error)?;
    Ok(Patience(Some(Duration::from_secs(seconds))))
}

/// How long others are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience(pub Option<Duration>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let seconds = |text| patience(text).unwrap().0.map(|time| time.as_secs());
        assert_eq!(seconds("0s"), Some(0));
        assert_eq!(seconds("30m"), Some(1800));
        assert_eq!(seconds("2d"), Some(172_800));
        assert_eq!(seconds("never"), None);
        for wrong in ["", "30", "m", "-1h", "1.5h", "99999999999999999999d", "1 h", "1é"] {
            assert!(patience(wrong).is_err(), "{wrong}");
        }
    }
}
