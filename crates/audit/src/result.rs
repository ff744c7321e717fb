//! Plaintexts, counts and seal (spec/09-audit.md §9.4).

use psephos_ballot::{
    Contest, ContestReport, ContestResult, Decoded, ElectionTally, Invalid, Layout, LayoutError,
};
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Digest, Encoding};
use psephos_proofs::decryption::{
    Cell, RelationError, RootedList, TrusteeShares, find_bad_plaintexts,
};
use psephos_record::board::BlobRows;
use psephos_record::bodies::{Batch, BatchResult, Description, ElectionResult, Seal};

use crate::Stage;
use crate::auditor::{Auditor, check_of};
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::view::BatchView;

/// A `result` record.
pub(crate) struct PostedResult {
    pub(crate) sequence: u64,
    pub(crate) body: ElectionResult,
    pub(crate) readable: bool,
}

/// Why plaintexts could not be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// There is not one list for each batch of the description.
    #[error("there is not one list of plaintexts for each batch")]
    Lists,
    /// A batch's contests cannot be laid out, or its rows have another length.
    #[error("box {box_index}, batch {batch_index}: {reason}")]
    Batch {
        /// Index of the box.
        box_index: u64,
        /// Index of the batch in its box.
        batch_index: u64,
        /// What is wrong.
        reason: String,
    },
    /// A list cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
}

/// What plaintexts amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The result of every contest, in the order of the description.
    pub contests: Vec<ContestResult>,
    /// Decrypted rows that are no vote.
    pub invalid: u64,
    /// The same, by reason.
    pub invalid_by_reason: Vec<(Invalid, u64)>,
}

/// Counts an election. `plaintexts` has one list for each batch, in the description's order, of rows of
/// 32·ω bytes. The authority publishes with this very function, and the audit repeats it.
///
/// # Errors
/// [`CountError`]; nothing is known then.
pub fn count(description: &Description, plaintexts: &[&dyn Rows]) -> Result<Count, CountError> {
    let tally = tally(description, plaintexts)?;
    let by_reason = tally.invalid();
    Ok(Count {
        contests: tally.results(),
        invalid: by_reason.values().sum(),
        invalid_by_reason: by_reason.iter().map(|(reason, count)| (*reason, *count)).collect(),
    })
}

/// The votes that [`count`] counts.
///
/// # Errors
/// As [`count`].
pub fn tally<'a>(
    description: &'a Description,
    plaintexts: &[&dyn Rows],
) -> Result<ElectionTally<'a>, CountError> {
    let mut tally = ElectionTally::new(&description.contests);
    count_into(description, plaintexts, &mut |layout, bytes| {
        tally.add_rows(layout, bytes).map(|_| ())
    })?;
    Ok(tally)
}

