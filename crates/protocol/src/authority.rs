//! The authority's part.

use psephos_audit::{Phase, Report, View};

use crate::next::sound;
use crate::{Next, awaited};

/// What the authority can be due to do; `close` waits for the end of voting, which only people know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityAction {
    /// Write the proposal.
    Propose,
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
pub fn authority(view: &View, report: &Report) -> Next<AuthorityAction> {
    if let Err(refusal) = sound(view, report) {
        return Next::Refuse(refusal);
    }
    let attempt =
        || view.manifest.as_ref().map_or(0, |standing| standing.manifest.attempt.saturating_add(1));
    match view.phase {
        Phase::Empty => Next::Act(AuthorityAction::Propose),
        Phase::Enrolment if view.enrolments.iter().all(Option::is_some) => {
            Next::Act(AuthorityAction::IssueManifest { attempt: attempt() })
        }
        Phase::Failed => Next::Act(AuthorityAction::IssueManifest { attempt: attempt() }),
        Phase::Ready => Next::Act(AuthorityAction::Open),
        Phase::Voting => Next::Act(AuthorityAction::Close),
        Phase::Tallying => Next::Act(AuthorityAction::Publish),
        Phase::Published => Next::Act(AuthorityAction::Seal),
        Phase::Sealed => Next::Done,
        Phase::Enrolment
        | Phase::Acceptance
        | Phase::Commitment
        | Phase::Dealing
        | Phase::Confirmation
        | Phase::Mixing
        | Phase::Sharing => Next::Wait(awaited(view)),
    }
}
