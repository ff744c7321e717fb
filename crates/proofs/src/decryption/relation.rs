//! That a linear relation holds in every cell of several lists: checked by sums under random
//! weights, located cell by cell when it fails (spec/07-decryption.md §7.5).

use std::collections::BTreeMap;

use psephos_core::combination::Combination;
use psephos_core::pairs::pairs;
use psephos_core::rows::RowsError;
use psephos_core::{Element, Scalar};
use rayon::prelude::*;

use super::BlockWeights;
use super::points::{BLOCK, Points, PointsError};
use crate::fault::Fault;

/// How many blocks are searched for bad cells in one pass over the lists: bounds the memory, not the search.
const SEARCHED: usize = 16;

/// A place in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The row.
    pub row: u64,
    /// The ciphertext in the row.
    pub column: u64,
}

/// coefficient·point in every cell.
#[derive(Clone, Copy)]
pub(super) struct Term<'a> {
    pub(super) coefficient: Scalar,
    pub(super) points: Points<'a>,
}

/// Σ coefficient·point = 0 over the terms, in each of rows × width cells.
pub(super) struct Relation<'a> {
    pub(super) rows: u64,
    pub(super) width: usize,
    pub(super) terms: Vec<Term<'a>>,
}

/// Why a relation could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelationError {
    /// A list could not be read.
    #[error("list {term}: {error}")]
    Rows {
        /// Which of the lists, in the order of the function's documentation.
        term: usize,
        /// Why.
        error: RowsError,
    },
    /// A list has another shape, or holds what is no permitted element.
    #[error("list {term}: {fault}")]
    Fault {
        /// Which of the lists, in the order of the function's documentation.
        term: usize,
        /// What is wrong.
        fault: Fault,
    },
    /// The trustees' indices are not distinct, or there are none.
    #[error("the shares are not of distinct trustees")]
    Quorum,
}

impl RelationError {
    fn new(term: usize, error: PointsError) -> Self {
        match error {
            PointsError::Rows(error) => Self::Rows { term, error },
            PointsError::Fault(fault) => Self::Fault { term, fault },
        }
    }
}

impl Relation<'_> {
    /// The cells where the relation fails, in order; empty when it holds everywhere.
    pub(super) fn failures(&self, weights: &BlockWeights) -> Result<Vec<Cell>, RelationError> {
        self.failures_by(weights, SEARCHED)
    }

    fn failures_by(
        &self,
        weights: &BlockWeights,
        searched: usize,
    ) -> Result<Vec<Cell>, RelationError> {
        let mut sums: Vec<Element> = Vec::new();
        for (index, term) in self.terms.iter().enumerate() {
            term.points
                .check_shape(self.rows)
                .map_err(|fault| RelationError::Fault { term: index, fault })?;
            let blocks = term
                .points
                .block_sums(weights, 0)
                .map_err(|error| RelationError::new(index, error))?;
            sums.resize(blocks.len(), Element::default());
            // Equal shapes have equal numbers of blocks.
            for (sum, block) in pairs(&mut sums, blocks) {
                *sum += block * term.coefficient;
            }
        }
        let bad: Vec<usize> = sums
            .iter()
            .enumerate()
            .filter(|(_, sum)| **sum != Element::default())
            .map(|(block, _)| block)
            .collect();
        let cells: Result<Vec<_>, _> = bad.chunks(searched).map(|few| self.search(few)).collect();
        Ok(cells?.concat())
    }

    /// The bad cells of these blocks, in order.
    fn search(&self, blocks: &[usize]) -> Result<Vec<Cell>, RelationError> {
        let mut differences: BTreeMap<usize, Vec<Element>> = BTreeMap::new();
        for (index, term) in self.terms.iter().enumerate() {
            // All values are public, and most coefficients 1, −1 or small.
            let scaled = Combination::new_vartime(&[term.coefficient]);
            term.points
                .visit_blocks(&|block| blocks.contains(&block), &mut |block, points| {
                    let sums = differences.entry(block).or_default();
                    sums.resize(points.len(), Element::default());
                    let products = scaled.of_rows_vartime(points.len(), &[points.to_vec()]);
                    sums.par_iter_mut().zip_eq(products).for_each(|(sum, product)| *sum += product);
                })
                .map_err(|error| RelationError::new(index, error))?;
        }
        let width = self.width.max(1);
        let mut cells = Vec::new();
        for (block, sums) in &differences {
            for (position, sum) in sums.iter().enumerate() {
                if *sum != Element::default() {
                    let index = block * BLOCK + position;
                    let (row, column) = ((index / width) as u64, (index % width) as u64);
                    cells.push(Cell { row, column });
                }
            }
        }
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use psephos_core::group::{Identity, base, encode};
    use psephos_core::rows::MemoryRows;

    use super::super::points::Part;
    use super::*;

    /// Expected: however many blocks fail, every bad cell is named.
    #[test]
    fn all_bad_cells_of_many_blocks() {
        let rows = 2 * BLOCK + 1;
        let bytes = encode(&base()).repeat(rows);
        let list = MemoryRows::new(&bytes, 32).unwrap();
        let points = Points {
            rows: &list,
            part: Part::Single,
            width: 1,
            identity: Identity::Refused,
            field: "list",
        };
        let relation = Relation {
            rows: rows as u64,
            width: 1,
            terms: vec![Term { coefficient: Scalar::ONE, points }],
        };
        let cells = relation.failures_by(&BlockWeights::new([7; 32]), 2).unwrap();
        let expected = (0..rows as u64).map(|row| Cell { row, column: 0 });
        assert!(cells.into_iter().eq(expected));
    }
}
