//! A trustee's part.

use std::collections::BTreeSet;

use psephos_audit::{BatchView, ManifestView, Phase, Remedies, Report, View};
use psephos_core::{Digest, Encoding};
use psephos_record::bodies::Proposal;

use crate::awaited;
use crate::next::{Soundness, soundness};
use crate::{Next, Refusal};

/// A step that a trustee signs at most once in an election (an attempt has its own election id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The enrolment.
    Enrol,
    /// The acceptance.
    Accept,
    /// The commitment to the deal.
    CommitDeal,
    /// The deal.
    Deal,
    /// The confirmation, or a complaint.
    Confirm,
    /// A mix: of each list once.
    Mix,
    /// The shares of every batch.
    Share,
}

impl Step {
    /// The step's name for people and for the local state.
    pub fn name(self) -> &'static str {
        match self {
            Step::Enrol => "enrolment",
            Step::Accept => "acceptance",
            Step::CommitDeal => "deal commitment",
            Step::Deal => "deal",
            Step::Confirm => "confirmation",
            Step::Mix => "mix",
            Step::Share => "share",
        }
    }
}

/// What a trustee holds at home, as far as its next step depends on it.
#[derive(Clone, Debug)]
pub struct TrusteeHome {
    /// Its index in the proposal, from 0.
    pub index: u64,
    /// Its signing key.
    pub key: Encoding,
    /// Digest of the proposal it joined.
    pub proposal_digest: Digest,
    /// That proposal, as it was shown.
    pub proposal: Proposal,
    /// Whether its owner agrees to it.
    pub agreed: bool,
    /// Steps it has signed, by the `election` of their messages.
    pub signed: BTreeSet<(Digest, Step)>,
    /// Lists it has signed a mix of, by the `election` of its message.
    pub mixed: BTreeSet<(Digest, BatchIndex, Digest)>,
    /// Whether the others have been waited for long enough.
    pub patience_is_over: bool,
    /// Elections for which it holds a deal committed to.
    pub deals: BTreeSet<Digest>,
    /// Elections for which it holds the secret of its share-encryption key.
    pub share_keys: BTreeSet<Digest>,
    /// Elections for which it holds its key share.
    pub key_shares: BTreeSet<Digest>,
}

/// A batch of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchIndex {
    /// Index of the box.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
}

/// A trustee that is awaited in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The trustee.
    pub trustee: u64,
    /// The batches, each with the root of the list that waits for it.
    pub batches: Vec<(BatchIndex, Digest)>,
}

/// What a trustee can be due to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrusteeAction {
    /// Enrol under the invitation.
    Enrol,
    /// Accept the manifest, with a fresh share-encryption key.
    Accept,
    /// Make a deal and commit to it.
    CommitDeal,
    /// Publish the deal committed to.
    Deal,
    /// Check every share received: confirm all deals, or complain of one.
    ConfirmOrComplain,
    /// Mix these batches.
    Mix {
        /// Those of which this trustee makes the next mix.
        batches: Vec<BatchIndex>,
    },
    /// State that another trustee has not mixed.
    StateAbsence(Absence),
    /// Decrypt the last lists of these batches in part.
    Share {
        /// All batches of the election.
        lists: Vec<BatchIndex>,
    },
}

impl TrusteeAction {
    /// The step that the action signs; none for a statement, which can be repeated.
    pub fn step(&self) -> Option<Step> {
        match self {
            TrusteeAction::Enrol => Some(Step::Enrol),
            TrusteeAction::Accept => Some(Step::Accept),
            TrusteeAction::CommitDeal => Some(Step::CommitDeal),
            TrusteeAction::Deal => Some(Step::Deal),
            TrusteeAction::ConfirmOrComplain => Some(Step::Confirm),
            TrusteeAction::Mix { .. } => Some(Step::Mix),
            TrusteeAction::StateAbsence(_) => None,
            TrusteeAction::Share { .. } => Some(Step::Share),
        }
    }
}

/// What a trustee does next on a board that it has audited itself.
///
/// `report` and `remedies` are the audit that `view` comes from: with any failure in it nothing is done
/// but to state that a trustee is absent whose lists cannot be read.
pub fn trustee(
    view: &View,
    report: &Report,
    remedies: &Remedies,
    home: &TrusteeHome,
) -> Next<TrusteeAction> {
    match soundness(view, report, remedies) {
        Err(refusal) => return Next::Refuse(refusal),
        Ok(Soundness::Sound) => {}
        Ok(Soundness::Blocked { excludable, unread }) => {
            let index = match place_in(view, home) {
                Err(refusal) => return Next::Refuse(refusal),
                Ok(index) => index.filter(|_| home.patience_is_over && excludable.is_empty()),
            };
            if let Some(absence) = index.and_then(|index| unstated(view, index)) {
                return Next::Act(TrusteeAction::StateAbsence(absence));
            }
            let mut waiting = awaited::exclusions(excludable);
            waiting.extend(awaited::unread(view, unread));
            return Next::Wait(waiting);
        }
    }
    match due(view, home) {
        Err(refusal) => Next::Refuse(refusal),
        Ok(Some(action)) => match signed_before(view, home, &action) {
            Some(step) => Next::Refuse(Refusal::SignedBefore { step: step.name() }),
            None => Next::Act(action),
        },
        Ok(None) if view.phase == Phase::Sealed => Next::Done,
        Ok(None) => Next::Wait(awaited(view)),
    }
}

