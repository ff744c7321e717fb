//! What comes too late through nobody's fault, and is passed over (spec/09-audit.md §9.3): people work at the same time.

use psephos_record::bodies::Body;
use psephos_record::kind::Kind;

use crate::auditor::Auditor;
use crate::log::Entry;
use crate::mixes::{Dead, PostedMix};
use crate::phase::{is_of_ceremony, may_stand, name};
use crate::report::Culprit;
use crate::view::{EarlierAttempt, Phase};

/// Whether a `close` that was made before such a record states other lists than one made after it.
pub(crate) fn outdates_close(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RollAmend
            | Kind::Ballots
            | Kind::Challenged
            | Kind::Waiver
            | Kind::Exclusion
            | Kind::Close
    )
}

impl Auditor<'_> {
    /// The attempt of the key ceremony that a message was made for, if it has been replaced since and its
    /// author had not seen that.
    pub(crate) fn earlier_attempt(&self, entry: &Entry, kind: Kind) -> Option<&EarlierAttempt> {
        let standing = self.view.manifest.as_ref();
        let standing = standing.filter(|_| is_of_ceremony(kind) || kind == Kind::SignOff)?;
        standing.earlier.iter().find(|attempt| {
            attempt.election == entry.election
                && entry.knew.is_none_or(|knew| knew < attempt.replaced)
        })
    }

    /// Whether a trustee posts something of the key ceremony for the second time. What it sent before it knew
    /// its own first one is passed over, as is everything where its attempt has failed.
    pub(crate) fn is_done_before(&mut self, entry: &Entry, kind: Kind, author: &Culprit) -> bool {
        let first = self.memory.ceremonies.get(&(entry.author, kind, entry.election)).copied();
        let Some(first) = first else { return false };
        let begun = self.view.manifest.as_ref().map_or(0, |standing| standing.sequence);
        let is_unseen = entry.knew.is_some_and(|knew| (begun..first).contains(&knew));
        let has_failed = self.view.ceremony.failed && kind != Kind::Complain;
        if is_unseen && self.was_in_phase(entry) || has_failed {
            self.pass_over(format!(
                "record {} comes too late, which its author could not know, and has no effect: its author \
                 has posted one of kind {kind}, in record {first}",
                entry.sequence
            ));
        } else {
            let evidence =
                format!("this trustee has posted a record of kind {kind} before, record {first}");
            self.out_of_phase(entry.sequence, author, evidence);
        }
        true
    }

    /// Whether a `close` was made before a record that changes what it has to state. A server that posts ballots
    /// while the authority closes keeps nobody from posting what the authority had signed before.
    pub(crate) fn is_outdated_close(&mut self, entry: &Entry) -> bool {
        let Some(since) = self.memory.outdates_close.filter(|since| entry.knew < Some(*since))
        else {
            return false;
        };
        let is_close = entry.body.kind() == Kind::Close;
        if is_close {
            self.pass_over(format!(
                "record {} comes too late and has no effect: it closes the board that its author had seen, which \
                 record {since} has changed",
                entry.sequence
            ));
        }
        is_close
    }

    /// Whether a record would be in its phase right behind the one that its author had seen.
    fn was_in_phase(&self, entry: &Entry) -> bool {
        let proposed = self.view.proposal.as_ref().map_or(0, |proposal| proposal.sequence);
        let begun = self.view.manifest.as_ref().map_or(0, |standing| standing.sequence);
        let since = if is_of_ceremony(entry.body.kind()) { begun } else { proposed };
        let phase = entry.knew.filter(|knew| *knew >= since);
        let phase = phase.and_then(|knew| self.memory.phase(knew));
        phase.is_some_and(|phase| may_stand(&entry.body, phase))
    }

    /// Trustees work at the same time: what was in its phase by all that its author had seen is no fault,
    /// nor is what one sends to an attempt of the key ceremony that another's fault has ended.
    pub(crate) fn is_overtaken(&mut self, entry: &Entry, author: &Culprit, phase: Phase) -> bool {
        // An exclusion makes mixes due again that were thought to be done when this was written.
        let is_void_since =
            |mix: &PostedMix| matches!(mix.dead, Some(Dead::Void(by)) if entry.knew < Some(by));
        let is_overtaken = match &entry.body {
            body if phase == Phase::Failed && is_of_ceremony(body.kind()) => true,
            // Nobody is a trustee that the manifest has left out.
            Body::Enrol(_) | Body::CounterProposal(_) => self.was_in_phase(entry),
            _ if !matches!(author, Culprit::Trustee(_)) => false,
            Body::Share(share) if self.shares_what_is_out((entry.sequence, entry.knew), share) => {
                true
            }
            Body::Share(_)
                if phase == Phase::Mixing && self.mixes.iter().flatten().any(is_void_since) =>
            {
                true
            }
            _ => self.was_in_phase(entry),
        };
        if is_overtaken {
            self.pass_over(format!(
                "record {} comes too late, which its author could not know, and has no effect: {}",
                entry.sequence,
                name(phase)
            ));
        }
        is_overtaken
    }
}
