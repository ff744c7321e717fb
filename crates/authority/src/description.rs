//! From an election's file and flags to the description that everybody signs.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_ballot::file::{
    BatchPlan, BoxPlan, ElectionFile, FileError, Overrides, PolicyKey, Slate, read_election,
};
use psephos_ballot::{Contest, Layout};
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

/// What the file says, with who decrypts and mixes by flags, file or default. The intake's key and the roll
/// are still to be named.
pub fn describe(election: &ElectionFile, numbers: &Numbers) -> Result<Description, Failure> {
    let overrides = Overrides {
        trustees: numbers.trustees,
        threshold: numbers.threshold,
        mixes: numbers.mixes,
    };
    let parameters = election.parameters(&overrides).map_err(file_failure)?;
    let policy = match election.policy {
        Some(PolicyKey::First) => Policy::First,
        Some(PolicyKey::Last) => Policy::Last,
        Some(PolicyKey::Open) | None => Policy::Open,
    };
    let boxes = election.boxes.iter().map(|plan| ballot_box(&election.contests, plan));
    Ok(Description {
        roll: None,
        boxes: boxes.collect::<Result<_, _>>()?,
        mixes: parameters.mixes,
        opens: election.opens,
        suite: Suite::default(),
        title: election.title.clone(),
        closes: election.closes,
        intake: [0; 32],
        policy,
        minimum: election.minimum,
        contests: election.contests.clone(),
        trustees: parameters.trustees,
        threshold: parameters.threshold,
    })
}

fn ballot_box(contests: &[Contest], plan: &BoxPlan) -> Result<BallotBox, Failure> {
    let batch = |batch: &BatchPlan| {
        let layout = Layout::of(contests, &batch.contests).map_err(|error| {
            Failure::usage(format!("the contests do not fit on a ballot: {error}"))
        })?;
        Ok(Batch {
            id: batch.id.clone(),
            bits: batch.bits,
            width: layout.width() as u64,
            contests: batch.contests.clone(),
        })
    };
    let batches = plan.batches.iter().map(batch).collect::<Result<_, Failure>>()?;
    Ok(BallotBox { id: plan.id.clone(), merge: plan.merge, batches })
}

/// The roll's file: by the flag, else as the election's file names it, from the folder where that lies.
pub fn roll_path(flag: Option<&Path>, file: &Path, election: &ElectionFile) -> Option<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let stated = || election.roll.as_ref().map(|roll| folder.join(roll));
    flag.map(Path::to_owned).or_else(stated)
}

/// The boxes as a table of ballots knows them.
pub fn slates(description: &Description) -> Vec<Slate> {
    let slate = |ballot_box: &BallotBox| Slate {
        id: ballot_box.id.clone(),
        contests: ballot_box.batches.iter().flat_map(|batch| batch.contests.clone()).collect(),
    };
    description.boxes.iter().map(slate).collect()
}
