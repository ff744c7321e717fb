//! Counts, of whoever publishes a result and of whoever audits it (spec/09-audit.md §9.4, spec/10-counting.md).

use psephos_ballot::{
    Contest, ContestReport, ContestResult, Decoded, ElectionTally, Invalid, Layout, LayoutError,
};
use psephos_core::Encoding;
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_record::board::BlobRows;
use psephos_record::bodies::{Batch, Description};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::result::PostedResult;

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
    pub(crate) fn verify_count(&mut self, posted: &PostedResult) -> Option<Vec<ContestReport>> {
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
