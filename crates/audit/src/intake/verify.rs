//! The `close` record against what the ballots on the board imply (spec/09-audit.md §9.5).

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_record::bodies::{Close, CloseBatch, Reason, Rejected};

use super::claims::Claims;
use super::twins::first_holders;
use super::{Intake, IntakeError, Polling, derive_intake};
use crate::auditor::{Auditor, Look};
use crate::check::CheckId;
use crate::mixes::PostedMix;
use crate::numbered::{numbered, plural};
use crate::report::Culprit;
use crate::roll::Eligible;
use crate::view::{BatchView, CloseView, Mixer};
use crate::{Stage, Turnout};

/// Every check that `close` has to answer for.
const CHECKS: [CheckId; 12] = [
    CheckId::BallotShape,
    CheckId::BallotContext,
    CheckId::BallotProof,
    CheckId::BallotRange,
    CheckId::BallotChallenged,
    CheckId::BallotDuplicate,
    CheckId::IntakeRejected,
    CheckId::IntakeMissing,
    CheckId::IntakeAdded,
    CheckId::IntakeIneligible,
    CheckId::IntakeRevote,
    CheckId::IntakeMinimum,
];

/// The check that an accepted ballot fails when it should have been rejected for this reason.
fn check_of(reason: Reason) -> CheckId {
    match reason {
        Reason::Shape => CheckId::BallotShape,
        Reason::Context => CheckId::BallotContext,
        Reason::Eligibility => CheckId::IntakeIneligible,
        Reason::Proof => CheckId::BallotProof,
        Reason::Range => CheckId::BallotRange,
        Reason::Challenged => CheckId::BallotChallenged,
        Reason::Duplicate => CheckId::BallotDuplicate,
        Reason::Counter => CheckId::IntakeRevote,
    }
}

