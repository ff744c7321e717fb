//! One column of points in a stored list, opened block by block.

use psephos_core::group::{self, Identity};
use psephos_core::multiexp::multiexp_vartime;
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
        let fits = self.width > 0
            && length == Some(self.rows.row_length())
            && self.rows.count() == rows;
        if fits { Ok(()) } else { Err(Fault::Length { field: self.field }) }
    }

    /// Calls `visit(block index, points)` on every block that is `wanted`, in order.
    pub(super) fn visit_blocks(
        &self,
        wanted: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(usize, &[Element]),
    ) -> Result<(), PointsError> {
        let mut pending: Vec<Encoding> = Vec::with_capacity(BLOCK);
        let mut block = 0;
        let mut fault = None;
        let mut flush = |pending: &mut Vec<Encoding>| -> Result<(), RowsError> {
            if wanted(block) {
                match group::decode_all(pending, self.identity) {
                    Ok(points) => visit(block, &points),
                    Err((index, error)) => {
                        let row = (block * BLOCK + index) / self.width.max(1);
                        fault = Some(Fault::from_group(error, self.field, row as u64));
                        return Err(RowsError::Stopped);
                    }
                }
            }
            block += 1;
            pending.clear();
            Ok(())
        };
        let result = self.rows.visit(&mut |_, bytes| {
            let (encodings, _) = bytes.as_chunks::<32>();
            for encoding in encodings.iter().skip(self.offset()).step_by(self.stride()) {
                pending.push(*encoding);
                if pending.len() == BLOCK {
                    flush(&mut pending)?;
                }
            }
            Ok(())
        });
        let result = result.and_then(|()| if pending.is_empty() { Ok(()) } else { flush(&mut pending) });
        match fault {
            Some(fault) => Err(PointsError::Fault(fault)),
            None => result.map_err(PointsError::Rows),
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
            sums.push(multiexp_vartime(&weights.range(first, points.len()), points));
        })?;
        Ok(sums)
    }
}
