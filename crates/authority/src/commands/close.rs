//! `close`: which ballots count, fixed once and for all.

use std::cell::RefCell;
use std::collections::BTreeMap;

use psephos_audit::{Intake, IntakeError, Phase, Placement, Polling, View, derive_intake};
use psephos_console::{Exit, Failure, Progress, count, numbered, plural};
use psephos_core::pairs::pairs;
use psephos_intake::Closer;
use psephos_participant::board_failure;
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::board::WritableBoard;
use psephos_record::bodies::{
    Blob, Body, Close as CloseBody, CloseBatch, Description, Reason, Rejected,
};
use psephos_remote::files_beside;

use crate::cli::Close;
use crate::hours;
use crate::office::Office;

/// Judges every ballot on the board and appends the lists.
pub fn run(arguments: Close) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    let mut audited = office.settle()?;
    match office.next(&audited)? {
        Next::Act(AuthorityAction::Close)
            if audited.view.ballots.is_empty() && !arguments.empty =>
        {
            return Err(no_ballots(office.station.home().read()?.intake_elsewhere));
        }
        Next::Act(AuthorityAction::Close) if !arguments.early => hours::ended(&audited.view)?,
        Next::Act(AuthorityAction::Close) => {}
        _ if audited.view.phase > Phase::Voting => {
            office.tell(
                "Voting was closed before. Next: `psephos-authority status` says who is awaited.",
            );
            return Ok(Exit::Valid);
        }
        _ => {
            return Err(Failure::usage("the election is not open yet")
                .advice("run `psephos-authority open` first"));
        }
    }
    nobody_waits(&office)?;
    let Closing { body, reasons, merged } = loop {
        let closing = derive(&office, &audited.view)?;
        // Judging many ballots takes longer than receipts are withheld for.
        nobody_waits(&office)?;
        audited = office.post(&audited.view, &Body::Close(closing.body.clone()))?;
        match office.next(&audited)? {
            // Somebody else's record came first: what is closed is the board behind it.
            Next::Act(AuthorityAction::Close) => {}
            _ if audited.view.phase > Phase::Voting => break closing,
            _ => {
                return Err(Failure::new(Exit::Incomplete, "another record came first")
                    .advice("nothing was closed; run the same command again"));
            }
        }
    };
    let (submitted, rejected) = (body.submitted, body.rejected.rows);
    office.tell(format!(
        "Voting is closed: {}, {} accepted, {} rejected.",
        plural(submitted, "ballot", "ballots"),
        count(submitted.saturating_sub(rejected)),
        count(rejected)
    ));
    for (reason, number) in reasons {
        office.tell(format!("  {}: {}", count(number), reason.explanation()));
    }
    for line in merged {
        office.tell(format!("  {line}"));
    }
    office.tell_next(&audited.view);
    office.tell(
        "Once all trustees have mixed and enough have decrypted: `psephos-authority publish`.",
    );
    Ok(Exit::Valid)
}

fn no_ballots(has_server: bool) -> Failure {
    let failure = Failure::usage("no ballot is on the board, and closing cannot be undone");
    failure.advice(match has_server {
        true => {
            "a board server puts what it has taken in on the board once a minute, unless it was told another interval: \
             run this again then; with --empty it posts what has a receipt first, and then nobody can vote any more, \
             even if there was nothing"
        }
        false => "take ballots in with `psephos-authority intake`, or close with --empty",
    })
}

/// Fails while a board server has given receipts for ballots that are not on the board. Where the board is reached
/// through a server, that one sees to it.
fn nobody_waits(office: &Office) -> Result<(), Failure> {
    let place = office.station.home().read()?.board;
    let Some(files) = files_beside(&place).map_err(board_failure)? else { return Ok(()) };
    let waits = Closer::new(files).close_off();
    match waits.map_err(|error| Failure::new(Exit::Io, error.to_string()))? {
        false => Ok(()),
        true => Err(Failure::new(Exit::Incomplete, "ballots with receipts are not on the board yet")
            .at(place.to_string())
            .advice(
                "nothing was closed; a board server takes in ballots there: close through it, with --board and its \
                 URL, or end it, which posts them",
            )),
    }
}

/// A `close` record and what to say about it.
struct Closing {
    body: CloseBody,
    reasons: BTreeMap<Reason, u64>,
    merged: Vec<String>,
}

