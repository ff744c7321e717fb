//! The audit of a whole election: a pure function of its board (spec/09-audit.md).
//!
//! [`audit`] never stops at the first failure, names a culprit where one can be named, and says of
//! every check whether it was made. [`view()`] only reads what the records say. The two derivations that
//! the authority makes and everybody repeats are here once: which ballots count ([`derive_intake`]) and
//! what they amount to ([`count()`]).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod anonymity;
mod auditor;
mod ceremony;
mod check;
mod conclude;
mod count;
mod dates;
mod decryption;
mod evidence;
mod exclusion;
mod fork;
mod intake;
mod log;
mod mixes;
mod numbered;
mod overtaken;
mod phase;
mod receipt;
mod report;
mod result;
mod roll;
mod setup;
mod sighting;
mod text;
mod view;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::Digest;
use psephos_record::board::{Board, BoardError};
use psephos_record::bodies::Reason;

use crate::auditor::Auditor;

pub use anonymity::{BatchAnonymity, FEW, UNIQUE_PART};
pub use check::{CheckId, Status, Verdict};
pub use count::{Count, CountError, count, tally};
pub use evidence::{
    Claim, EVIDENCE_LIMIT, Evidence, EvidenceBlob, EvidenceFile, Judgement, Reach, excerpt,
};
pub use intake::{
    BallotSource, Intake, IntakeError, Placement, Polling, Rules, Standing, ballot_layouts,
    derive_intake, row_digests,
};
pub use report::{CheckResult, Culprit, FAILURES_LISTED, Failure, Report, SPEC};
pub use roll::{Keys, Roll, RollError, RollFault};
pub use sighting::{Heads, Sighting, Sightings, Witnesses, WitnessesError, seen_of, two_faced};
pub use view::{
    AbsenceView, AmendmentView, BallotsView, BatchView, Ceremony, ChallengedView, CloseView,
    ComplaintView, Contribution, CounterProposalView, EarlierAttempt, EarlierProposal,
    ElectionKeys, Enrolment, ExcludedView, ExclusionView, ManifestView, MixView, Mixer, Phase,
    ProposalView, ShareView, View, WaiverView,
};
pub use witness::{WitnessReport, Witnessed};

/// What an auditor knows beside the board.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Digests that must be the election's id or the last record's.
    pub expect: Vec<Digest>,
    /// So many records, the last of them with this digest, were audited before and not found INVALID:
    /// their proofs and blobs are not checked again.
    pub verified: Option<(u64, Digest)>,
    /// Receipts that voters have for their ballots: their files.
    pub receipts: Vec<Vec<u8>>,
    /// Witnesses that are trusted, and what they have cosigned; none if nobody asks for them.
    pub witnesses: Option<Witnesses>,
}

/// A second board to compare with, or why there is none.
pub type Second<'a> = Result<&'a dyn Board, &'a BoardError>;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The board is not the one that was audited before: shorter, or with another record there.
    #[error(
        "this is not the board that was audited before: record {records} of it should have digest {}{}",
        hex::encode(expected),
        found_text(found.as_ref())
    )]
    NotAContinuation {
        /// How many records had been audited.
        records: u64,
        /// The digest of the last of them.
        expected: Digest,
        /// The digest of the record in its place; none when the board is shorter.
        found: Option<Digest>,
    },
    /// The storage failed.
    #[error(transparent)]
    Board(#[from] BoardError),
}

fn found_text(found: Option<&Digest>) -> String {
    match found {
        Some(found) => format!(" and has {}", hex::encode(found)),
        None => " and is not there".into(),
    }
}

/// What an audit is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading records and hashing blobs; counts records.
    Records,
    /// Ballot proofs; counts ballots.
    Ballots,
    /// Shuffle proofs; counts rows of all lists.
    Mixes,
    /// Proofs of shares, and the plaintexts that follow; counts rows.
    Shares,
    /// What is left of the result; counts batches.
    Result,
    /// A second board; counts records.
    Comparison,
}

impl Stage {
    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Records => "records",
            Stage::Ballots => "ballots",
            Stage::Mixes => "mixes",
            Stage::Shares => "shares",
            Stage::Result => "result",
            Stage::Comparison => "second board",
        }
    }
}

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How many things are done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// What became of the ballots, once the intake was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turnout {
    /// Ballots on the board.
    pub cast: u64,
    /// Those that count.
    pub accepted: u64,
    /// Those that do not, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// Decrypted rows that are no vote, once there is a result.
    pub invalid: Option<u64>,
}

/// A finished audit.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The answer.
    pub report: Report,
    /// What the board says; mixes and shares in it are marked valid by this audit.
    pub view: View,
    /// What became of the ballots; none unless this audit has checked the intake.
    pub turnout: Option<Turnout>,
    /// What can be done about what is wrong.
    pub remedies: Remedies,
}

/// What can be done about what an audit has found wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    /// Records that the authority can exclude for cause, so that they fail nothing any more.
    pub excludable: Vec<Excludable>,
    /// Trustees' mixes and shares whose lists are missing or damaged: they count as absent.
    pub unread: Vec<u64>,
    /// Whether something is wrong that neither remedies.
    pub beyond: bool,
}

/// A record that the authority can exclude for cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excludable {
    /// Its place on the board.
    pub record: u64,
    /// A check that it fails.
    pub check: CheckId,
    /// SHA3-256 of its file.
    pub digest: Digest,
    /// SHA3-256 of the file before it; zeros before the first.
    pub previous: Digest,
    /// What was found, in words.
    pub evidence: String,
}

/// Audits a board.
///
/// # Errors
/// [`AuditError`]: the board is not the one audited before, or its storage fails. Everything else that
/// can be wrong with a board is in the report.
pub fn audit(
    board: &dyn Board,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Audit, AuditError> {
    run(board, None, options, progress, true)
}

/// Audits a board with a second one beside it: the report lists the check `board.fork`, which fails if
/// the two are boards of one election that part ways.
///
/// A second board that cannot be read, or opened at all, or is of another election, leaves that check unmade.
///
/// # Errors
/// As [`audit`], of the first board.
pub fn compare(
    board: &dyn Board,
    other: Second<'_>,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Audit, AuditError> {
    run(board, Some(other), options, progress, true)
}

/// What the records of a board say, without looking at blobs and proofs: every mix and share counts as
/// valid if it is in its place. For showing a status, not for acting on.
///
/// # Errors
/// [`AuditError::Board`].
pub fn view(board: &dyn Board) -> Result<View, AuditError> {
    Ok(outline(board)?.view)
}

/// [`view()`], with a report of everything that is wrong with the records by themselves: encodings, the chain,
/// signatures, who may write what in which phase. For refusing a record before it stands, not for a verdict:
/// checks of lists and proofs are not made, and count as passed where there is something to make them on.
///
/// # Errors
/// [`AuditError::Board`].
pub fn outline(board: &dyn Board) -> Result<Audit, AuditError> {
    run(board, None, &Options::default(), &|_| {}, false)
}

/// An exclusion stands after what it puts aside. One that turns out not to stand where it may puts nothing
/// aside: the board is read anew without it.
fn run(
    board: &dyn Board,
    other: Option<Second<'_>>,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    thorough: bool,
) -> Result<Audit, AuditError> {
    let mut void = BTreeSet::new();
    loop {
        let mut auditor = Auditor::new(board, options, progress, thorough);
        auditor.other = other;
        auditor.docket.void = void.clone();
        auditor.read_log()?;
        let more = auditor.void_exclusions();
        if more.is_empty() {
            return Ok(auditor.conclude());
        }
        void.extend(more);
    }
}
