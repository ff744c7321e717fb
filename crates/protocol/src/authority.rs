//! The authority's part.

use psephos_audit::{Phase, Remedies, Report, View};

use crate::awaited;
use crate::next::{Soundness, soundness};
use crate::trustee::enough_mixes;
use crate::{Next, Refusal};

/// What the authority can be due to do; `close` waits for the end of voting, which only people know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityAction {
    /// Write the proposal.
    Propose,
    /// Answer what trustees have answered to the proposal: replace it, or issue the manifest all the same.
    Answer,
    /// Issue the manifest of this attempt.
    IssueManifest {
        /// 0, and one more for each key ceremony that failed.
        attempt: u64,
    },
    /// Open the election.
    Open,
    /// Take in ballots, or close.
    Close,
    /// Combine the shares and publish the result.
    Publish,
    /// Seal the board.
    Seal,
}

/// What the authority does next on an audited board.
pub fn authority(view: &View, report: &Report, remedies: &Remedies) -> Next<AuthorityAction> {
    match soundness(view, report, remedies) {
        Err(refusal) => return Next::Refuse(refusal),
        Ok(Soundness::Sound) => {}
        Ok(Soundness::Blocked { excludable, unread }) => {
            return match excludable.first() {
                Some(first) => Next::Refuse(Refusal::Excludable {
                    record: first.record,
                    check: first.check,
                    evidence: first.evidence.clone(),
                }),
                None => Next::Wait(awaited::unread(view, unread)),
            };
        }
    }
    let attempt =
        || view.manifest.as_ref().map_or(0, |standing| standing.manifest.attempt.saturating_add(1));
    match view.phase {
        Phase::Empty => Next::Act(AuthorityAction::Propose),
        Phase::Enrolment if view.counter_proposals.iter().any(Option::is_some) => {
            Next::Act(AuthorityAction::Answer)
        }
        Phase::Enrolment if view.enrolments.iter().all(Option::is_some) => {
            Next::Act(AuthorityAction::IssueManifest { attempt: attempt() })
        }
        Phase::Failed => Next::Act(AuthorityAction::IssueManifest { attempt: attempt() }),
        Phase::Ready => Next::Act(AuthorityAction::Open),
        Phase::Voting => Next::Act(AuthorityAction::Close),
        Phase::Tallying => Next::Act(AuthorityAction::Publish),
        Phase::Published => Next::Act(AuthorityAction::Seal),
        Phase::Sealed => Next::Done,
        // With too few mixes nobody decrypts: to wait for shares would be to wait for nobody.
        Phase::Sharing => match enough_mixes(view) {
            Err(refusal) => Next::Refuse(refusal),
            Ok(()) => Next::Wait(awaited(view)),
        },
        Phase::Enrolment
        | Phase::Acceptance
        | Phase::Commitment
        | Phase::Dealing
        | Phase::Confirmation
        | Phase::Mixing => Next::Wait(awaited(view)),
    }
}
