//! How far an election is, as its records tell it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;
use std::time::Duration;

use psephos_audit::{CounterProposalView, ExcludedView, Phase, View};
use psephos_console::arguments::Output;
use psephos_console::{Exit, Failure, count, numbered, plural, say};
use psephos_core::Digest;
use psephos_protocol::{BatchIndex, absences, awaited, done, phase};
use psephos_record::board::Board;
use psephos_record::bodies::CounterProposal;
use psephos_record::message::file_digest;
use psephos_remote::open_board;
use serde_json::{Value, json};

use crate::since::Since;
use crate::{Home, HomeFile, Known, audit_failure, board_failure, terms};

/// How often `--watch` looks at the board.
const LOOK: Duration = Duration::from_secs(2);

/// Prints the state of the board that a home folder belongs to; with `--watch` again whenever it changes,
/// until the election is over.
pub fn show(home: &Path, output: &Output) -> Result<Exit, Failure> {
    let mut shown = show_once(home, output)?;
    while output.watch && shown.phase != Phase::Sealed {
        thread::sleep(LOOK);
        let (file, _) = Home::peek(home)?;
        let board = open_board(&file.board).map_err(board_failure)?;
        if board.extent().map_err(board_failure)?.records != shown.records {
            say("");
            shown = show_once(home, output)?;
        }
    }
    Ok(Exit::Valid)
}

/// Prints the state once, and returns it.
fn show_once(home: &Path, output: &Output) -> Result<View, Failure> {
    let (file, known) = Home::peek(home)?;
    let board = open_board(&file.board).map_err(board_failure)?;
    let view = psephos_audit::view(&*board).map_err(audit_failure)?;
    let since = Since::read(&*board, &view)?;
    say(if output.json {
        json(&file, &known, &view, &since)
    } else {
        text(&file, &known, &view, &since)
    });
    if continues(&*board, &known)? {
        return Ok(view);
    }
    Err(Failure::new(Exit::Invalid, "this is not the board that this home has verified")
        .at(board.place())
        .advice(
            "an older copy, or altered: `psephos-verifier` says what is wrong; sign nothing on it",
        ))
}

/// Whether the last record that this home has verified is still in its place.
fn continues(board: &dyn Board, known: &Known) -> Result<bool, Failure> {
    let Some(last) = known.records.checked_sub(1) else { return Ok(true) };
    if board.extent().map_err(board_failure)?.records <= last {
        return Ok(false);
    }
    Ok(file_digest(&board.record(last).map_err(board_failure)?) == known.head)
}

