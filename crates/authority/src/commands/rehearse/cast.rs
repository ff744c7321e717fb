//! The election to rehearse and the votes to cast.

use psephos_ballot::file::{CastVotes, ElectionFile, parse_ballots, read_ballots};
use psephos_console::Failure;
use psephos_record::bodies::{Description, Policy};

use crate::cli::Rehearse;
use crate::description::{describe, file_failure, read, readable};

/// The made election, part of the program so that it can be watched from anywhere.
pub const ELECTION: &str = include_str!("../../../../../fixtures/elections/made/election.toml");
const BALLOTS: &str = include_str!("../../../../../fixtures/elections/made/ballots.csv");

/// An election with its voters' votes.
pub struct Cast {
    /// What is voted on.
    pub description: Description,
    /// One ballot each.
    pub ballots: Vec<CastVotes>,
    /// Whether only those may vote who stand on a roll.
    pub has_roll: bool,
}

impl Cast {
    /// Reads the files given, or the made election.
    pub fn read(arguments: &Rehearse) -> Result<Cast, Failure> {
        let election = match &arguments.election {
            Some(path) => read(path)?,
            None => ElectionFile::parse("election.toml", ELECTION).map_err(file_failure)?,
        };
        let description = describe(&election, &arguments.numbers)?;
        let slates = election.slates();
        let ballots = match &arguments.ballots {
            Some(path) => {
                readable(path)?;
                read_ballots(path, &election.contests, &slates)
            }
            None => parse_ballots("ballots.csv", BALLOTS, &election.contests, &slates),
        };
        let has_roll = election.roll.is_some() || description.policy != Policy::Open;
        Ok(Cast { description, ballots: ballots.map_err(file_failure)?, has_roll })
    }
}
