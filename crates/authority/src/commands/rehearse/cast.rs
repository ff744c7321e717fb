//! The election to rehearse and the votes to cast.

use std::path::PathBuf;

use psephos_ballot::file::{
    Blt, CastVotes, ElectionFile, Undated, parse_ballots, read_ballots, read_blt, read_undated,
};
use psephos_console::Failure;
use psephos_record::bodies::{Description, Policy};

use super::fault::Plan;
use crate::cli::{Numbers, Rehearse};
use crate::description::{describe, file_failure, readable};

/// The made election, part of the program so that it can be watched from anywhere.
const ELECTION: &str = include_str!("../../../../../fixtures/elections/made/election.toml");
const BALLOTS: &str = include_str!("../../../../../fixtures/elections/made/ballots.csv");

/// An election with its voters' votes.
pub struct Cast {
    /// The election's file, as `init` is given it.
    pub election: String,
    /// The keys of the file that a rehearsal passes over: it does not wait for a date.
    pub left_out: Vec<&'static str>,
    /// What is voted on.
    pub description: Description,
    /// One ballot each.
    pub ballots: Vec<CastVotes>,
    /// Whether only those may vote who stand on a roll.
    pub has_roll: bool,
}

impl Cast {
    /// Reads the files given, or the made election; with faults, of as many trustees as they name.
    pub fn read(arguments: &Rehearse, plan: &Plan) -> Result<Cast, Failure> {
        let blt = blt(arguments)?;
        let Undated { election, text, left_out } = election(arguments, blt.as_ref())?;
        let description = describe(&election, &numbers(&election, &arguments.numbers, plan)?)?;
        let slates = election.slates();
        let ballots = match (&arguments.ballots, &blt) {
            (_, Some(blt)) => blt.cast(&election.contests),
            (Some(path), None) => {
                readable(path)?;
                read_ballots(path, &election.contests, &slates)
            }
            (None, None) => parse_ballots("ballots.csv", BALLOTS, &election.contests, &slates),
        };
        let ballots = ballots.map_err(file_failure)?;
        plan.check(description.trustee_count(), ballots.len())?;
        let has_roll = election.roll.is_some() || description.policy != Policy::Open;
        Ok(Cast { election: text, left_out, description, ballots, has_roll })
    }
}

/// The numbers given, with as many trustees as the faults name unless a flag says how many.
fn numbers(election: &ElectionFile, given: &Numbers, plan: &Plan) -> Result<Numbers, Failure> {
    let mut numbers = given.clone();
    if numbers.trustees.is_none() && plan.needs().is_some() {
        // How many there are by the file or by default, whatever the other numbers are.
        let lowest = Numbers { trustees: None, threshold: Some(1), mixes: Some(1) };
        let stated = describe(election, &lowest)?.trustee_count();
        numbers.trustees = plan.needs().filter(|needed| *needed > stated);
    }
    Ok(numbers)
}

/// The ballots, if they are given as BLT.
fn blt(arguments: &Rehearse) -> Result<Option<Blt>, Failure> {
    let is_blt = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "blt");
    let Some(path) = arguments.ballots.as_ref().filter(is_blt) else { return Ok(None) };
    readable(path)?;
    read_blt(path).map(Some).map_err(file_failure)
}

/// The election given, the one that a BLT file is by itself, or the made one.
fn election(arguments: &Rehearse, blt: Option<&Blt>) -> Result<Undated, Failure> {
    let found = match (&arguments.election, blt) {
        (Some(path), _) => {
            readable(path)?;
            read_undated(path)
        }
        (None, Some(blt)) => blt
            .election_toml()
            .and_then(|text| Undated::parse("the election made of the .blt file", &text)),
        (None, None) if arguments.ballots.is_some() => {
            return Err(Failure::usage("--ballots needs --election, unless it names a .blt file"));
        }
        (None, None) => Undated::parse("election.toml", ELECTION),
    };
    found.map_err(file_failure)
}
