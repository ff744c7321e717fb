//! One column of points in a stored list, opened block by block.

use psephos_core::group::{self, Identity};
use psephos_core::multiexp;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Digest, Element, Encoding};

use crate::fault::Fault;
use crate::tasks::{Answers, Job, rows_in_piece};

/// Points opened and multiplied at a time, at least and at most.
const BLOCK: [usize; 2] = [multiexp::CHUNK / 2, multiexp::CHUNK];

/// A list with the root that names it.
#[derive(Clone, Copy)]
pub struct RootedList<'a> {
    /// The root of the blob that `rows` reads.
    pub root: Digest,
    /// The rows.
    pub rows: &'a dyn Rows,
}

/// Which points of a row are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    pub(super) list: RootedList<'a>,
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

impl<'a> Points<'a> {
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
            && length == Some(self.list.rows.row_length())
            && self.list.rows.count() == rows;
        if fits { Ok(()) } else { Err(Fault::Length { field: self.field }) }
    }

    /// Points in every block but the last: whole rows.
    pub(super) fn block_length(&self) -> usize {
        self.rows_in_block() * self.width.max(1)
    }

    fn rows_in_block(&self) -> usize {
        rows_in_piece(self.list.rows.count(), self.width, BLOCK)
    }

    /// What to read, and `work(block, points)` on every block once it is open. Blocks that are not `wanted`
    /// stay closed, and have no answer.
    pub(super) fn job<T>(
        self,
        wanted: impl Fn(usize) -> bool + Sync + 'a,
        work: impl Fn(usize, Vec<Element>) -> T + Sync + 'a,
    ) -> Job<'a, Option<T>, Fault> {
        let length = self.block_length();
        let work = move |block: usize, bytes: &[u8]| {
            if !wanted(block) {
                return Ok(None);
            }
            let encodings = bytes.as_chunks::<32>().0.iter();
            let encodings: Vec<Encoding> =
                encodings.skip(self.offset()).step_by(self.stride()).copied().collect();
            match group::decode_alone(&encodings, self.identity) {
                Ok(points) => Ok(Some(work(block, points))),
                Err((index, error)) => {
                    let row = (block * length + index) / self.width.max(1);
                    Err(Fault::from_group(error, self.field, row as u64))
                }
            }
        };
        let rows_in_piece = self.rows_in_block();
        Job { list: self.list.rows, rows_in_piece, work: Box::new(work) }
    }
}

/// The answers of [`Points::job`], flattened.
pub(super) fn answers<T>(
    answers: Result<Answers<Option<T>, Fault>, RowsError>,
) -> Result<Vec<T>, PointsError> {
    let blocks = answers?.map_err(PointsError::Fault)?;
    Ok(blocks.into_iter().flatten().collect())
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
        let list = RootedList { root: [0; 32], rows };
        Points { list, part: Part::Single, width, identity: Identity::Refused, field: "list" }
    }

    const LENGTH: Fault = Fault::Length { field: "list" };

    /// Rows of no elements fit their width, and say nothing of any cell.
    #[test]
    fn rows_of_no_elements_have_no_shape() {
        let rows = Nothing { count: 3, row_length: 0 };
        assert_eq!(points(&rows, 0).check_shape(3), Err(LENGTH));
    }
}
