//! One column of points in a stored list, opened block by block.

use psephos_core::group::{self, Identity};
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Digest, Element, Encoding};

use super::BlockWeights;
use crate::fault::Fault;

/// Points opened and multiplied at a time.
pub(super) const BLOCK: usize = 1 << 13;

/// A list with the root that names it.
#[derive(Clone, Copy)]
pub struct RootedList<'a> {
    /// The root of the blob that `rows` reads.
    pub root: Digest,
    /// The rows.
    pub rows: &'a dyn Rows,
}

/// Which points of a row are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The A of ciphertexts A ‖ B.
    Randomness,
    /// The B of ciphertexts A ‖ B.
    Message,
    /// Every element of a row of single elements.
    Single,
}

/// ω points a row; point row·ω + column is the column's.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) rows: &'a dyn Rows,
    pub(super) part: Part,
    pub(super) width: usize,
    pub(super) identity: Identity,
    /// The field's name in faults.
    pub(super) field: &'static str,
}

/// Why points could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PointsError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error(transparent)]
    Fault(Fault),
}

impl Points<'_> {
    fn stride(&self) -> usize {
        if self.part == Part::Single { 1 } else { 2 }
    }

    fn offset(&self) -> usize {
        usize::from(self.part == Part::Message)
    }

    /// Refuses a list of another length or width.
    pub(super) fn check_shape(&self, rows: u64) -> Result<(), Fault> {
        let length = self.width.checked_mul(32 * self.stride());
        let fits =
            self.width > 0 && length == Some(self.rows.row_length()) && self.rows.count() == rows;
        if fits { Ok(()) } else { Err(Fault::Length { field: self.field }) }
    }

    /// Calls `visit(block index, points)` on every block that is `wanted`, in order.
    pub(super) fn visit_blocks(
        &self,
        wanted: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(usize, &[Element]),
    ) -> Result<(), PointsError> {
        let mut blocks = Blocks {
            points: self,
            wanted,
            visit,
            pending: Vec::new(),
            full: 0,
            seen: 0,
            fault: None,
        };
        let read = self.rows.visit(&mut |_, bytes| {
            let (encodings, _) = bytes.as_chunks::<32>();
            let points = encodings.iter().skip(self.offset()).step_by(self.stride());
            points.for_each(|encoding| blocks.push(encoding));
            Ok(())
        });
        // What is found in a list counts only once it has been read to its end, and is what its root names.
        read?;
        blocks.flush();
        if let Some(fault) = blocks.fault {
            return Err(PointsError::Fault(fault));
        }
        // What was read may have another length than `check_shape` saw, where files can change.
        let expected = self.rows.count().checked_mul(self.width as u64);
        if expected == Some(blocks.seen) {
            Ok(())
        } else {
            Err(PointsError::Fault(Fault::Length { field: self.field }))
        }
    }

    /// Σ over each block of weight·point; point i has weight `first_weight` + i.
    pub(super) fn block_sums(
        &self,
        weights: &BlockWeights,
        first_weight: u64,
    ) -> Result<Vec<Element>, PointsError> {
        let mut sums = Vec::new();
        self.visit_blocks(&|_| true, &mut |block, points| {
            let first = first_weight + (block * BLOCK) as u64;
            sums.push(weights.sum_vartime(first, points));
        })?;
        Ok(sums)
    }
}

/// Gathers encodings into blocks, whatever pieces the storage reads.
struct Blocks<'a, 'p> {
    points: &'a Points<'p>,
    wanted: &'a dyn Fn(usize) -> bool,
    visit: &'a mut dyn FnMut(usize, &[Element]),
    pending: Vec<Encoding>,
    /// Blocks before the pending one.
    full: usize,
    /// Points so far, the pending ones included.
    seen: u64,
    fault: Option<Fault>,
}

impl Blocks<'_, '_> {
    fn push(&mut self, encoding: &Encoding) {
        self.pending.push(*encoding);
        self.seen += 1;
        if self.pending.len() == BLOCK {
            self.flush();
        }
    }

    /// Opens the pending block, unless a bad point was found before.
    fn flush(&mut self) {
        if self.fault.is_none() && !self.pending.is_empty() && (self.wanted)(self.full) {
            match group::decode_all(&self.pending, self.points.identity) {
                Ok(points) => (self.visit)(self.full, &points),
                Err((index, error)) => {
                    let row = (self.full * BLOCK + index) / self.points.width.max(1);
                    self.fault = Some(Fault::from_group(error, self.points.field, row as u64));
                }
            }
        }
        self.full += 1;
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use psephos_core::rows::Visitor;

    use super::*;

    /// Rows of this number and length, of which none is there when they are read.
    struct Nothing {
        count: u64,
        row_length: usize,
    }

    impl Rows for Nothing {
        fn count(&self) -> u64 {
            self.count
        }

        fn row_length(&self) -> usize {
            self.row_length
        }

        fn visit(&self, _: &mut Visitor) -> Result<(), RowsError> {
            Ok(())
        }
    }

    fn points(rows: &Nothing, width: usize) -> Points<'_> {
        Points { rows, part: Part::Single, width, identity: Identity::Refused, field: "list" }
    }

    const LENGTH: Fault = Fault::Length { field: "list" };

    /// Rows of no elements fit their width, and say nothing of any cell.
    #[test]
    fn rows_of_no_elements_have_no_shape() {
        let rows = Nothing { count: 3, row_length: 0 };
        assert_eq!(points(&rows, 0).check_shape(3), Err(LENGTH));
    }

    /// A list that has become shorter since its shape was checked.
    #[test]
    fn rows_that_vanish_are_missed() {
        let rows = Nothing { count: 3, row_length: 32 };
        let points = points(&rows, 1);
        assert_eq!(points.check_shape(3), Ok(()));
        let sums = points.block_sums(&BlockWeights::new([7; 32]), 0);
        assert_eq!(sums, Err(PointsError::Fault(LENGTH)));
    }
}
