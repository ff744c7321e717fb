//! Among how many ballots each one hides, and which votes stand out (spec/09-audit.md §9.8).

use psephos_core::hash::hash;
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_record::bodies::Blob;
use serde::Serialize;

use crate::auditor::Auditor;
use crate::numbered::plural;

/// Fewer ballots than this in a batch are worth a warning.
pub const FEW: u64 = 10;
/// At least one unique row in so many is worth a warning.
pub const UNIQUE_PART: u64 = 10;
/// Batches that a warning names.
const NAMED: usize = 10;

/// How well the ballots of a batch hide each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchAnonymity {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
    /// Box and batch for people.
    #[serde(skip)]
    pub name: String,
    /// Ballots that are mixed together.
    pub voters: u64,
    /// Different plaintext rows, once there are any.
    pub distinct: Option<u64>,
    /// Plaintext rows that stand once.
    pub unique: Option<u64>,
}

impl BatchAnonymity {
    fn is_small(&self) -> bool {
        self.voters > 0 && self.voters < FEW
    }

    fn stands_out(&self) -> bool {
        let unique = self.unique.unwrap_or(0);
        self.voters >= FEW && unique.saturating_mul(UNIQUE_PART) >= self.voters
    }
}

impl Auditor<'_> {
    /// What the report says of every batch; none before `close`. Warns where ballots hide badly.
    pub(crate) fn anonymity(&mut self) -> Option<Vec<BatchAnonymity>> {
        self.view.close.as_ref()?;
        let patterns = self.patterns();
        let mut report: Vec<BatchAnonymity> = self
            .view
            .batches
            .iter()
            .map(|batch| BatchAnonymity {
                box_index: batch.box_index,
                batch_index: batch.batch_index,
                name: self.batch_name(batch.box_index, batch.batch_index),
                voters: batch.first.rows,
                distinct: None,
                unique: None,
            })
            .collect();
        if let Some(patterns) = patterns {
            for (batch, found) in pairs(&mut report, patterns) {
                (batch.distinct, batch.unique) = found.unzip();
            }
        }
        if self.thorough {
            self.warn_of(&report, BatchAnonymity::is_small, |few, names| {
                let have = if few == 1 { "has" } else { "have" };
                let few = plural(few as u64, "batch", "batches");
                format!(
                    "{few} {have} fewer than {FEW} ballots, which hardly hide each other: {names}"
                )
            });
            self.warn_of(&report, BatchAnonymity::stands_out, |many, names| {
                let many = plural(many as u64, "batch", "batches");
                format!(
                    "in {many} a tenth of the votes or more are unique, so that voters can be \
                     recognised by them: {names}"
                )
            });
        }
        Some(report)
    }

    fn warn_of(
        &mut self,
        report: &[BatchAnonymity],
        concerns: impl Fn(&BatchAnonymity) -> bool,
        say: impl Fn(usize, String) -> String,
    ) {
        let concerned: Vec<&BatchAnonymity> =
            report.iter().filter(|batch| concerns(batch)).collect();
        if concerned.is_empty() {
            return;
        }
        let names = concerned.iter().take(NAMED).map(|batch| match batch.unique {
            Some(unique) if batch.stands_out() => {
                format!("{} ({unique} of {})", batch.name, batch.voters)
            }
            _ => format!("{} ({})", batch.name, batch.voters),
        });
        let mut names = names.collect::<Vec<_>>().join(", ");
        if concerned.len() > NAMED {
            names.push_str(", …");
        }
        self.findings.warn(say(concerned.len(), names));
    }

    /// A batch, for people.
    pub(crate) fn batch_name(&self, box_index: u64, batch_index: u64) -> String {
        let description = self.view.description();
        let batch = description.and_then(|description| description.batch(box_index, batch_index));
        let batch = batch.map_or("", |batch| batch.id.as_str());
        format!("box {}, batch {batch}", self.view.box_id(box_index))
    }

    /// For each batch the different plaintext rows and those that stand once; none where they cannot be
    /// read, or were looked at before.
    fn patterns(&self) -> Option<Vec<Option<(u64, u64)>>> {
        let posted = self.result.as_ref().filter(|posted| posted.readable)?;
        if self.is_verified(posted.sequence) {
            return None;
        }
        let blobs = posted.body.batches.iter().map(|batch| &batch.plaintexts);
        let counted: Vec<_> = blobs.map(|blob| self.pattern(blob)).collect();
        (counted.len() == self.view.batches.len()).then_some(counted)
    }

    fn pattern(&self, blob: &Blob) -> Option<(u64, u64)> {
        count_patterns(&self.rows(blob)?).ok()
    }
}

/// How many rows are different, and how many stand once; 8 bytes a row.
fn count_patterns(rows: &dyn Rows) -> Result<(u64, u64), RowsError> {
    let length = rows.row_length();
    let mut tags: Vec<u64> = Vec::new();
    rows.visit(&mut |_, piece| {
        tags.extend(piece.chunks_exact(length).map(|row| {
            let digest = hash("psephos/v1/pattern", &[row]);
            digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
        }));
        Ok(())
    })?;
    tags.sort_unstable();
    let (mut distinct, mut unique) = (0u64, 0u64);
    for same in tags.chunk_by(|left, right| left == right) {
        distinct += 1;
        unique += u64::from(same.len() == 1);
    }
    Ok((distinct, unique))
}

#[cfg(test)]
mod tests {
    use psephos_core::rows::MemoryRows;

    use super::*;

    #[test]
    fn patterns_are_counted() {
        let rows = MemoryRows::new(b"aabbabcc", 2).unwrap();
        assert_eq!(count_patterns(&rows), Ok((4, 4)));
        let rows = MemoryRows::new(b"aabbaacc", 2).unwrap();
        assert_eq!(count_patterns(&rows), Ok((3, 2)));
        assert_eq!(count_patterns(&MemoryRows::new(b"", 2).unwrap()), Ok((0, 0)));
    }
}
