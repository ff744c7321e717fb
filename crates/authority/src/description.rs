//! From an election's file and flags to the description that everybody signs.

use std::fs;
use std::path::Path;

use psephos_ballot::Layout;
use psephos_ballot::file::{ElectionFile, FileError, Overrides, read_election};
use psephos_console::Failure;
use psephos_record::bodies::{BallotBox, Batch, Description, Policy, Suite};

use crate::cli::Numbers;

/// Reads an election's file.
pub fn read(path: &Path) -> Result<ElectionFile, Failure> {
    readable(path)?;
    read_election(path).map_err(file_failure)
}

/// Says of a file that cannot be opened why, in the words of every other such error.
pub fn readable(path: &Path) -> Result<(), Failure> {
    fs::File::open(path)
        .map(|_| ())
        .map_err(|error| Failure::io("cannot open the file", path, &error))
}

/// A malformed file, with its line.
pub fn file_failure(error: FileError) -> Failure {
    let place = match error.line {
        Some(line) => format!("{}:{line}", error.file),
        None => error.file.clone(),
    };
    let bare = FileError { file: String::new(), line: None, ..error };
    Failure::usage(bare.to_string().trim_start_matches(": ")).at(place)
}

/// One box with one batch of all contests; who decrypts and mixes by flags, file or default. The intake's
/// key and the roll are still to be named.
pub fn describe(election: &ElectionFile, numbers: &Numbers) -> Result<Description, Failure> {
    let overrides = Overrides {
        trustees: numbers.trustees,
        threshold: numbers.threshold,
        mixes: numbers.mixes,
    };
    let parameters = election.parameters(&overrides).map_err(file_failure)?;
    let layout = Layout::all(&election.contests)
        .map_err(|error| Failure::usage(format!("the contests do not fit on a ballot: {error}")))?;
    let batch = Batch {
        id: "all".to_owned(),
        bits: None,
        width: layout.width() as u64,
        contests: (0..election.contests.len() as u64).collect(),
    };
    Ok(Description {
        roll: None,
        boxes: vec![BallotBox { id: "all".to_owned(), merge: None, batches: vec![batch] }],
        mixes: parameters.mixes,
        suite: Suite::default(),
        title: election.title.clone(),
        intake: [0; 32],
        policy: Policy::Open,
        minimum: 0,
        contests: election.contests.clone(),
        trustees: parameters.trustees,
        threshold: parameters.threshold,
    })
}
