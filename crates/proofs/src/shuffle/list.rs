//! Linear forms on streamed lists of ciphertext rows (spec/04-shuffle.md §6).

use psephos_core::cores::even_tasks;
use psephos_core::group::{GroupError, Identity, decode_alone};
use psephos_core::montgomery::LazySum;
use psephos_core::multiexp::{self, multiexp_alone_vartime};
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Element, Scalar};
use rayon::prelude::*;

use super::row_form::RowForm;
use crate::tasks::{Job, rows_in_piece, run};

/// Elements of a piece: as many as a multi-exponentiation gains from, few enough for the caches.
const PIECE: [usize; 2] = [multiexp::CHUNK / 2, multiexp::CHUNK];

/// The first row that is no row of proper elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadRow {
    pub row: u64,
    pub error: GroupError,
}

/// A list, and groups of forms on it.
pub(super) struct Question<'a> {
    pub list: &'a dyn Rows,
    pub groups: Vec<Vec<&'a RowForm>>,
}

/// The value of each group of forms on its list, or the list's first bad row.
pub(super) type Values = Result<Vec<Element>, BadRow>;

/// The values for each question; every list is read, and opened, once. Tells `told` how many rows have been read.
///
/// A list's answer is [`RowsError`] when it cannot be read or is not what its root names; a bad row
/// counts only when it can.
pub(super) fn evaluate(
    questions: &[Question<'_>],
    told: &(dyn Fn(u64) + Sync),
) -> Vec<Result<Values, RowsError>> {
    let jobs: Vec<Job<'_, Vec<Element>, BadRow>> = questions.iter().map(Question::job).collect();
    let answers = run(&jobs, told);
    let sum = |groups: usize, parts: Vec<Vec<Element>>| {
        let mut sums = vec![Element::default(); groups];
        parts.iter().for_each(|part| pairs(&mut sums, part).for_each(|(sum, part)| *sum += part));
        sums
    };
    pairs(questions, answers)
        .map(|(question, answer)| Ok(answer?.map(|parts| sum(question.groups.len(), parts))))
        .collect()
}

impl Question<'_> {
    fn job(&self) -> Job<'_, Vec<Element>, BadRow> {
        let entries = (self.list.row_length() / 32).max(1);
        let rows_in_piece = rows_in_piece(self.list.count(), entries, PIECE);
        let work = move |piece: usize, bytes: &[u8]| {
            evaluate_rows(bytes, entries, piece * rows_in_piece, &self.groups)
        };
        Job { list: self.list, rows_in_piece, work: Box::new(work) }
    }
}

/// The form's value on rows that are open, of `entries` elements each.
pub(super) fn evaluate_open(elements: &[Element], entries: usize, form: &RowForm) -> Element {
    let rows = (even_tasks(elements.len(), PIECE) / entries.max(1)).max(1);
    let tasks = elements.par_chunks(rows * entries.max(1)).enumerate();
    tasks.map(|(task, elements)| weigh(elements, entries, task * rows, &[form])).sum()
}

/// Opens rows and gives each group's value on them.
fn evaluate_rows(
    bytes: &[u8],
    entries: usize,
    first: usize,
    groups: &[Vec<&RowForm>],
) -> Result<Vec<Element>, BadRow> {
    let elements = decode_alone(bytes.as_chunks().0, Identity::Refused)
        .map_err(|(index, error)| BadRow { row: (first + index / entries) as u64, error })?;
    Ok(groups.iter().map(|forms| weigh(&elements, entries, first, forms)).collect())
}

/// The sum of the forms on the rows from `first` on, of `entries` elements each.
fn weigh(elements: &[Element], entries: usize, first: usize, forms: &[&RowForm]) -> Element {
    multiexp_alone_vartime(&coefficients(elements.len(), entries, first, forms), elements)
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
