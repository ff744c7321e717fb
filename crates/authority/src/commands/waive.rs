//! `waive`: a box may close with fewer ballots than the minimum.

use psephos_audit::Phase;
use psephos_console::{Exit, Failure, numbered};
use psephos_record::bodies::{Body, Waiver};

use crate::cli::Waive;
use crate::office::Office;

/// Publishes the waiver, with the reason that every report shows.
pub fn run(arguments: Waive) -> Result<Exit, Failure> {
    if arguments.reason.trim().is_empty() {
        return Err(Failure::usage("a reason must say something: every audit shows it"));
    }
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    let audited = office.settle()?;
    office.next(&audited)?;
    let description = audited
        .view
        .description()
        .ok_or_else(|| Failure::usage("there is no election on this board yet"))?;
    let boxes = numbered(&description.boxes);
    let found = boxes.into_iter().find(|(_, ballot_box)| ballot_box.id == arguments.ballot_box);
    let Some((box_index, _)) = found else {
        let ids: Vec<&str> = description.boxes.iter().map(|one| one.id.as_str()).take(20).collect();
        return Err(Failure::usage(format!("there is no box {:?}", arguments.ballot_box))
            .advice(format!("boxes of this election: {}", ids.join(", "))));
    };
    if description.minimum == 0 {
        return Err(Failure::usage("this election has no minimum to waive"));
    }
    match audited.view.phase {
        Phase::Voting => {}
        phase if phase < Phase::Voting => {
            return Err(Failure::usage("the election is not open yet")
                .advice("run `psephos-authority open` first"));
        }
        _ => return Err(Failure::usage("voting has ended: nothing can be waived any more")),
    }
    if audited.view.waivers.iter().any(|waiver| waiver.box_index == box_index) {
        office.tell(format!("Box {} has a waiver already.", arguments.ballot_box));
        return Ok(Exit::Valid);
    }
    let waiver = Waiver { box_index, reason: arguments.reason.clone() };
    let audited = office.post(&audited.view, &Body::Waiver(waiver))?;
    office.next(&audited)?;
    office.tell(format!(
        "Box {} may close with fewer ballots than the minimum. Every audit shows it.",
        arguments.ballot_box
    ));
    office.tell_next(&audited.view);
    Ok(Exit::Valid)
}
