//! `amend`: a change to the roll.

use std::fs;
use std::path::Path;

use psephos_audit::{Phase, Roll, View};
use psephos_console::{Exit, Failure};
use psephos_record::bodies::{Body, RollAmend};
use psephos_record::cbor;
use psephos_record::kind::Kind;

use crate::cli::Amend;
use crate::office::Office;

/// Publishes an amendment that the registrar made.
pub fn run(arguments: Amend) -> Result<Exit, Failure> {
    let amendment = read(&arguments.file)?;
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    let audited = office.settle()?;
    office.next(&audited)?;
    if audited.view.amendments.iter().any(|view| view.amendment == amendment) {
        office.tell("This amendment stands on the board already.");
        return Ok(Exit::Valid);
    }
    in_time(&audited.view)?;
    let mut roll = Roll::of(office.station.board(), &audited.view)
        .map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?
        .ok_or_else(|| Failure::usage("this election is open: it has no roll to amend"))?;
    roll.amend(&amendment).map_err(|fault| {
        Failure::usage(format!("it does not fit the roll on the board: {fault}"))
            .at(arguments.file.display().to_string())
            .advice("nothing was published; the registrar makes it anew with --after")
    })?;
    let (removed, added) = (amendment.removed.len(), amendment.added.len());
    let audited = office.post(&audited.view, &Body::RollAmend(amendment))?;
    office.next(&audited)?;
    office.tell(format!(
        "The roll is amended: {removed} removed, {added} added; {} may vote. Every audit shows it.",
        roll.voters()
    ));
    office.tell_next(&audited.view);
    Ok(Exit::Valid)
}

fn read(path: &Path) -> Result<RollAmend, Failure> {
    let bytes =
        fs::read(path).map_err(|error| Failure::io("cannot read the amendment", path, &error))?;
    cbor::decode(&bytes, Kind::RollAmend.body_limit()).map_err(|error| {
        Failure::usage(format!("this is no amendment of a roll: {error}"))
            .at(path.display().to_string())
            .advice("`psephos-registrar amend` makes one")
    })
}

/// Who may vote can change from the manifest until voting ends.
fn in_time(view: &View) -> Result<(), Failure> {
    if view.phase < Phase::Acceptance {
        return Err(
            Failure::usage("there is no manifest yet").advice("run `psephos-authority open` first")
        );
    }
    if view.phase > Phase::Voting {
        return Err(Failure::usage("voting has ended: the roll cannot change any more"));
    }
    Ok(())
}
