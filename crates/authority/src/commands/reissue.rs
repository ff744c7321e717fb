//! `reissue`: another proposal in place of the one that stands, as long as there is no manifest.

use psephos_audit::{Phase, ProposalView, View};
use psephos_console::{Exit, Failure, ask, numbered, say};
use psephos_participant::{Audited, board_failure, refusal_failure, terms};
use psephos_protocol::Next;
use psephos_record::bodies::{Body, Description, Proposal};
use psephos_record::invitation::InvitationSecret;
use psephos_record::message::Record;
use psephos_secrets::Vault;

use crate::cli::Reissue;
use crate::description::{describe, read};
use crate::invitations;
use crate::office::Office;

/// Shows what trustees answered; replaces the proposal if told by what.
pub fn run(arguments: Reissue) -> Result<Exit, Failure> {
    let board = arguments.place.board.as_ref();
    let (mut office, vault) = Office::enter_with_vault(&arguments.acting, board)?;
    let audited = office.settle()?;
    let Audited { view, report, remedies } = &audited;
    if let Next::Refuse(refusal) = psephos_protocol::authority(view, report, remedies) {
        return Err(refusal_failure(&refusal, office.station.board()));
    }
    let standing = standing(view)?.clone();
    let before = &standing.proposal.description;
    let Some(after) = wanted(&arguments, &office, view, before)? else {
        return Ok(list(view, before));
    };
    after
        .check()
        .map_err(|fault| Failure::usage(format!("no such election can be held: {fault}")))?;
    let differences = terms::differences(before, &after);
    if differences.is_empty() {
        // The same command again: it may have been interrupted before the lines were printed.
        say("These are the terms of the proposal that stands; nothing more was posted.\n");
        return posted(&office, view, &standing.proposal, &unused(&vault, view)?);
    }
    say("The new proposal:\n");
    for line in &differences {
        say(format!("  {line}"));
    }
    say("");
    if !arguments.yes && !confirmed()? {
        say("Nothing was posted.");
        return Ok(Exit::Incomplete);
    }
    let kept = |(index, name): &(u64, &String)| {
        let place = usize::try_from(*index).unwrap_or(usize::MAX);
        before.trustees.get(place) == Some(*name)
    };
    let fresh: Vec<u64> = numbered(&after.trustees)
        .filter(|trustee| !kept(trustee))
        .map(|(index, _)| index)
        .collect();
    let secrets = invite(&vault, &after, &fresh)?;
    let proposal = Proposal { description: after, invitations: invitations::keys(&secrets) };
    let audited = office.post(view, &Body::Proposal(proposal.clone()))?;
    let fresh: Vec<(u64, InvitationSecret)> =
        numbered(secrets).filter(|(index, _)| fresh.contains(index)).collect();
    posted(&office, &audited.view, &proposal, &fresh)
}

/// The proposal that can still be replaced.
fn standing(view: &View) -> Result<&ProposalView, Failure> {
    match &view.proposal {
        Some(standing) if view.phase == Phase::Enrolment => Ok(standing),
        Some(_) => Err(Failure::usage("the manifest is issued: its terms stand").advice(
            "a trustee that does not accept them can be left out with `psephos-authority open \
             --without N`; for other terms begin another election",
        )),
        None => {
            Err(Failure::usage("the board is empty").advice("run `psephos-authority init` first"))
        }
    }
}

/// The terms asked for: a trustee's, or those of a file.
fn wanted(
    arguments: &Reissue,
    office: &Office,
    view: &View,
    before: &Description,
) -> Result<Option<Description>, Failure> {
    if let Some(trustee) = arguments.counter_proposal {
        let place = usize::try_from(trustee).unwrap_or(usize::MAX);
        let answered = view.counter_proposals.get(place).and_then(Option::as_ref);
        // What is not a trustee's to say stays as it is.
        let description = answered.and_then(|answered| answered.counter.description.clone());
        let description = description.map(|theirs| {
            let Description { roll, policy, intake, suite, .. } = before.clone();
            Description { roll, policy, intake, suite, ..theirs }
        });
        return match (answered, description) {
            (_, Some(description)) => Ok(Some(description)),
            (Some(_), None) => {
                Err(Failure::usage(format!("trustee {trustee} declines")).advice(format!(
                    "leave it out with `psephos-authority open --without {trustee}`, or change the \
                     terms with --election FILE"
                )))
            }
            (None, None) if was_taken(office, view, trustee)? => Ok(Some(before.clone())),
            (None, None) => {
                Err(Failure::usage(format!("trustee {trustee} has made no counter-proposal"))
                    .advice("`psephos-authority reissue` lists those that stand"))
            }
        };
    }
    let Some(path) = &arguments.election else { return Ok(None) };
    let described = describe(&read(path)?, &arguments.numbers)?;
    let (roll, policy) = (before.roll, before.policy);
    Ok(Some(Description { roll, policy, intake: before.intake, ..described }))
}

