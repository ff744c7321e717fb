//! `close`: which ballots count, fixed once and for all.

use std::cell::RefCell;
use std::collections::BTreeMap;

use psephos_audit::{BallotSource, Intake, IntakeError, Phase, View, derive_intake};
use psephos_console::{Exit, Failure, Progress, count, numbered};
use psephos_core::pairs::pairs;
use psephos_participant::board_failure;
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::board::{BlobRows, WritableBoard};
use psephos_record::bodies::{
    Blob, Body, Close as CloseBody, CloseBatch, Description, Reason, Rejected,
};

use crate::cli::Close;
use crate::office::Office;

/// Judges every ballot on the board and appends the lists.
pub fn run(arguments: Close) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, arguments.place.board.as_deref())?;
    let audited = office.settle()?;
    match office.next(&audited)? {
        Next::Act(AuthorityAction::Close)
            if audited.view.ballots.is_empty() && !arguments.empty =>
        {
            return Err(Failure::usage(
                "no ballot has been taken in, and closing cannot be undone",
            )
            .advice("take ballots in with `psephos-authority intake`, or close with --empty"));
        }
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
    let (body, reasons) = derive(&office, &audited.view)?;
    let (submitted, rejected) = (body.submitted, body.rejected.rows);
    let audited = office.post(&audited.view, &Body::Close(body))?;
    office.next(&audited)?;
    office.tell(format!(
        "Voting is closed: {} ballots, {} accepted, {} rejected.",
        count(submitted),
        count(submitted.saturating_sub(rejected)),
        count(rejected)
    ));
    for (reason, number) in reasons {
        office.tell(format!("  {} for {}", count(number), reason.name()));
    }
    office.tell("Next: the trustees mix and decrypt; then `psephos-authority publish`.");
    Ok(Exit::Valid)
}

fn derive(office: &Office, view: &View) -> Result<(CloseBody, BTreeMap<Reason, u64>), Failure> {
    let missing = || Failure::internal("an open election without a key");
    let description = view.description().ok_or_else(missing)?;
    let keys = view.ceremony.keys.as_ref().ok_or_else(missing)?;
    let election = ElectionContext { election: view.election(), public_key: keys.public_key };
    let layouts = layouts(description)?;
    let board = office.station.board();
    let lists: Result<Vec<BlobRows<'_>>, Failure> = view
        .ballots
        .iter()
        .map(|record| BlobRows::new(board, &record.ballots).map_err(board_failure))
        .collect();
    let lists = lists?;
    let sources: Vec<BallotSource<'_>> = pairs(&view.ballots, &lists)
        .map(|(record, rows)| BallotSource {
            sequence: record.sequence,
            box_index: record.box_index,
            rows,
        })
        .collect();
    let total = view.ballots.iter().map(|record| record.ballots.rows).sum();
    let bar = RefCell::new(Progress::start(office.mode, "judging the ballots", Some(total)));
    let intake =
        derive_intake(&election, &layouts, &sources, &|done| bar.borrow_mut().set(done, ""))
            .map_err(intake_failure)?;
    bar.into_inner().finish("");

    let mut batches = Vec::new();
    for (box_index, layout) in numbered(&layouts) {
        batches.extend(accepted(board, &intake, &sources, box_index, layout)?);
    }
    let mut reasons = BTreeMap::new();
    for rejected in intake.rejected() {
        if let Some(reason) = Reason::from_code(rejected.reason) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let rows: Vec<u8> = intake.rejected().flat_map(Rejected::to_bytes).collect();
    let rejected = board.put_rows(Rejected::LENGTH as u64, &rows).map_err(board_failure)?;
    Ok((CloseBody { batches, rejected, submitted: intake.submitted() }, reasons))
}

fn layouts(description: &Description) -> Result<Vec<BallotLayout>, Failure> {
    let layout = |widths: Vec<usize>| BallotLayout::new(&widths);
    let boxes = description.boxes.iter().map(|ballot_box| {
        layout(ballot_box.batches.iter().map(|batch| batch.width as usize).collect())
    });
    boxes.collect::<Option<_>>().ok_or_else(|| Failure::internal("a ballot without a length"))
}

/// The accepted rows of each batch of a box, sorted by their bytes: an order that nobody chose.
fn accepted(
    board: &dyn WritableBoard,
    intake: &Intake,
    sources: &[BallotSource<'_>],
    box_index: u64,
    layout: &BallotLayout,
) -> Result<Vec<CloseBatch>, Failure> {
    let mut lists: Vec<Vec<Vec<u8>>> = vec![Vec::new(); layout.widths().len()];
    let visit = &mut |_, _, bytes: &[u8]| {
        let Some(ballot) = layout.read(bytes) else { return };
        for (batch, list) in lists.iter_mut().enumerate() {
            list.extend(layout.batch(ballot.rows, batch).map(<[u8]>::to_vec));
        }
    };
    intake.visit_accepted(sources, box_index, visit).map_err(intake_failure)?;
    let mut batches = Vec::new();
    for (batch_index, (mut list, width)) in numbered(pairs(lists, layout.widths())) {
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
