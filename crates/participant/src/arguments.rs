//! Arguments that the authority's and the trustee's command lines share.

use std::path::PathBuf;

use clap::Args;

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
    #[arg(long, value_name = "DIR")]
    pub board: Option<PathBuf>,
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