/// Whether the proposal that stands is what this trustee proposed instead of an earlier one.
fn was_taken(office: &Office, view: &View, trustee: u64) -> Result<bool, Failure> {
    let standing = standing(view)?;
    let (mut key, mut proposed) = (None, None);
    for sequence in 0..standing.sequence {
        let file = office.station.board().record(sequence).map_err(board_failure)?;
        let Ok(message) = Record::decode(&file).and_then(|record| record.message()) else {
            continue;
        };
        match message.body() {
            Ok(Body::Enrol(enrol)) if enrol.trustee == trustee => key = Some(message.author),
            Ok(Body::CounterProposal(counter)) if key == Some(message.author) => {
                proposed = counter.description;
            }
            _ => {}
        }
    }
    Ok(proposed.as_ref() == Some(&standing.proposal.description))
}

/// The invitations that nobody has followed yet.
fn unused(vault: &Vault, view: &View) -> Result<Vec<(u64, InvitationSecret)>, Failure> {
    numbered(&view.enrolments)
        .filter(|(_, enrolment)| enrolment.is_none())
        .map(|(index, _)| Ok((index, invitations::stored(vault, index)?)))
        .collect()
}

/// What trustees have answered, in words.
fn list(view: &View, before: &Description) -> Exit {
    let mut any = false;
    for (trustee, answered) in numbered(&view.counter_proposals) {
        let Some(answered) = answered else { continue };
        any = true;
        let reason = &answered.counter.reason;
        let Some(description) = &answered.counter.description else {
            say(format!("trustee {trustee} declines: {reason:?}"));
            say(format!("  go on without it: psephos-authority open --without {trustee}"));
            continue;
        };
        say(format!("trustee {trustee} proposes other terms: {reason:?}"));
        for line in terms::differences(before, description) {
            say(format!("  {line}"));
        }
        say(format!("  take them: psephos-authority reissue --counter-proposal {trustee}"));
    }
    if any {
        say("\nOr go on as proposed: psephos-authority open --as-proposed");
        return Exit::Incomplete;
    }
    say("No trustee has answered the proposal otherwise than by joining.");
    say("To change it all the same: psephos-authority reissue --election FILE.toml");
    Exit::Valid
}

fn confirmed() -> Result<bool, Failure> {
    if !ask::is_there() {
        return Err(
            Failure::usage("there is nobody to ask whether to post this").advice("give --yes")
        );
    }
    ask::with_terminal(|terminal| {
        terminal.agrees("Post it? Every trustee has to join again, under these terms.")
    })
}

/// The invitations of the new proposal: whoever stays in its place under its name keeps its line.
fn invite(
    vault: &Vault,
    after: &Description,
    fresh: &[u64],
) -> Result<Vec<InvitationSecret>, Failure> {
    let secret = |trustee: u64| match fresh.contains(&trustee) {
        true => invitations::make(vault, trustee),
        false => invitations::stored(vault, trustee),
    };
    (0..after.trustee_count()).map(secret).collect()
}

fn posted(
    office: &Office,
    view: &View,
    proposal: &Proposal,
    fresh: &[(u64, InvitationSecret)],
) -> Result<Exit, Failure> {
    let standing = standing(view)?;
    if standing.proposal != *proposal {
        return Err(Failure::internal("another proposal stands than the one posted"));
    }
    let board = office.station.board().place();
    invitations::show_proposal(office, &proposal.description, &standing.digest, &board);
    if !fresh.is_empty() {
        let description = &proposal.description;
        invitations::show_lines(office, description, &standing.digest, fresh, &board);
    }
    office.tell(
        "\nNext: every trustee runs `psephos-trustee join` again and is shown what has changed; \
         you run `psephos-authority open`.",
    );
    Ok(Exit::Valid)
}
