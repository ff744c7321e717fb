//! Plaintexts and seal (spec/09-audit.md §9.4).

use psephos_ballot::ContestReport;
use psephos_proofs::decryption::{Cell, RelationError, find_bad_plaintexts};
use psephos_record::bodies::{BatchResult, ElectionResult, Seal};

use crate::Stage;
use crate::auditor::{Auditor, check_of};
use crate::check::CheckId;
use crate::decryption::StatedPlaintexts;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::view::BatchView;

/// A `result` record.
pub(crate) struct PostedResult {
    pub(crate) sequence: u64,
    pub(crate) body: ElectionResult,
    pub(crate) readable: bool,
}

impl Auditor<'_> {
    pub(crate) fn result(&mut self, sequence: u64, body: ElectionResult) {
        let stated: Vec<_> =
            body.batches.iter().map(|batch| (batch.box_index, batch.batch_index)).collect();
        let due: Vec<_> =
            self.view.batches.iter().map(|batch| (batch.box_index, batch.batch_index)).collect();
        let mut readable = stated == due;
        if !readable {
            let evidence = "its plaintexts are not one list for each batch of the manifest";
            let culprits = [Culprit::Authority];
            self.fail(CheckId::ShapeLength, &culprits, Some(sequence), None, evidence);
        }
        for batch in &body.batches {
            readable &= self.blob_holds(sequence, &Culprit::Authority, &batch.plaintexts);
        }
        self.view.result = Some(sequence);
        self.result = Some(PostedResult { sequence, body, readable });
    }

    /// Checks the result against the shares, and its counts against its plaintexts.
    pub(crate) fn verify_result(&mut self) -> Option<Vec<ContestReport>> {
        let Some(posted) = self.result.take() else {
            for check in [CheckId::ResultPlaintext, CheckId::ResultCount, CheckId::DecryptQuorum] {
                self.findings.not_run(check, "there is no result yet");
            }
            return None;
        };
        if !posted.readable {
            for check in [CheckId::ResultPlaintext, CheckId::ResultCount, CheckId::DecryptQuorum] {
                self.findings.not_run(check, "the plaintexts cannot be read");
            }
            return None;
        }
        for (index, batch) in posted.body.batches.iter().enumerate() {
            self.progress(Stage::Result, index as u64, posted.body.batches.len() as u64);
            self.verify_batch_result(posted.sequence, index, batch);
        }
        if self.thorough { self.verify_count(&posted) } else { None }
    }

    fn verify_batch_result(&mut self, sequence: u64, index: usize, result: &BatchResult) {
        let culprits = [Culprit::Authority];
        let record = Some(sequence);
        self.findings.count(CheckId::DecryptQuorum, 1);
        let Some((threshold, trustees)) = self
            .view
            .description()
            .map(|description| (description.threshold, description.trustee_count()))
        else {
            return;
        };
        let Some(view) = self.view.batches.get(index).cloned() else { return };
        let due = (view.last.rows, view.width.saturating_mul(32));
        if (result.plaintexts.rows, result.plaintexts.row_length) != due {
            let evidence = format!(
                "{} of {}, and there should be {} of {}",
                plural(result.plaintexts.rows, "plaintext row", "plaintext rows"),
                plural(result.plaintexts.row_length, "byte", "bytes"),
                due.0,
                due.1
            );
            self.fail(CheckId::ShapeLength, &culprits, record, None, evidence);
            return self
                .findings
                .not_run(CheckId::ResultPlaintext, "the plaintexts have another shape");
        }
        let before = view.shares_before(sequence);
        let named = before.named(&result.trustees, threshold);
        if named.is_none() {
            let valid = before.shares.iter().flatten().filter(|share| share.valid).count();
            let evidence = format!(
                "it does not name {} in order, each with a valid share before it; {} one",
                plural(threshold, "trustee", "trustees"),
                plural(valid as u64, "trustee has", "trustees have")
            );
            let unknown =
                self.is_unjudged(index) || self.names_unread_share(&before, &result.trustees);
            self.no_quorum(sequence, evidence, unknown);
        }
        let Some(quorum) = named.or_else(|| before.quorum(threshold)) else {
            return self
                .findings
                .not_run(CheckId::ResultPlaintext, "there are too few valid shares");
        };
        let shared = view.shares.iter().flatten().filter(|share| share.valid).count() as u64;
        if shared < trustees {
            let all = plural(trustees, "trustee", "trustees");
            self.findings.warn(format!("{shared} of {all} shared"));
        }
        if self.is_verified(sequence) {
            return;
        }
        self.findings.count(CheckId::ResultPlaintext, result.plaintexts.rows);
        match self.find_bad(&StatedPlaintexts::new(&view, &quorum, result)) {
            Some(Ok(cells)) => self.blame_cells(sequence, &cells),
            Some(Err(error)) => self.no_plaintexts(sequence, &error),
            None => self.findings.not_run(CheckId::ResultPlaintext, "a list cannot be read"),
        }
    }

    /// Whether a result rests on shares that could be read when it was made, perhaps.
    fn names_unread_share(&self, view: &BatchView, trustees: &[u64]) -> bool {
        let share = |trustee: &u64| view.shares.get(usize::try_from(*trustee).ok()?)?.as_ref();
        trustees.iter().filter_map(share).any(|share| self.unread_shares.contains(&share.sequence))
    }

    fn no_quorum(&mut self, sequence: u64, evidence: String, unknown: bool) {
        if unknown || self.is_uncertain() {
            return self
                .findings
                .not_run(CheckId::DecryptQuorum, "records are missing or not valid");
        }
        let culprits = [Culprit::Authority];
        self.fail(CheckId::DecryptQuorum, &culprits, Some(sequence), None, evidence);
    }

    fn find_bad(&self, claim: &StatedPlaintexts) -> Option<Result<Vec<Cell>, RelationError>> {
        if self.decrypted.contains(claim) {
            return Some(Ok(Vec::new()));
        }
        let open = self.open_plaintexts(claim)?;
        Some(find_bad_plaintexts(&open.decryption(&open.shares())))
    }

    fn blame_cells(&mut self, sequence: u64, cells: &[Cell]) {
        for cell in cells {
            let culprits = [Culprit::Authority];
            let evidence =
                format!("plaintext {} of the row is not what the shares decrypt to", cell.column);
            let row = Some(cell.row);
            self.fail(CheckId::ResultPlaintext, &culprits, Some(sequence), row, evidence);
        }
    }

    fn no_plaintexts(&mut self, sequence: u64, error: &RelationError) {
        match error {
            // List 0 are the plaintexts; all others have been checked.
            RelationError::Fault { term: 0, fault } => {
                let culprits = [Culprit::Authority];
                let check = check_of(fault, CheckId::ResultPlaintext);
                self.fail(check, &culprits, Some(sequence), None, error.to_string());
            }
            RelationError::Rows { .. } => {
                self.findings.unreadable(format!("record {sequence}: {error}"));
            }
            _ => {}
        }
        self.findings.not_run(CheckId::ResultPlaintext, error.to_string());
    }

    pub(crate) fn seal(&mut self, sequence: u64, body: &Seal) {
        self.findings.count(CheckId::BoardChain, 1);
        // What others have posted meanwhile is no fault of the authority's.
        let own = self.memory.own_before(sequence).find(|own| !self.docket.is_excluded(*own));
        let named = self.memory.place(&body.head).filter(|named| {
            body.records.checked_sub(1) == Some(*named) && own.is_none_or(|own| own <= *named)
        });
        // It is the authority's last word even where it names the wrong records.
        self.view.seal = Some(sequence);
        self.view.sealed = named.or(body.records.min(sequence).checked_sub(1));
        if named.is_none() {
            let evidence =
                "the seal does not name the records before it, up to the authority's last";
            let culprits: &[Culprit] =
                if self.is_uncertain() { &[] } else { &[Culprit::Authority] };
            self.fail(CheckId::BoardChain, culprits, Some(sequence), None, evidence);
        }
    }
}
