//! The accepted lists of `close` against the rows that its claims imply (spec/09-audit.md §9.5, §9.8).

use psephos_core::Digest;
use psephos_core::hash::hash;
use psephos_core::rows::{Rows, RowsError};
use psephos_record::bodies::Blob;

use super::claims::Claims;
use super::{IntakeError, Placement, Polling};
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::{numbered, plural};
use crate::report::Culprit;
use crate::view::CloseView;

impl Auditor<'_> {
    /// Each batch's list against the rows that are claimed to be accepted.
    pub(super) fn compare_lists(
        &mut self,
        close: &CloseView,
        claims: &Claims,
        polling: &Polling<'_>,
    ) -> Result<(), IntakeError> {
        let Some(placement) = self.placement(close, claims, polling) else { return Ok(()) };
        let batches: Vec<(u64, u64, Blob)> = self
            .view
            .batches
            .iter()
            .map(|batch| (batch.box_index, batch.batch_index, batch.first))
            .collect();
        for (box_index, batch_index, blob) in batches {
            let key = key_of(close, box_index, batch_index);
            let Ok(batch) = usize::try_from(batch_index) else { continue };
            let mut expected = Vec::new();
            for source in placement.sources_of(box_index) {
                let Some(layout) = polling.layout(source) else { continue };
                claims.fates().visit_accepted(polling, source, &mut |_, _, bytes| {
                    let ballot = layout.read(bytes);
                    let row = ballot.and_then(|ballot| layout.batch(ballot.rows, batch));
                    expected.extend(row.map(|row| name_of(&key, row)));
                })?;
            }
            expected.sort_unstable();
            // Two accepted ballots with one row are a duplicate, reported as that: the list has the row once.
            expected.dedup();
            let name = self.batch_name(box_index, batch_index);
            self.compare_list(close.sequence, &key, expected, &blob, &name);
        }
        Ok(())
    }

    /// Where the ballots that are claimed to be accepted belong, boxes that are too small considered.
    fn placement(
        &mut self,
        close: &CloseView,
        claims: &Claims,
        polling: &Polling<'_>,
    ) -> Option<Placement> {
        let description = self.view.description()?;
        let accepted: Vec<u64> = numbered(0, &description.boxes)
            .map(|(index, _)| claims.fates().accepted_in(polling, index))
            .collect();
        let placement = Placement::new(description, &accepted);
        let id = |index| self.view.box_id(index);
        let merged: Vec<String> = placement
            .merged()
            .map(|(from, to)| {
                format!(
                    "the ballots of box {:?} are too few and were merged into box {:?}",
                    id(from),
                    id(to)
                )
            })
            .collect();
        let small: Vec<(String, bool)> = placement
            .below(description)
            .map(|(index, together)| {
                let waived = self.view.waivers.iter().any(|waiver| waiver.box_index == index);
                let fewer = format!(
                    "box {:?} has {}, fewer than the minimum of {}",
                    id(index),
                    plural(together, "accepted ballot", "accepted ballots"),
                    description.minimum
                );
                (fewer, waived)
            })
            .collect();
        for text in merged {
            self.findings.warn(text);
        }
        for (text, waived) in small {
            if waived {
                self.findings.warn(format!("{text}, under a waiver"));
                continue;
            }
            let culprits = [Culprit::Authority];
            let evidence = format!("{text}, and no waiver stands");
            self.fail(CheckId::IntakeMinimum, &culprits, Some(close.sequence), None, evidence);
        }
        Some(placement)
    }

    fn compare_list(
        &mut self,
        sequence: u64,
        key: &Digest,
        expected: Vec<u128>,
        blob: &Blob,
        name: &str,
    ) {
        let Some(rows) = self.rows(blob) else {
            for check in [CheckId::IntakeMissing, CheckId::IntakeAdded] {
                self.findings.not_run(check, format!("the list of {name} cannot be read"));
            }
            return;
        };
        let culprits = [Culprit::Authority];
        let mut comparison = Comparison::new(expected);
        if let Err(error) = comparison.read(&rows, key) {
            self.findings.not_run(CheckId::IntakeMissing, error.to_string());
            return self.findings.not_run(CheckId::IntakeAdded, error.to_string());
        }
        for row in comparison.added {
            let evidence = format!("this row of the list of {name} is of no accepted ballot");
            self.fail(CheckId::IntakeAdded, &culprits, Some(sequence), Some(row), evidence);
        }
        if let Some(row) = comparison.unsorted {
            let evidence = format!("the accepted list of {name} is not strictly increasing");
            self.fail(CheckId::EncodingCanonical, &culprits, Some(sequence), Some(row), evidence);
        }
        if comparison.missing > 0 {
            let missing = comparison.missing;
            let rows =
                plural(missing, "row of an accepted ballot is", "rows of accepted ballots are");
            let evidence = format!("{rows} not in the list of {name}");
            self.fail(CheckId::IntakeMissing, &culprits, Some(sequence), None, evidence);
        }
    }
}

/// What rows are named under: it binds all ballots and the list, so nobody can look for two rows of one
/// name before both are fixed.
fn key_of(close: &CloseView, box_index: u64, batch_index: u64) -> Digest {
    let place = [box_index.to_le_bytes(), batch_index.to_le_bytes()];
    hash("psephos/v1/accepted-row-key", &[&close.digest, place.as_flattened()])
}

/// 128 bits that stand for a row: 16 bytes a ballot are all that is kept.
fn name_of(key: &Digest, row: &[u8]) -> u128 {
    let digest = hash("psephos/v1/accepted-row", &[key, row]);
    digest.first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

/// A list against the names of the rows it should have, sorted and each once.
struct Comparison {
    expected: Vec<u128>,
    found: Vec<u64>,
    added: Vec<u64>,
    unsorted: Option<u64>,
    missing: u64,
}

impl Comparison {
    fn new(expected: Vec<u128>) -> Self {
        let found = vec![0; expected.len().div_ceil(64)];
        Self { expected, found, added: Vec::new(), unsorted: None, missing: 0 }
    }

    fn read(&mut self, rows: &dyn Rows, key: &Digest) -> Result<(), RowsError> {
        let length = rows.row_length();
        let mut before: Vec<u8> = Vec::new();
        rows.visit(&mut |first, piece| {
            for (row, bytes) in numbered(first, piece.chunks_exact(length)) {
                if row > 0 && before.as_slice() >= bytes {
                    self.unsorted.get_or_insert(row);
                }
                bytes.clone_into(&mut before);
                if !self.take(name_of(key, bytes)) {
                    self.added.push(row);
                }
            }
            Ok(())
        })?;
        let found: u64 = self.found.iter().map(|word| u64::from(word.count_ones())).sum();
        self.missing = (self.expected.len() as u64).saturating_sub(found);
        Ok(())
    }

    /// Marks the expected row of this name as found; `false` when there is none, or it was found before.
    fn take(&mut self, name: u128) -> bool {
        let Ok(place) = self.expected.binary_search(&name) else { return false };
        let (word, bit) = (place / 64, 1u64 << (place % 64));
        match self.found.get_mut(word) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }
}