type AddRows<'a> = &'a mut dyn FnMut(&Layout<'_>, &[u8]) -> Result<(), Invalid>;

fn count_into(
    description: &Description,
    plaintexts: &[&dyn Rows],
    add: AddRows<'_>,
) -> Result<(), CountError> {
    let batches: Vec<_> = description.batches().collect();
    if batches.len() != plaintexts.len() {
        return Err(CountError::Lists);
    }
    for (placed, rows) in pairs(&batches, plaintexts) {
        let fault = |reason: String| CountError::Batch {
            box_index: placed.box_index,
            batch_index: placed.batch_index,
            reason,
        };
        let layout = batch_layout(&description.contests, placed.batch)
            .map_err(|error| fault(error.to_string()))?;
        if Some(rows.row_length()) != layout.width().checked_mul(32) {
            return Err(fault("its rows have another length".into()));
        }
        let mut invalid = None;
        rows.visit(&mut |_, bytes| {
            invalid = invalid.or(add(&layout, bytes).err());
            Ok(())
        })?;
        if let Some(error) = invalid {
            return Err(fault(error.to_string()));
        }
    }
    Ok(())
}

/// How the votes of a batch are written.
fn batch_layout<'a>(contests: &'a [Contest], batch: &Batch) -> Result<Layout<'a>, LayoutError> {
    let layout = Layout::of(contests, &batch.contests)?;
    match batch.bits {
        Some(bits) => layout.bounded(bits),
        None => Ok(layout),
    }
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
            for check in [CheckId::ResultPlaintext, CheckId::ResultCount] {
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
            let unread = self.names_unread_share(&before, &result.trustees);
            self.no_quorum(sequence, evidence, unread);
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
        match self.find_bad(&view, &quorum_lists(&quorum), result) {
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

    fn no_quorum(&mut self, sequence: u64, evidence: String, unread: bool) {
        if unread || self.is_uncertain() {
            return self
                .findings
                .not_run(CheckId::DecryptQuorum, "records are missing or not valid");
        }
        let culprits = [Culprit::Authority];
        self.fail(CheckId::DecryptQuorum, &culprits, Some(sequence), None, evidence);
    }

    fn find_bad(
        &self,
        view: &BatchView,
        quorum: &[(u64, psephos_record::bodies::Blob)],
        result: &BatchResult,
    ) -> Option<Result<Vec<Cell>, RelationError>> {
        let input = self.rows(&view.last)?;
        let plaintexts = self.rows(&result.plaintexts)?;
        let opened: Vec<(u64, Digest, BlobRows<'_>)> = quorum
            .iter()
            .map(|(trustee, blob)| Some((*trustee, blob.root, self.rows(blob)?)))
            .collect::<Option<_>>()?;
        let shares: Vec<TrusteeShares<'_>> = opened
            .iter()
            .map(|(trustee, root, rows)| TrusteeShares {
                trustee: *trustee,
                shares: RootedList { root: *root, rows },
            })
            .collect();
        Some(find_bad_plaintexts(
            usize::try_from(view.width).ok()?,
            RootedList { root: view.last.root, rows: &input },
            &shares,
            RootedList { root: result.plaintexts.root, rows: &plaintexts },
        ))
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

    fn verify_count(&mut self, posted: &PostedResult) -> Option<Vec<ContestReport>> {
        let description = self.view.description()?.clone();
        let opened: Vec<BlobRows<'_>> = posted
            .body
            .batches
            .iter()
            .map(|batch| self.rows(&batch.plaintexts))
            .collect::<Option<_>>()?;
        let lists: Vec<&dyn Rows> = opened.iter().map(|rows| rows as &dyn Rows).collect();
        let counted = match count(&description, &lists) {
            Ok(counted) => counted,
            Err(error) => {
                self.findings.not_run(CheckId::ResultCount, error.to_string());
                return None;
            }
        };
        self.findings.count(CheckId::ResultCount, description.contests.len() as u64);
        if let Some(turnout) = &mut self.turnout {
            turnout.invalid = Some(counted.invalid);
        }
        self.warn_about(&description, &counted);
        if counted.contests != posted.body.contests {
            self.wrong_count(posted, &description, &counted, &lists);
        }
        let contests = pairs(&description.contests, &counted.contests);
        Some(contests.map(|(contest, result)| ContestReport::new(contest, result)).collect())
    }

    fn wrong_count(
        &mut self,
        posted: &PostedResult,
        description: &Description,
        counted: &Count,
        lists: &[&dyn Rows],
    ) {
        let culprits = [Culprit::Authority];
        let record = Some(posted.sequence);
        if let Some(row) = lenient_count(description, lists, &posted.body.contests) {
            let evidence =
                "a plaintext with a counter that is not the smallest was counted as a vote";
            return self.fail(CheckId::ResultPlaintext, &culprits, record, Some(row), evidence);
        }
        if posted.body.contests.len() != counted.contests.len() {
            let evidence = format!(
                "{} for {}",
                plural(posted.body.contests.len() as u64, "result", "results"),
                plural(counted.contests.len() as u64, "contest", "contests")
            );
            return self.fail(CheckId::ResultCount, &culprits, record, None, evidence);
        }
        for (stated, found) in pairs(&posted.body.contests, &counted.contests) {
            if stated != found {
                let evidence =
                    format!("the result of contest {:?} is not the count of the votes", found.id);
                self.fail(CheckId::ResultCount, &culprits, record, None, evidence);
            }
        }
    }

    fn warn_about(&mut self, description: &Description, counted: &Count) {
        if counted.invalid > 0 {
            let reasons: Vec<String> = counted
                .invalid_by_reason
                .iter()
                .map(|(reason, count)| format!("{count}: {reason}"))
                .collect();
            self.findings.warn(format!(
                "{} as invalid ({})",
                plural(
                    counted.invalid,
                    "decrypted ballot is no vote and counts",
                    "decrypted ballots are no vote and count"
                ),
                reasons.join("; ")
            ));
        }
        for (contest, result) in pairs(&description.contests, &counted.contests) {
            for tie in &result.ties {
                let names = |candidates: &[u16]| {
                    candidates.iter().map(|c| contest.name(*c)).collect::<Vec<_>>().join(", ")
                };
                let reason = match tie.earlier {
                    Some(round) => format!("the votes of round {}", round.saturating_add(1)),
                    None => "the order of the manifest".into(),
                };
                self.findings.warn(format!(
                    "contest {:?}: a tie between {} was broken by {reason}; {} lost by it",
                    contest.id,
                    names(&tie.tied),
                    names(&tie.lost)
                ));
            }
        }
    }

    pub(crate) fn seal(&mut self, sequence: u64, body: &Seal) {
        self.findings.count(CheckId::BoardChain, 1);
        if body.records != sequence || self.memory.place(&body.head) != sequence.checked_sub(1) {
            let evidence = "the seal does not name the records before it";
            let culprits: &[Culprit] =
                if self.is_uncertain() { &[] } else { &[Culprit::Authority] };
            return self.fail(CheckId::BoardChain, culprits, Some(sequence), None, evidence);
        }
        self.view.seal = Some(sequence);
    }
}

fn quorum_lists(
    quorum: &[(u64, &crate::view::ShareView)],
) -> Vec<(u64, psephos_record::bodies::Blob)> {
    quorum.iter().map(|(trustee, share)| (*trustee, share.shares)).collect()
}

impl BatchView {
    /// The batch with only the shares that stand before a record.
    fn shares_before(&self, sequence: u64) -> Self {
        let mut before = self.clone();
        for share in &mut before.shares {
            if share.as_ref().is_some_and(|share| share.sequence > sequence) {
                *share = None;
            }
        }
        before
    }
}

/// Whether the stated result is what comes out when counters need not be the smallest; the first row
/// that makes the difference.
fn lenient_count(
    description: &Description,
    lists: &[&dyn Rows],
    stated: &[ContestResult],
) -> Option<u64> {
    let mut tally = ElectionTally::new(&description.contests);
    let mut marked = None;
    let mut next = 0u64;
    let read = count_into(description, lists, &mut |layout, bytes| {
        if layout.bits().is_some() {
            // A number has no counter.
            next = next.saturating_add(bytes.len() as u64 / 32);
            return tally.add_rows(layout, bytes).map(|_| ());
        }
        let (elements, _) = bytes.as_chunks::<32>();
        for row in elements.chunks_exact(layout.width().max(1)) {
            let (ballot, is_marked) = decode_leniently(layout, row);
            if is_marked {
                marked.get_or_insert(next);
            }
            next = next.saturating_add(1);
            tally.add(layout, &ballot);
        }
        Ok(())
    });
    (read.is_ok() && tally.results() == stated).then_some(marked).flatten()
}

fn decode_leniently(layout: &Layout<'_>, row: &[Encoding]) -> (Decoded, bool) {
    match layout.decode_row(row) {
        Err(Invalid::NotMinimal { .. }) => {}
        other => return (other, false),
    }
    // The data stand in bytes 1 to 30 whatever the counter in bytes 0 and 31 is.
    let data: Vec<u8> =
        row.iter().flat_map(|element| element.iter().skip(1).take(30).copied()).collect();
    (layout.decode(&data), true)
}