/// The step of an action if it has been signed, although the board does not show it.
fn signed_before(view: &View, home: &TrusteeHome, action: &TrusteeAction) -> Option<Step> {
    let election = view.election();
    let signed = match action {
        TrusteeAction::Mix { .. } => view
            .due_batches(view.trustee(&home.key)?)
            .any(|batch| home.mixed.contains(&(election, index_of(batch), batch.last.root))),
        _ => home.signed.contains(&(election, action.step()?)),
    };
    signed.then_some(action.step()).flatten()
}

/// The trustees that are awaited to mix, and those whose mixes cannot be read, each with all its batches.
pub fn absences(view: &View) -> Vec<Absence> {
    let mut found: Vec<Absence> = Vec::new();
    let mut add = |trustee: u64, batch: &BatchView, root: Digest| {
        let entry = (index_of(batch), root);
        match found.iter_mut().find(|absence| absence.trustee == trustee) {
            Some(absence) => absence.batches.push(entry),
            None => found.push(Absence { trustee, batches: vec![entry] }),
        }
    };
    for batch in &view.batches {
        let unread = |mix: &&psephos_audit::MixView| !mix.readable && mix.excluded.is_none();
        let shares = batch.shares.iter().enumerate().filter_map(|(index, share)| {
            let share = share.as_ref().filter(|share| !share.readable)?;
            Some((index as u64, share.input))
        });
        if let Some(mix) = batch.mixes.iter().find(unread) {
            add(mix.trustee, batch, mix.input);
        } else if let Some((trustee, input)) = shares.into_iter().next() {
            add(trustee, batch, input);
        } else if let Some(trustee) = batch.next_mixer() {
            add(trustee, batch, batch.last.root);
        }
    }
    found.sort_by_key(|absence| absence.trustee);
    found
}

/// The first absence of another that this trustee has not stated.
fn unstated(view: &View, index: u64) -> Option<Absence> {
    let mut others = absences(view).into_iter().filter(|absence| absence.trustee != index);
    others.find(|absence| !is_stated(view, index, absence))
}

/// Whether this trustee has stated all of an absence on the board, knowing what makes it one.
pub fn is_stated(view: &View, index: u64, absence: &Absence) -> bool {
    absence.batches.iter().all(|(batch, root)| {
        let unread = view
            .batches
            .iter()
            .filter(|found| index_of(found) == *batch)
            .flat_map(|found| &found.mixes)
            .filter(|mix| mix.trustee == absence.trustee && mix.excluded.is_none())
            .map(|mix| mix.sequence)
            .max();
        view.absences.iter().any(|stated| {
            stated.signer == index
                && stated.trustee == absence.trustee
                && (stated.box_index, stated.batch_index) == (batch.box_index, batch.batch_index)
                && stated.root == *root
                && unread.is_none_or(|mix| stated.sequence > mix)
        })
    })
}

/// This trustee's index in the manifest, which must be the one agreed to; none as long as there is none.
fn place_in(view: &View, home: &TrusteeHome) -> Result<Option<u64>, Refusal> {
    let Some(standing) = &view.proposal else { return Ok(None) };
    if standing.digest != home.proposal_digest {
        let replaced = standing.is_or_was(&home.proposal_digest);
        return Err(if replaced { Refusal::Replaced } else { Refusal::OtherProposal });
    }
    let Some(manifest) = &view.manifest else { return Ok(None) };
    if !home.agreed {
        return Err(Refusal::NotAgreed);
    }
    agreed(manifest, home)?;
    view.trustee(&home.key).ok_or(Refusal::LeftOut).map(Some)
}

