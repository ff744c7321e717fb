//! Linear forms on a streamed list of ciphertext rows (spec/04-shuffle.md §6).

use psephos_core::group::{GroupError, Identity, decode_batch};
use psephos_core::montgomery::LazySum;
use psephos_core::multiexp::multiexp_vartime;
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Element, Scalar};
use rayon::prelude::*;

use super::row_form::RowForm;

/// Entries (elements) for each core in a block.
const ENTRIES_PER_CORE: usize = 1 << 13;
/// The most entries in a block: 40 MiB of opened elements.
const MAX_ENTRIES: usize = 1 << 18;

/// The first row that is no row of proper elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadRow {
    pub row: u64,
    pub error: GroupError,
}

/// The value of each group of forms on the list, or the first bad row.
///
/// # Errors
/// [`RowsError`] when the list cannot be read or is not what its root names; a bad row
/// counts only when it can.
pub(super) fn evaluate(
    list: &dyn Rows,
    groups: &[Vec<&RowForm>],
) -> Result<Result<Vec<Element>, BadRow>, RowsError> {
    let mut block = Block::new(list.row_length(), groups);
    let mut missing = list.count().saturating_mul(list.row_length() as u64);
    list.visit(&mut |_, bytes| {
        missing = missing.checked_sub(bytes.len() as u64).ok_or_else(not_whole)?;
        block.take(bytes);
        Ok(())
    })?;
    if missing != 0 {
        return Err(not_whole());
    }
    block.flush();
    Ok(match block.bad_row {
        Some(bad) => Err(bad),
        None => Ok(block.sums),
    })
}

fn not_whole() -> RowsError {
    RowsError::Storage("the list has not as many bytes as it says".into())
}

/// Rows gathered until there are enough of them for every core.
struct Block<'a> {
    groups: &'a [Vec<&'a RowForm>],
    /// Elements in a row.
    entries: usize,
    /// Bytes in a full block.
    capacity: usize,
    pending: Vec<u8>,
    /// Index of the first pending row.
    first: usize,
    scalars: Vec<Scalar>,
    sums: Vec<Element>,
    bad_row: Option<BadRow>,
}

impl<'a> Block<'a> {
    fn new(row_length: usize, groups: &'a [Vec<&'a RowForm>]) -> Self {
        let entries = (row_length / 32).max(1);
        let wanted = (ENTRIES_PER_CORE * rayon::current_num_threads()).min(MAX_ENTRIES);
        Self {
            groups,
            entries,
            capacity: (wanted / entries).max(1) * entries * 32,
            pending: Vec::new(),
            first: 0,
            scalars: Vec::new(),
            sums: vec![Element::default(); groups.len()],
            bad_row: None,
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let missing = (self.capacity - self.pending.len()).min(bytes.len());
            let (head, rest) = bytes.split_at(missing);
            self.pending.extend_from_slice(head);
            bytes = rest;
            if self.pending.len() == self.capacity {
                self.flush();
            }
        }
    }

    /// Opens the pending rows and adds each group's value on them. After a bad row the rest is
    /// only read, so that its root is known.
    fn flush(&mut self) {
        let whole = self.pending.len() / (32 * self.entries);
        if self.bad_row.is_none() {
            self.evaluate_pending();
        }
        self.first += whole;
        self.pending.clear();
    }

    fn evaluate_pending(&mut self) {
        let elements = match decode_batch(&self.pending, Identity::Refused) {
            Ok(elements) => elements,
            Err((index, error)) => {
                let row = (self.first + index / self.entries) as u64;
                self.bad_row = Some(BadRow { row, error });
                return;
            }
        };
        for (forms, sum) in pairs(self.groups, &mut self.sums) {
            fill(&mut self.scalars, elements.len(), self.entries, self.first, forms);
            *sum += multiexp_vartime(&self.scalars, &elements);
        }
    }
}

/// Rows for each task in the evaluation of coefficients.
const ROWS: usize = 1 << 9;

/// The sum of the forms' coefficients for the rows from `first` on.
fn fill(
    scalars: &mut Vec<Scalar>,
    length: usize,
    entries: usize,
    first: usize,
    forms: &[&RowForm],
) {
    scalars.clear();
    scalars.resize(length, Scalar::ZERO);
    scalars.par_chunks_mut(ROWS * entries).enumerate().for_each(|(index, chunk)| {
        let mut rows: Vec<_> = forms.iter().map(|form| form.rows(first + index * ROWS)).collect();
        let mut terms = Vec::with_capacity(forms.len());
        for row in chunk.chunks_mut(entries) {
            terms.clear();
            terms.extend(rows.iter_mut().filter_map(Iterator::next));
            for (entry, scalar) in row.iter_mut().enumerate() {
                let mut sum = LazySum::default();
                for (factor, weights) in &terms {
                    sum.add(factor, weights.get(entry).unwrap_or(&Scalar::ZERO));
                }
                *scalar = sum.finish();
            }
        }
    });
}