/// The status for people.
fn text(file: &HomeFile, known: &Known, view: &View, since: &Since) -> String {
    let title = view.description().map_or("no election yet", |description| &description.title);
    let mut lines = vec![
        title.to_owned(),
        format!("  {:<12}{}", "phase", phase(view.phase)),
        format!("  {:<12}{}", "board", file.board),
        format!(
            "  {:<12}{} ({} verified by this home)",
            "records",
            count(view.records),
            count(known.records)
        ),
        format!("  {:<12}{}", "head", hex::encode(view.head)),
    ];
    if view.manifest.is_some() {
        lines.push(format!("  {:<12}{}", "election", hex::encode(view.election())));
    }
    let ballots: u64 = view.ballots.iter().map(|record| record.ballots.rows).sum();
    lines.push(format!("  {:<12}{}", "ballots", count(ballots)));
    if let Some(trustee) = file.trustee {
        lines.push(format!("  {:<12}trustee {trustee}", "you are"));
    }
    lines.push(String::new());
    for (trustee, name) in numbered(names(view)) {
        lines.push(format!("  trustee {trustee} ({name}): {}", done(view, trustee).join(", ")));
    }
    lines.extend(answers(view));
    lines.extend(exclusions(view));
    let waiting: Vec<String> = awaited(view).iter().map(|awaited| since.tell(awaited)).collect();
    if waiting.is_empty() && view.phase == Phase::Sharing {
        lines.push("\nToo few mixes are left: this election cannot be decrypted.".to_owned());
    } else if waiting.is_empty() {
        lines.push("\nNobody is awaited: the election is over.".to_owned());
    } else {
        lines.push("\nAwaited:".to_owned());
        lines.extend(waiting.iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

/// What trustees have answered to the proposal that stands.
fn answers(view: &View) -> Vec<String> {
    let mut lines = Vec::new();
    for (trustee, answered) in numbered(&view.counter_proposals) {
        let Some(CounterProposalView { counter, .. }) = answered else { continue };
        let CounterProposal { reason, description } = counter;
        let Some((wanted, proposed)) = description.as_ref().zip(view.description()) else {
            lines.push(format!("  trustee {trustee} declines: {reason:?}"));
            continue;
        };
        lines.push(format!("  trustee {trustee} proposes other terms: {reason:?}"));
        let changes = terms::differences(proposed, wanted);
        lines.extend(changes.iter().map(|change| format!("    {change}")));
    }
    lines
}

/// What is excluded, and whom trustees state to be absent.
fn exclusions(view: &View) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for exclusion in &view.exclusions {
        let by = exclusion.sequence;
        lines.push(match &exclusion.excluded {
            ExcludedView::Record { sequence, check } => {
                format!("  record {sequence} is excluded, by record {by}: it fails {check}")
            }
            ExcludedView::Trustee { trustee, batches } => format!(
                "  trustee {trustee} is excluded from mixing in {}, by record {by}",
                plural(*batches, "batch", "batches")
            ),
        });
    }
    for (trustee, signers) in stated_absent(view) {
        let signers: Vec<String> =
            signers.iter().map(|signer| format!("trustee {signer}")).collect();
        let needed = view.description().map_or(0, |description| description.threshold);
        lines.push(format!(
            "  trustee {trustee} is absent, as {} state; {needed} of them are needed to exclude it",
            signers.join(", ")
        ));
    }
    lines
}

/// Trustees that others state to be absent where they are still due, with those who state it.
fn stated_absent(view: &View) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut found: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for absence in absences(view) {
        for stated in &view.absences {
            let is_same = |(batch, root): &(BatchIndex, Digest)| {
                (batch.box_index, batch.batch_index, *root)
                    == (stated.box_index, stated.batch_index, stated.root)
            };
            if stated.trustee == absence.trustee && absence.batches.iter().any(is_same) {
                found.entry(absence.trustee).or_default().insert(stated.signer);
            }
        }
    }
    found
}

/// The status as one JSON object; trustees from 0.
fn json(file: &HomeFile, known: &Known, view: &View, since: &Since) -> String {
    let waiting: Vec<Value> = awaited(view)
        .iter()
        .map(|awaited| {
            json!({ "who": awaited.who.number(), "to": awaited.task.words(), "since": since.began(awaited.task) })
        })
        .collect();
    let trustees: Vec<Value> = numbered(names(view))
        .map(|(index, name)| json!({ "trustee": index, "name": name, "done": done(view, index) }))
        .collect();
    let excluded: Vec<Value> = view
        .exclusions
        .iter()
        .map(|exclusion| match &exclusion.excluded {
            ExcludedView::Record { sequence, check } => {
                json!({ "by": exclusion.sequence, "record": sequence, "check": check })
            }
            ExcludedView::Trustee { trustee, batches } => {
                json!({ "by": exclusion.sequence, "trustee": trustee, "batches": batches })
            }
        })
        .collect();
    let ballots: u64 = view.ballots.iter().map(|record| record.ballots.rows).sum();
    let value = json!({
        "title": view.description().map(|description| &description.title),
        "phase": phase(view.phase),
        "board": file.board.to_string(),
        "election": view.manifest.as_ref().map(|standing| hex::encode(standing.election)),
        "head": hex::encode(view.head),
        "records": view.records,
        "verified": known.records,
        "ballots": ballots,
        "trustees": trustees,
        "counter_proposals": counter_proposals(view),
        "excluded": excluded,
        "awaited": waiting,
    });
    format!("{value:#}")
}

/// What trustees have answered, for machines.
fn counter_proposals(view: &View) -> Vec<Value> {
    let proposed = view.description();
    let answer = |(trustee, answered): (u64, &Option<CounterProposalView>)| {
        let CounterProposal { reason, description } = &answered.as_ref()?.counter;
        let other = description.as_ref().zip(proposed);
        let changes = other.map(|(wanted, proposed)| terms::differences(proposed, wanted));
        Some(json!({ "trustee": trustee, "reason": reason, "changes": changes }))
    };
    numbered(&view.counter_proposals).filter_map(answer).collect()
}

fn names(view: &View) -> &[String] {
    view.description().map(|description| description.trustees.as_slice()).unwrap_or_default()
}
