//! `open`: from the enrolments over the manifest and the key ceremony to an open election.

use std::collections::BTreeSet;

use psephos_audit::{ManifestView, Phase, ProposalView, View};
use psephos_console::{Exit, Failure, numbered, plural};
use psephos_participant::Audited;
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::bodies::{Body, Manifest, Open as OpenBody};
use psephos_record::words::words;

use crate::cli::Open;
use crate::office::{Office, Wait, list};

/// Does what is due until the election is open.
pub fn run(arguments: Open) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    let mut wait = Wait::new(&arguments.waiting);
    let mut audited = office.settle()?;
    let mut again = arguments.again;
    if !arguments.without.is_empty() {
        if !again && were_left_out(&audited.view, &arguments.without) {
            office.tell(
                "These trustees are left out already. To leave out those who have these numbers now, give \
                 --again as well.",
            );
        } else {
            audited = restart(&mut office, &audited, &arguments.without)?;
        }
        again = false;
    }
    loop {
        match office.next(&audited)? {
            Next::Act(AuthorityAction::Answer) if !arguments.as_proposed => {
                return Err(unanswered(&audited.view));
            }
            Next::Act(AuthorityAction::Answer) if !enrolled_but(&audited.view, &[]) => {
                if arguments.waiting.once {
                    office.tell("not open yet: not every trustee has enrolled");
                    return Ok(Exit::Incomplete);
                }
                wait.on(&office, &psephos_protocol::awaited(&audited.view))?;
                audited = office.settle()?;
            }
            Next::Act(AuthorityAction::Answer) => {
                audited = issue(&mut office, &audited.view, 0, Vec::new())?;
            }
            Next::Act(AuthorityAction::IssueManifest { attempt }) => {
                let failed = audited.view.phase == Phase::Failed;
                if failed && !std::mem::take(&mut again) {
                    return Err(failed_ceremony(&audited));
                }
                let excluded = left_out(&audited.view).to_vec();
                audited = issue(&mut office, &audited.view, attempt, excluded)?;
            }
            Next::Act(AuthorityAction::Open) => {
                audited = office.post(&audited.view, &Body::Open(OpenBody {}))?;
            }
            Next::Act(AuthorityAction::Propose) => {
                return Err(Failure::usage("the board is empty")
                    .advice("run `psephos-authority init` first"));
            }
            Next::Wait(awaited) if audited.view.phase < Phase::Voting => {
                if arguments.waiting.once {
                    office.tell(format!("not open yet: waiting for {}", list(&awaited)));
                    return Ok(Exit::Incomplete);
                }
                wait.on(&office, &awaited)?;
                audited = office.settle()?;
            }
            _ => break,
        }
    }
    if audited.view.phase == Phase::Voting {
        let how = match office.station.home().read()?.intake_elsewhere {
            true => "ballots come in through the board server",
            false => "`psephos-authority intake FILES…`",
        };
        office.tell(format!("The election is open.\nNext: {how}, then `psephos-authority close`."));
    } else {
        office.tell("The election was opened before and voting has ended.");
    }
    Ok(Exit::Valid)
}

/// Who does not agree to the proposal, and what can be done.
fn unanswered(view: &View) -> Failure {
    let who: Vec<String> = numbered(&view.counter_proposals)
        .filter(|(_, answered)| answered.is_some())
        .map(|(trustee, _)| format!("trustee {trustee}"))
        .collect();
    let what = format!("not all trustees agree to the proposal: {} answered it", who.join(", "));
    Failure::new(Exit::Incomplete, what).advice(
        "`psephos-authority reissue` shows what they want and changes the proposal; or go on with \
         `open --as-proposed`, or without a trustee with `open --without N`",
    )
}

/// The proposal's indices of the trustees that the last manifest leaves out.
fn left_out(view: &View) -> &[u64] {
    view.manifest.as_ref().map_or(&[], |standing| &standing.manifest.excluded)
}

/// Whether the standing manifest was made by leaving out exactly these numbers. The trustees behind have moved
/// up since: the same command, run again after an interruption, would leave out somebody else.
fn were_left_out(view: &View, numbers: &[u64]) -> bool {
    // Where that attempt has failed in its turn, the numbers are those of today.
    let standing = view.manifest.as_ref().filter(|_| view.phase != Phase::Failed);
    let Some(ManifestView { manifest, earlier, .. }) = standing else { return false };
    let Some(before) = earlier.last() else {
        return !manifest.excluded.is_empty()
            && manifest.excluded.iter().collect::<BTreeSet<_>>() == numbers.iter().collect();
    };
    let kept = numbered(&before.keys).filter(|(index, _)| !numbers.contains(index));
    let kept: Vec<_> = kept.map(|(_, key)| *key).collect();
    kept.len() < before.keys.len() && kept == manifest.keys
}

