//! Linear forms on a streamed list of ciphertext rows (spec/04-shuffle.md §6).

use psephos_core::group::{GroupError, Identity, decode_batch};
use psephos_core::montgomery::LazySum;
use psephos_core::multiexp::{self, multiexp_alone_vartime};
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Element, Scalar};
use rayon::prelude::*;

use super::row_form::RowForm;

/// Entries (elements) of a task, which opens and multiplies them on its own: as many as a
/// multi-exponentiation gains from.
const TASK: usize = multiexp::CHUNK;
/// Tasks for each core between two readings.
const TASKS_PER_CORE: usize = 4;
/// The most entries between two readings: 32 MiB of them.
const MAX_ENTRIES: usize = 1 << 20;

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
    sums: Vec<Element>,
    bad_row: Option<BadRow>,
}

impl<'a> Block<'a> {
    fn new(row_length: usize, groups: &'a [Vec<&'a RowForm>]) -> Self {
        let entries = (row_length / 32).max(1);
        let wanted = (TASK * TASKS_PER_CORE * rayon::current_num_threads()).min(MAX_ENTRIES);
        Self {
            groups,
            entries,
            capacity: (wanted / entries).max(1) * entries * 32,
            pending: Vec::new(),
            first: 0,
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
        let (entries, first, groups) = (self.entries, self.first, self.groups);
        let cores = rayon::current_num_threads();
        let rows = self.pending.len() / (32 * entries);
        let rows_in_task = rows.div_ceil(cores).clamp(1, (TASK / entries).max(1));
        let tasks = self.pending.par_chunks(rows_in_task * entries * 32).enumerate();
        let answers: Vec<_> = tasks
            .map(|(index, bytes)| {
                evaluate_rows(bytes, entries, first + index * rows_in_task, groups)
            })
            .collect();
        for answer in answers {
            match answer {
                Ok(parts) => pairs(&mut self.sums, parts).for_each(|(sum, part)| *sum += part),
                Err(bad) => {
                    self.bad_row = Some(bad);
                    return;
                }
            }
        }
    }
}

/// Opens rows and gives each group's value on them.
fn evaluate_rows(
    bytes: &[u8],
    entries: usize,
    first: usize,
    groups: &[Vec<&RowForm>],
) -> Result<Vec<Element>, BadRow> {
    let elements = decode_batch(bytes, Identity::Refused)
        .map_err(|(index, error)| BadRow { row: (first + index / entries) as u64, error })?;
    let value = |forms: &Vec<&RowForm>| {
        multiexp_alone_vartime(&coefficients(elements.len(), entries, first, forms), &elements)
    };
    Ok(groups.iter().map(value).collect())
}

/// The sum of the forms' coefficients for the rows from `first` on, `length` of them in all.
fn coefficients(length: usize, entries: usize, first: usize, forms: &[&RowForm]) -> Vec<Scalar> {
    let mut scalars = Vec::with_capacity(length);
    let mut rows: Vec<_> = forms.iter().map(|form| form.rows(first)).collect();
    let mut terms = Vec::with_capacity(forms.len());
    while scalars.len() < length {
        terms.clear();
        terms.extend(rows.iter_mut().filter_map(Iterator::next));
        for entry in 0..entries {
            let mut sum = LazySum::default();
            for (factor, weights) in &terms {
                sum.add(factor, weights.get(entry).unwrap_or(&Scalar::ZERO));
            }
            scalars.push(sum.finish());
        }
    }
    scalars
}