fn due(view: &View, home: &TrusteeHome) -> Result<Option<TrusteeAction>, Refusal> {
    let index = place_in(view, home)?;
    if view.phase == Phase::Enrolment {
        return enrolment(view, home);
    }
    let Some(index) = index else { return Ok(None) };
    let ceremony = &view.ceremony;
    let election = view.election();
    let (action, secret) = match view.phase {
        Phase::Acceptance if lacks(&ceremony.accepts, index) => (TrusteeAction::Accept, None),
        Phase::Commitment if lacks(&ceremony.commitments, index) => {
            (TrusteeAction::CommitDeal, None)
        }
        Phase::Dealing if lacks(&ceremony.deals, index) => {
            (TrusteeAction::Deal, Some((&home.deals, "deal")))
        }
        Phase::Confirmation if unconfirmed(view, index) => {
            (TrusteeAction::ConfirmOrComplain, Some((&home.share_keys, "share-encryption secret")))
        }
        Phase::Mixing if view.due_batches(index).next().is_some() => {
            let batches = view.due_batches(index).map(index_of).collect();
            (TrusteeAction::Mix { batches }, None)
        }
        Phase::Mixing if home.patience_is_over => {
            return Ok(unstated(view, index).map(TrusteeAction::StateAbsence));
        }
        Phase::Sharing | Phase::Tallying if !has_shared_any(view, index) => {
            enough_mixes(view)?;
            (TrusteeAction::Share { lists: batches(view) }, Some((&home.key_shares, "key share")))
        }
        _ => return Ok(None),
    };
    match secret {
        Some((held, secret)) if !held.contains(&election) => Err(Refusal::SecretMissing { secret }),
        _ => Ok(Some(action)),
    }
}

fn enrolment(view: &View, home: &TrusteeHome) -> Result<Option<TrusteeAction>, Refusal> {
    match place(home.index).and_then(|place| view.enrolments.get(place)) {
        Some(Some(enrolment)) if enrolment.key != home.key => Err(Refusal::OtherEnrolment),
        Some(None) => Ok(Some(TrusteeAction::Enrol)),
        _ => Ok(None),
    }
}

/// The manifest must be the proposal joined, with this trustee's own key, or without this trustee.
fn agreed(standing: &ManifestView, home: &TrusteeHome) -> Result<(), Refusal> {
    let differs =
        |difference: &str| Err(Refusal::ManifestDiffers { difference: difference.to_owned() });
    let (manifest, proposal) = (&standing.manifest, &home.proposal);
    let (now, then) = (&manifest.description, &proposal.description.without(&manifest.excluded));
    let above = manifest.excluded.iter().filter(|excluded| **excluded < home.index).count();
    let own = place(home.index).and_then(|place| manifest.keys.get(place.checked_sub(above)?));
    if own != Some(&home.key) && !manifest.excluded.contains(&home.index) {
        return differs("another signing key stands in this trustee's place");
    }
    if manifest.proposal != home.proposal_digest {
        return differs("it is made from another proposal");
    }
    if now == then {
        return Ok(());
    }
    let parts = [
        (now.title != then.title, "the title"),
        (now.threshold != then.threshold, "the threshold"),
        (now.mixes != then.mixes, "the minimum of mixes"),
        (now.trustees != then.trustees, "the trustees"),
        (now.contests != then.contests, "the contests"),
        (now.boxes != then.boxes, "the boxes and batches"),
        (now.policy != then.policy, "who may vote"),
        (now.roll != then.roll, "the roll"),
        ((now.opens, now.closes) != (then.opens, then.closes), "the dates of voting"),
        (now.minimum != then.minimum, "the minimum of ballots"),
        (now.intake != then.intake, "the key that takes in ballots"),
        (now.suite != then.suite, "the group and hash"),
    ];
    let changed: Vec<&str> =
        parts.iter().filter(|(changed, _)| *changed).map(|(_, name)| *name).collect();
    differs(&changed.join(", "))
}

fn place(index: u64) -> Option<usize> {
    usize::try_from(index).ok()
}

fn lacks<T>(contributions: &[Option<T>], index: u64) -> bool {
    place(index).and_then(|place| contributions.get(place)).is_some_and(Option::is_none)
}

fn unconfirmed(view: &View, index: u64) -> bool {
    let complained = view.ceremony.complaints.iter().any(|complaint| complaint.complainer == index);
    let confirmed = place(index).and_then(|place| view.ceremony.confirmed.get(place));
    confirmed == Some(&false) && !complained
}

/// Any share at all rules out another record of shares: it would share some list a second time.
fn has_shared_any(view: &View, index: u64) -> bool {
    view.batches.iter().any(|batch| !lacks(&batch.shares, index))
}

/// With too few mixes nobody decrypts.
pub(crate) fn enough_mixes(view: &View) -> Result<(), Refusal> {
    let needed = view.description().map_or(u64::MAX, |description| description.mixes);
    let valid = view.batches.iter().map(|batch| batch.position).min().unwrap_or(0);
    if valid < needed || !view.next_mixers().is_empty() {
        return Err(Refusal::TooFewMixes { valid, needed });
    }
    Ok(())
}

fn batches(view: &View) -> Vec<BatchIndex> {
    view.batches.iter().map(index_of).collect()
}

fn index_of(batch: &BatchView) -> BatchIndex {
    BatchIndex { box_index: batch.box_index, batch_index: batch.batch_index }
}