/// A new attempt without some trustees, given by their numbers of today.
fn restart(office: &mut Office, audited: &Audited, numbers: &[u64]) -> Result<Audited, Failure> {
    let view = &audited.view;
    let proposal = standing(view)?;
    if !(Phase::Enrolment..=Phase::Ready).contains(&view.phase) {
        return Err(Failure::usage("the election is open: its trustees stay as they are")
            .advice("who does not mix is left out with `psephos-authority exclude --trustee N`"));
    }
    let proposed = &proposal.proposal.description;
    let present: Vec<u64> =
        (0..proposed.trustee_count()).filter(|index| !left_out(view).contains(index)).collect();
    let mut excluded = left_out(view).to_vec();
    for number in numbers {
        let index = usize::try_from(*number).ok();
        let index = index.and_then(|place| present.get(place)).ok_or_else(|| {
            Failure::usage(format!("there is no trustee {number}"))
                .advice("`psephos-authority status` lists them")
        })?;
        excluded.push(*index);
    }
    excluded.sort_unstable();
    excluded.dedup();
    let left = proposed.without(&excluded);
    let advice = "begin a new election with `psephos-authority init` in another folder";
    if left.trustee_count() < left.threshold {
        let trustees = plural(left.trustee_count(), "trustee", "trustees");
        return Err(Failure::usage(format!(
            "too few trustees would be left: {trustees}, and it takes {} to decrypt",
            left.threshold
        ))
        .advice(advice));
    }
    left.check().map_err(|fault| Failure::usage(fault.to_string()).advice(advice))?;
    if view.phase == Phase::Enrolment && !enrolled_but(view, &excluded) {
        return Err(Failure::usage("other trustees have not enrolled yet")
            .advice("wait for them, or name them with --without as well"));
    }
    let next = |standing: &ManifestView| standing.manifest.attempt.saturating_add(1);
    let attempt = view.manifest.as_ref().map_or(0, next);
    issue(office, view, attempt, excluded)
}

/// Whether everybody has enrolled but those left out.
fn enrolled_but(view: &View, excluded: &[u64]) -> bool {
    numbered(&view.enrolments)
        .all(|(index, enrolment)| enrolment.is_some() || excluded.contains(&index))
}

fn standing(view: &View) -> Result<&ProposalView, Failure> {
    view.proposal.as_ref().ok_or_else(|| {
        Failure::usage("the board is empty").advice("run `psephos-authority init` first")
    })
}

fn issue(
    office: &mut Office,
    view: &View,
    attempt: u64,
    excluded: Vec<u64>,
) -> Result<Audited, Failure> {
    let proposal = standing(view)?;
    let keys = numbered(&view.enrolments)
        .filter(|(index, _)| !excluded.contains(index))
        .filter_map(|(_, enrolment)| Some(enrolment.as_ref()?.key))
        .collect();
    let description = proposal.proposal.description.without(&excluded);
    let manifest = Manifest { keys, attempt, excluded, proposal: proposal.digest, description };
    let audited = office.post(view, &Body::Manifest(manifest))?;
    if let Some(standing) = &audited.view.manifest {
        office.tell(format!(
            "The manifest is issued, with {}; any {} of them decrypt.",
            plural(standing.manifest.keys.len() as u64, "trustee", "trustees"),
            standing.manifest.description.threshold
        ));
        office.tell(format!("  election  {}", hex::encode(standing.election)));
        office.tell(format!("            {}", words(&standing.election)));
    }
    Ok(audited)
}

fn failed_ceremony(audited: &Audited) -> Failure {
    let ceremony = &audited.view.ceremony;
    let convicted: Vec<String> =
        ceremony.convicted.iter().map(|index| format!("trustee {index}")).collect();
    let blame =
        if convicted.is_empty() { "nobody can be named".to_owned() } else { convicted.join(", ") };
    let evidence = audited.report.failures.first().map_or("", |failure| failure.evidence.as_str());
    let numbers: Vec<String> =
        ceremony.convicted.iter().map(|index| format!(" --without {index}")).collect();
    let without = if numbers.is_empty() {
        String::new()
    } else {
        format!("`psephos-authority open{}`, or with everybody ", numbers.concat())
    };
    Failure::new(Exit::Incomplete, format!("the key ceremony has failed ({blame}): {evidence}"))
        .advice(format!("begin again: {without}`psephos-authority open --again`"))
}
