//! `exclude`: bad records and absent trustees are taken out of effect.

use std::collections::BTreeSet;

use psephos_audit::{BatchView, Excludable, ExcludedView, ExclusionView, Mixer, View};
use psephos_console::{Exit, Failure, numbered, plural};
use psephos_core::Digest;
use psephos_participant::Audited;
use psephos_protocol::{Absence, BatchIndex, absences};
use psephos_record::bodies::{Body, Exclusion, Unmixed};

use crate::cli::Exclude;
use crate::office::Office;

/// How often a record is made again because somebody else's came first.
const ATTEMPTS: usize = 100;

/// Excludes what the flags name, or lists what they could.
pub fn run(arguments: Exclude) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    let mut audited = office.settle()?;
    if arguments.record.is_none() && arguments.trustee.is_none() {
        list(&office, &audited);
        return Ok(Exit::Valid);
    }
    let view = &audited.view;
    if let Some(stands) = view.exclusions.iter().find(|stands| is_meant(stands, &arguments, view)) {
        office.tell(said(&stands.excluded));
        office.tell_next(view);
        return Ok(Exit::Valid);
    }
    for _ in 0..ATTEMPTS {
        let body = match (arguments.record, arguments.trustee) {
            (Some(record), _) => for_cause(&audited, record)?,
            (None, trustee) => for_absence(&audited.view, trustee.unwrap_or_default())?,
        };
        let before = audited.view.exclusions.len();
        audited = office.post(&audited.view, &Body::Exclusion(body))?;
        if let Some(stands) = audited.view.exclusions.get(before..).and_then(<[_]>::last) {
            office.tell(said(&stands.excluded));
            office.tell_next(&audited.view);
            return Ok(Exit::Valid);
        }
    }
    Err(Failure::new(Exit::Io, "others write to the board all the time")
        .advice("nothing was excluded; run the command again"))
}

/// Whether an exclusion that stands is the one asked for: the command may have been killed before it said so.
/// A trustee that is awaited again, in another batch, can be excluded again.
fn is_meant(stands: &ExclusionView, arguments: &Exclude, view: &View) -> bool {
    match &stands.excluded {
        ExcludedView::Record { sequence, .. } => arguments.record == Some(*sequence),
        ExcludedView::Trustee { trustee, .. } => {
            let is_awaited = absences(view).iter().any(|absence| absence.trustee == *trustee);
            arguments.trustee == Some(*trustee) && !is_awaited
        }
    }
}

fn said(excluded: &ExcludedView) -> String {
    match excluded {
        ExcludedView::Record { sequence, check } => {
            format!("Record {sequence} is excluded: it fails {check}.")
        }
        ExcludedView::Trustee { trustee, .. } => {
            format!("Trustee {trustee} is excluded from mixing.")
        }
    }
}

fn for_cause(audited: &Audited, record: u64) -> Result<Exclusion, Failure> {
    let found = audited.remedies.excludable.iter().find(|found| found.record == record);
    let Some(Excludable { check, digest, previous, .. }) = found else {
        return Err(Failure::usage(format!(
            "record {record} fails nothing it can be excluded for"
        ))
        .advice("`psephos-authority exclude` lists what can be excluded"));
    };
    let (digest, previous) = (*digest, *previous);
    Ok(Exclusion::Cause { check: check.to_string(), digest, previous, sequence: record })
}