impl Auditor<'_> {
    /// The form of a `close` record. What it says is checked once the whole log has been read.
    pub(crate) fn close(&mut self, sequence: u64, digest: Digest, body: Close) {
        let Some(description) = self.view.description() else { return };
        let stated: Vec<_> = body
            .batches
            .iter()
            .map(|batch| (batch.box_index, batch.batch_index, batch.list.row_length))
            .collect();
        let due: Vec<_> = description
            .batches()
            .map(|placed| (placed.box_index, placed.batch_index, placed.batch.list_row_length()))
            .collect();
        let widths: Vec<u64> = description.batches().map(|placed| placed.batch.width).collect();
        if stated != due || body.rejected.row_length != Rejected::LENGTH as u64 {
            let evidence =
                "its lists are not one for each batch of the manifest, of the right width";
            let culprits = [Culprit::Authority];
            self.fail(CheckId::ShapeLength, &culprits, Some(sequence), None, evidence);
            return self.halt("the accepted lists cannot be used");
        }
        let trustees = description.trustees.len();
        self.blob_holds(sequence, &Culprit::Authority, &body.rejected);
        for (place, batch) in body.batches.iter().enumerate() {
            let found = self.look(sequence, &batch.list);
            self.report_look(sequence, &Culprit::Authority, &batch.list, &found);
            if matches!(found, Look::Misstated(_)) {
                self.misstated.insert(place);
            }
        }
        self.damaged_at_close = self.damaged;
        self.view.batches = pairs(&body.batches, widths)
            .map(|(batch, width)| open_batch(batch, width, trustees))
            .collect();
        self.view.mixes_due = (self.view.batches.len() as u64).saturating_mul(trustees as u64);
        self.mixes = self.view.batches.iter().map(|_| Vec::<PostedMix>::new()).collect();
        let Close { rejected, submitted, .. } = body;
        self.view.close = Some(CloseView { sequence, digest, rejected, submitted });
    }

    /// Derives which ballots count and compares that with what `close` says.
    pub(crate) fn verify_intake(&mut self) {
        let Some(close) = self.view.close.clone() else {
            return self.intake_not_run("the election is not closed");
        };
        if self.is_verified(close.sequence) {
            return;
        }
        if !self.is_in_step() || self.damaged_at_close {
            return self.intake_not_run("records are missing or not valid");
        }
        if self.view.ballots.iter().any(|ballots| !ballots.readable) {
            return self.intake_not_run("not all ballots can be read");
        }
        if self.view.challenged.iter().any(|challenged| !challenged.readable) {
            return self.intake_not_run("not all challenges can be read");
        }
        if let Err(error) = self.compare_intake(&close) {
            self.intake_not_run(&error.to_string());
            self.findings.unreadable(format!("the ballots could not be checked: {error}"));
        }
    }

    fn intake_not_run(&mut self, why: &str) {
        for check in CHECKS {
            self.findings.not_run(check, why);
        }
    }

    fn compare_intake(&mut self, close: &CloseView) -> Result<(), IntakeError> {
        let roll = match std::mem::take(&mut self.eligible) {
            Eligible::Everybody => None,
            Eligible::OnRoll(roll) => Some(roll),
            Eligible::Unknown => {
                self.intake_not_run("the roll cannot be used");
                return Ok(());
            }
        };
        let polling = Polling::with_roll(self.board, &self.view, roll)?;
        let refused = polling.rules.challenges.refused();
        if refused > 0 {
            self.findings.warn(format!(
                "{} no effect",
                plural(
                    refused,
                    "challenge is not signed under its credential, and has",
                    "challenges are not signed under their credential, and have"
                )
            ));
        }
        let total = polling.stated();
        let intake = derive_intake(&polling, &|done| self.progress(Stage::Ballots, done, total))?;
        for check in CHECKS {
            self.findings.count(check, intake.submitted());
        }
        self.turnout(&intake);
        if close.submitted != intake.submitted() {
            let evidence = format!(
                "it says that {} taken in, and the board has {}",
                plural(close.submitted, "ballot was", "ballots were"),
                intake.submitted()
            );
            let culprits = [Culprit::Authority];
            self.fail(CheckId::IntakeRejected, &culprits, Some(close.sequence), None, evidence);
        }
        let Some(claims) = self.read_claims(close, &intake) else { return Ok(()) };
        self.compare_reasons(&intake, &claims, &polling)?;
        self.compare_lists(close, &claims, &polling)
    }

    fn turnout(&mut self, intake: &Intake) {
        let mut rejected: BTreeMap<Reason, u64> = BTreeMap::new();
        for reason in intake.rejected().filter_map(|row| Reason::from_code(row.reason)) {
            *rejected.entry(reason).or_default() += 1;
        }
        if !rejected.is_empty() {
            let counts: Vec<String> = rejected
                .iter()
                .map(|(reason, count)| format!("{} {count}", reason.name()))
                .collect();
            // What must be rejected: the authority may have claimed otherwise.
            let sum = plural(rejected.values().sum(), "ballot is", "ballots are");
            self.findings.warn(format!("{sum} to be rejected, by reason: {}", counts.join(", ")));
        }
        let (cast, accepted) = (intake.submitted(), intake.accepted());
        self.turnout = Some(Turnout { cast, accepted, rejected, invalid: None });
    }

    /// Reads the rejected list. `None` when it cannot be read; otherwise everything that is wrong with
    /// it has been reported and what is left names ballots on the board.
    fn read_claims(&mut self, close: &CloseView, intake: &Intake) -> Option<Claims> {
        let Some(rows) = self.rows(&close.rejected) else {
            self.intake_not_run("the rejected list cannot be read");
            return None;
        };
        let mut claims = Claims::all_accepted(intake);
        let mut wrong: Vec<(u64, &str)> = Vec::new();
        let mut before: Option<(u64, u64)> = None;
        let read = rows.visit(&mut |first, piece| {
            for (row, bytes) in numbered(first, piece.as_chunks::<{ Rejected::LENGTH }>().0) {
                let claim = Rejected::from_bytes(bytes);
                if before.is_some_and(|before| before >= (claim.sequence, claim.row)) {
                    wrong.push((row, "the rejected ballots are not listed in the board's order"));
                }
                before = Some((claim.sequence, claim.row));
                if !claims.reject(claim) {
                    wrong.push((
                        row,
                        "it rejects a ballot that is not on the board, or for no known reason",
                    ));
                }
            }
            Ok(())
        });
        if read.is_err() {
            self.intake_not_run("the rejected list cannot be read");
            return None;
        }
        for (row, evidence) in wrong {
            let culprits = [Culprit::Authority];
            self.fail(
                CheckId::IntakeRejected,
                &culprits,
                Some(close.sequence),
                Some(row),
                evidence,
            );
        }
        Some(claims)
    }

    /// Every ballot's fate against the one it is claimed to have.
    fn compare_reasons(
        &mut self,
        intake: &Intake,
        claims: &Claims,
        polling: &Polling<'_>,
    ) -> Result<(), IntakeError> {
        let sources = polling.sources();
        let differing: Vec<_> =
            (0..sources.len()).map(|index| claims.differences(index, intake)).collect();
        let mut duplicates = BTreeSet::new();
        for (index, rows) in differing.iter().enumerate() {
            let accepted = |(_, fates): &(_, &_)| **fates == (Some(Reason::Duplicate), None);
            duplicates.extend(rows.iter().filter(accepted).map(|(row, _)| (index, *row)));
        }
        let holders = if duplicates.is_empty() {
            BTreeMap::new()
        } else {
            first_holders(polling, intake, &duplicates)?
        };
        for ((index, source), rows) in pairs(sources.iter().enumerate(), differing) {
            if rows.is_empty() {
                continue;
            }
            let mut credentials = BTreeMap::new();
            let layout = polling.layout_of(source)?;
            source.each(&mut |row, bytes| {
                if let (true, Some(ballot)) = (rows.contains_key(&row), layout.read(bytes)) {
                    credentials.insert(row, *ballot.credential);
                }
            })?;
            for (row, (derived, claimed)) in rows {
                let mut named: Vec<_> = credentials.get(&row).into_iter().copied().collect();
                named.extend(holders.get(&(index, row)));
                let named = named.into_iter().map(Culprit::Credential).collect();
                self.wrong_fate(source.sequence, row, derived, claimed, named);
            }
        }
        Ok(())
    }

    fn wrong_fate(
        &mut self,
        sequence: u64,
        row: u64,
        derived: Option<Reason>,
        claimed: Option<Reason>,
        credentials: Vec<Culprit>,
    ) {
        let mut culprits = vec![Culprit::Authority];
        let (check, evidence) = match (derived, claimed) {
            (Some(derived), None) => {
                // What has no shape has no credential either.
                let named = if derived == Reason::Shape { Vec::new() } else { credentials };
                culprits.extend(named);
                let evidence = format!("accepted, and should be rejected: {}", derived.name());
                (check_of(derived), evidence)
            }
            (None, Some(Reason::Counter)) => {
                culprits.extend(credentials);
                let evidence = "rejected for its counter, and is the one that counts".to_owned();
                (CheckId::IntakeRevote, evidence)
            }
            (None, Some(claimed)) => {
                let evidence = format!("valid, and rejected: {}", claimed.name());
                (CheckId::IntakeRejected, evidence)
            }
            (Some(derived), Some(claimed)) => {
                let evidence =
                    format!("rejected as {}, and the reason is {}", claimed.name(), derived.name());
                (CheckId::IntakeRejected, evidence)
            }
            (None, None) => return,
        };
        self.fail(check, &culprits, Some(sequence), Some(row), evidence);
    }
}

fn open_batch(batch: &CloseBatch, width: u64, trustees: usize) -> BatchView {
    BatchView {
        box_index: batch.box_index,
        batch_index: batch.batch_index,
        width,
        first: batch.list,
        last: batch.list,
        position: 0,
        mixes: Vec::new(),
        mixers: vec![Mixer::Due; trustees],
        shares: vec![None; trustees],
    }
}
