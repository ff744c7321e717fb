//! A trustee's part.

use std::collections::BTreeSet;

use psephos_audit::{ManifestView, Phase, Report, View};
use psephos_core::{Digest, Encoding};
use psephos_record::bodies::Proposal;

use crate::next::sound;
use crate::{Next, Refusal, awaited};

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
    /// The mix of every batch.
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
    /// Steps it has signed, by the `election` of their messages.
    pub signed: BTreeSet<(Digest, Step)>,
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
        /// All batches of the election.
        batches: Vec<BatchIndex>,
    },
    /// Decrypt the last lists of these batches in part.
    Share {
        /// All batches of the election.
        lists: Vec<BatchIndex>,
    },
}

impl TrusteeAction {
    /// The step that the action signs.
    pub fn step(&self) -> Step {
        match self {
            TrusteeAction::Enrol => Step::Enrol,
            TrusteeAction::Accept => Step::Accept,
            TrusteeAction::CommitDeal => Step::CommitDeal,
            TrusteeAction::Deal => Step::Deal,
            TrusteeAction::ConfirmOrComplain => Step::Confirm,
            TrusteeAction::Mix { .. } => Step::Mix,
            TrusteeAction::Share { .. } => Step::Share,
        }
    }
}

/// What a trustee does next on a board that it has audited itself.
///
/// `report` is the audit that `view` comes from: with any failure in it, nothing is done.
pub fn trustee(view: &View, report: &Report, home: &TrusteeHome) -> Next<TrusteeAction> {
    match due(view, report, home) {
        Err(refusal) => Next::Refuse(refusal),
        Ok(Some(action)) if home.signed.contains(&(view.election(), action.step())) => {
            Next::Refuse(Refusal::SignedBefore { step: action.step().name() })
        }
        Ok(Some(action)) => Next::Act(action),
        Ok(None) if view.phase == Phase::Sealed => Next::Done,
        Ok(None) => Next::Wait(awaited(view)),
    }
}

fn due(view: &View, report: &Report, home: &TrusteeHome) -> Result<Option<TrusteeAction>, Refusal> {
    sound(view, report)?;
    let Some(standing) = &view.proposal else {
        return Ok(None);
    };
    if standing.digest != home.proposal_digest {
        return Err(Refusal::OtherProposal);
    }
    if view.phase == Phase::Enrolment {
        return enrolment(view, home);
    }
    let Some(manifest) = &view.manifest else { return Ok(None) };
    agreed(manifest, home)?;
    let index = view.trustee(&home.key).ok_or(Refusal::LeftOut)?;
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
        Phase::Mixing if view.next_mixer() == Some(index) => {
            (TrusteeAction::Mix { batches: batches(view) }, None)
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

fn enough_mixes(view: &View) -> Result<(), Refusal> {
    let needed = view.description().map_or(u64::MAX, |description| description.mixes);
    let valid = view.batches.iter().map(|batch| batch.position).min().unwrap_or(0);
    if valid < needed || view.next_mixer().is_some() {
        return Err(Refusal::TooFewMixes { valid, needed });
    }
    Ok(())
}

fn batches(view: &View) -> Vec<BatchIndex> {
    let index = |batch: &psephos_audit::BatchView| BatchIndex {
        box_index: batch.box_index,
        batch_index: batch.batch_index,
    };
    view.batches.iter().map(index).collect()
}