fn derive(office: &Office, view: &View) -> Result<Closing, Failure> {
    let description =
        view.description().ok_or_else(|| Failure::internal("no description stands"))?;
    let board = office.station.board();
    let polling = Polling::read(board, view).map_err(intake_failure)?;
    let bar =
        RefCell::new(Progress::start(office.mode, "judging the ballots", Some(polling.stated())));
    let intake =
        derive_intake(&polling, &|done| bar.borrow_mut().set(done, "")).map_err(intake_failure)?;
    bar.into_inner().finish("");
    let accepted: Vec<u64> = numbered(&description.boxes)
        .map(|(index, _)| intake.accepted_in(&polling, index))
        .collect();
    let placement = Placement::new(description, &accepted);
    refuse_few(description, view, &placement)?;

    let mut batches = Vec::new();
    for (box_index, _) in numbered(&description.boxes) {
        batches.extend(lists(board, &intake, &polling, &placement, box_index)?);
    }
    let mut reasons = BTreeMap::new();
    for rejected in intake.rejected() {
        if let Some(reason) = Reason::from_code(rejected.reason) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let rows: Vec<u8> = intake.rejected().flat_map(Rejected::to_bytes).collect();
    let rejected = board.put_rows(Rejected::LENGTH as u64, &rows).map_err(board_failure)?;
    let merged = placement.merged().map(|(from, to)| {
        format!(
            "the ballots of box {} were too few and were merged into box {}",
            id(description, from),
            id(description, to)
        )
    });
    let merged = merged.collect();
    let body = CloseBody { batches, rejected, submitted: intake.submitted() };
    Ok(Closing { body, reasons, merged })
}

fn id(description: &Description, box_index: u64) -> &str {
    description.ballot_box(box_index).map_or("", |found| found.id.as_str())
}

/// Ballots that are too few do not hide each other: no box is closed with them unless a waiver stands.
fn refuse_few(
    description: &Description,
    view: &View,
    placement: &Placement,
) -> Result<(), Failure> {
    let waived = |index| view.waivers.iter().any(|waiver| waiver.box_index == index);
    let few: Vec<(u64, u64)> =
        placement.below(description).filter(|(index, _)| !waived(*index)).collect();
    if few.is_empty() {
        return Ok(());
    }
    let boxes: Vec<String> = few
        .iter()
        .map(|(index, together)| format!("box {} has {together}", id(description, *index)))
        .collect();
    let waivers: Vec<String> = few
        .iter()
        .map(|(index, _)| {
            format!("`psephos-authority waive --box {} --reason TEXT`", id(description, *index))
        })
        .collect();
    Err(Failure::usage(format!(
        "fewer accepted ballots than the minimum of {}, so that they would not hide each other: {}",
        description.minimum,
        boxes.join(", ")
    ))
    .advice(format!(
        "nothing was closed; take in more ballots with `psephos-authority intake FILES…`, or publish why \
         that is acceptable with {}, then close again",
        waivers.join(" and ")
    )))
}

/// The rows of each batch of a box that count there, sorted by their bytes: an order that nobody chose.
fn lists(
    board: &dyn WritableBoard,
    intake: &Intake,
    polling: &Polling<'_>,
    placement: &Placement,
    box_index: u64,
) -> Result<Vec<CloseBatch>, Failure> {
    let missing = || Failure::internal("a ballot without a length");
    let widths = polling.layout(box_index).ok_or_else(missing)?.widths();
    let mut lists: Vec<Vec<Vec<u8>>> = vec![Vec::new(); widths.len()];
    for source in placement.sources_of(box_index) {
        let layout = polling.layout(source).ok_or_else(missing)?;
        let visit = &mut |_, _, bytes: &[u8]| {
            let Some(ballot) = layout.read(bytes) else { return };
            for (batch, list) in lists.iter_mut().enumerate() {
                list.extend(layout.batch(ballot.rows, batch).map(<[u8]>::to_vec));
            }
        };
        intake.visit_accepted(polling, source, visit).map_err(intake_failure)?;
    }
    let mut batches = Vec::new();
    for (batch_index, (mut list, width)) in numbered(pairs(lists, widths)) {
        list.sort_unstable();
        let list: Blob = board
            .put_blob(*width as u64 * 64, &mut |out| {
                list.iter().try_for_each(|row| out.write_all(row))
            })
            .map_err(board_failure)?;
        batches.push(CloseBatch { box_index, list, batch_index });
    }
    Ok(batches)
}

fn intake_failure(error: IntakeError) -> Failure {
    Failure::new(Exit::Unreadable, error.to_string())
        .advice("nothing was closed; restore the board's blobs and run the command again")
}
