//! What a role is told: act, wait, stop or rest.

use psephos_audit::{CheckId, Excludable, Failure, Phase, Remedies, Report, Verdict, View};
use thiserror::Error;

use crate::Awaited;

/// What a role does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<Action> {
    /// This is due now.
    Act(Action),
    /// Somebody else is awaited.
    Wait(Vec<Awaited>),
    /// Nothing may be done on this board.
    Refuse(Refusal),
    /// Nothing remains to be done.
    Done,
}

/// Why a role does nothing more on a board.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The audit cannot read the board.
    #[error("the board cannot be read")]
    Unreadable,
    /// The audit fails.
    #[error("the audit of the board fails ({count} failure(s), the first: {first})")]
    Failures {
        /// How many failures.
        count: usize,
        /// The first one.
        first: String,
    },
    /// The authority has to exclude a record before anything goes on.
    #[error("record {record} fails {check} ({evidence})")]
    Excludable {
        /// The record's place on the board.
        record: u64,
        /// The check.
        check: CheckId,
        /// What was found.
        evidence: String,
    },
    /// The board stands under another proposal than the one joined.
    #[error("the board's proposal is not the one that was joined")]
    OtherProposal,
    /// The authority has replaced the proposal that was joined.
    #[error("the authority has replaced the proposal that was joined by another one")]
    Replaced,
    /// Its owner has not agreed to the proposal that stands.
    #[error("this trustee's owner has not agreed to the proposal of this election")]
    NotAgreed,
    /// The enrolment under this trustee's invitation names another key.
    #[error("somebody else has enrolled in this trustee's place")]
    OtherEnrolment,
    /// The manifest is not what this trustee agreed to.
    #[error("the manifest differs from the proposal that was joined: {difference}")]
    ManifestDiffers {
        /// What differs.
        difference: String,
    },
    /// The manifest goes on without this trustee.
    #[error("the key ceremony was begun again without this trustee: it takes no part any more")]
    LeftOut,
    /// This trustee has signed the step already, and the board does not show it.
    #[error(
        "this trustee has already signed its {step} and does not sign another one, but the board does not show it"
    )]
    SignedBefore {
        /// The step.
        step: &'static str,
    },
    /// The secrets for a step were never here, or are gone.
    #[error("the key file holds no {secret} for this election")]
    SecretMissing {
        /// Which secret.
        secret: &'static str,
    },
    /// The board shows fewer good mixes than the manifest demands.
    #[error(
        "the election demands {needed} valid mixes of each list and there can only be {valid}: to decrypt now \
         could reveal who voted how"
    )]
    TooFewMixes {
        /// Valid mixes of the batch that has fewest.
        valid: u64,
        /// The manifest's minimum.
        needed: u64,
    },
}

/// Whether a board can be acted on.
pub(crate) enum Soundness<'a> {
    Sound,
    /// Not before these records are excluded, or these lists are there or excluded.
    Blocked {
        excludable: &'a [Excludable],
        unread: &'a [u64],
    },
}

/// Refuses a board on which the audit has found anything wrong that cannot be put right.
///
/// A failed attempt of the key ceremony is no such thing: another attempt takes its place.
pub(crate) fn soundness<'a>(
    view: &View,
    report: &Report,
    remedies: &'a Remedies,
) -> Result<Soundness<'a>, Refusal> {
    let begun = view.manifest.as_ref().map(|standing| standing.sequence);
    let of_attempt = |failure: &Failure| {
        view.phase == Phase::Failed
            && OF_CEREMONY.contains(&failure.check)
            && failure.record >= begun
    };
    let mut failures = report.failures.iter().filter(|failure| !of_attempt(failure));
    let first = failures.next();
    let holds = matches!(report.verdict, Verdict::Valid | Verdict::Incomplete)
        || report.verdict == Verdict::Invalid && view.phase == Phase::Failed;
    if first.is_none() && holds {
        return Ok(Soundness::Sound);
    }
    let Remedies { excludable, unread, beyond } = remedies;
    let has_remedy = !excludable.is_empty() || !unread.is_empty();
    if has_remedy && !beyond {
        return Ok(Soundness::Blocked { excludable, unread });
    }
    if report.verdict == Verdict::Unreadable {
        return Err(Refusal::Unreadable);
    }
    Err(Refusal::Failures {
        count: report.failures.len(),
        first: first
            .map_or_else(String::new, |failure| format!("{}: {}", failure.check, failure.evidence)),
    })
}

/// What can be wrong with what a trustee posts in a key ceremony.
const OF_CEREMONY: [CheckId; 7] = [
    CheckId::KeyProof,
    CheckId::KeyCommitment,
    CheckId::KeyEncryption,
    CheckId::KeyComplaint,
    CheckId::ShapeLength,
    CheckId::GroupMembership,
    CheckId::EncodingCanonical,
];