fn for_absence(view: &View, trustee: u64) -> Result<Exclusion, Failure> {
    let absent = absences(view).into_iter().find(|absence| absence.trustee == trustee);
    let Some(absence) = absent else {
        return Err(Failure::usage(format!("trustee {trustee} is not awaited to mix"))
            .advice("`psephos-authority exclude` lists what can be excluded"));
    };
    let needed = threshold(view);
    let is_stated = |entry: &&(BatchIndex, Digest)| {
        signers(view, trustee, std::slice::from_ref(*entry)).len() as u64 >= needed
    };
    let stated = absence.batches.iter().filter(is_stated);
    let batches: Vec<Unmixed> = stated
        .map(|(batch, root)| Unmixed {
            box_index: batch.box_index,
            root: *root,
            batch_index: batch.batch_index,
        })
        .collect();
    if let Some((left, needed)) = too_few_mixes(view, &absence) {
        let what = format!(
            "without trustee {trustee} there can be {} where the election demands {needed}",
            plural(left, "valid mix", "valid mixes")
        );
        return Err(Failure::new(Exit::Incomplete, what).advice(format!(
            "nothing was excluded, as this election could then never be decrypted: wait for trustee \
             {trustee}, which can still come with its home or a backup of it; if it never can, hold \
             the election again"
        )));
    }
    if batches.is_empty() {
        return Err(Failure::new(Exit::Incomplete, state_of(view, &absence)).advice(format!(
            "each of {} has to run `psephos-trustee exclude --trustee {trustee}`, or `run` until its patience is \
             over; then this command again",
            plural(needed, "trustee", "trustees")
        )));
    }
    Ok(Exclusion::Absence { batches, trustee })
}

/// How many mixes a batch can still have without a trustee, and how many it needs, if those are more.
fn too_few_mixes(view: &View, absence: &Absence) -> Option<(u64, u64)> {
    let needed = view.description()?.mixes;
    let can_mix = |batch: &BatchView| {
        let due = numbered(&batch.mixers)
            .filter(|(other, mixer)| *other != absence.trustee && **mixer == Mixer::Due);
        batch.position.saturating_add(due.count() as u64)
    };
    let is_meant = |batch: &&BatchView| {
        let index = BatchIndex { box_index: batch.box_index, batch_index: batch.batch_index };
        absence.batches.iter().any(|(meant, _)| *meant == index)
    };
    let fewest = view.batches.iter().filter(is_meant).map(can_mix).min()?;
    (fewest < needed).then_some((fewest, needed))
}

fn threshold(view: &View) -> u64 {
    view.description().map_or(u64::MAX, |description| description.threshold)
}

/// Who states a trustee's absence in one of these batches.
fn signers(view: &View, trustee: u64, batches: &[(BatchIndex, Digest)]) -> BTreeSet<u64> {
    let stated = view.absences.iter().filter(|stated| {
        let batch = BatchIndex { box_index: stated.box_index, batch_index: stated.batch_index };
        stated.trustee == trustee && batches.contains(&(batch, stated.root))
    });
    stated.map(|stated| stated.signer).collect()
}

/// "trustee 3 is awaited to mix; 1 of 2 trustees needed state that it is absent: trustee 0"
fn state_of(view: &View, absence: &Absence) -> String {
    let signers = signers(view, absence.trustee, &absence.batches);
    let names: Vec<String> = signers.iter().map(|signer| format!("trustee {signer}")).collect();
    let names = if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") };
    let (stated, needed) = (signers.len() as u64, threshold(view));
    let number = if stated < needed {
        format!("{stated} of {} needed", plural(needed, "trustee", "trustees"))
    } else {
        format!("enough trustees ({stated}, and {needed} are needed)")
    };
    format!(
        "trustee {} is awaited to mix; {number} state that it is absent: {names}",
        absence.trustee
    )
}

fn list(office: &Office, audited: &Audited) {
    let (view, remedies) = (&audited.view, &audited.remedies);
    for found in &remedies.excludable {
        let Excludable { record, check, evidence, .. } = found;
        office.tell(format!("record {record} fails {check}: {evidence}"));
        office.tell(format!("  psephos-authority exclude --record {record}"));
    }
    // As long as a record fails, who is awaited depends on what becomes of it.
    let absent = if remedies.excludable.is_empty() { absences(view) } else { Vec::new() };
    for absence in &absent {
        office.tell(state_of(view, absence));
        let is_stated = |entry: &(BatchIndex, Digest)| {
            signers(view, absence.trustee, std::slice::from_ref(entry)).len() as u64
                >= threshold(view)
        };
        if absence.batches.iter().any(is_stated) {
            office.tell(format!("  psephos-authority exclude --trustee {}", absence.trustee));
        }
    }
    if remedies.excludable.is_empty() && absent.is_empty() {
        office.tell("Nothing can be excluded: no record fails, and no trustee is awaited to mix.");
    }
}
