//! That a linear relation holds in every cell of several lists: checked by sums under random
//! weights, located cell by cell when it fails (spec/07-decryption.md §7.5).

use std::collections::BTreeMap;

use psephos_core::combination::Combination;
use psephos_core::pairs::pairs;
use psephos_core::rows::RowsError;
use psephos_core::{Element, Scalar};

use super::BlockWeights;
use super::points::{Points, PointsError, answers};
use super::sums::{Parts, Wanted, block_sums};
use crate::fault::Fault;
use crate::tasks::run;

/// How many blocks of all terms together are searched for bad cells in one pass over the lists: bounds the
/// memory, not the search.
const SEARCHED: usize = 64;

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
    /// Bound to every list of the terms.
    pub(super) weights: BlockWeights,
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
    fn new(term: usize, error: &PointsError) -> Self {
        match error.clone() {
            PointsError::Rows(error) => Self::Rows { term, error },
            PointsError::Fault(fault) => Self::Fault { term, fault },
        }
    }
}

impl<'a> Relation<'a> {
    /// The cells where the relation fails, in order; empty when it holds everywhere.
    pub(super) fn failures(&self) -> Result<Vec<Cell>, RelationError> {
        self.failures_by(SEARCHED)
    }

    fn failures_by(&self, searched: usize) -> Result<Vec<Cell>, RelationError> {
        let parts = block_sums(&[self.sums()?], &|_, _| {});
        let bad = self.bad_blocks(parts.first().map_or(&[], Vec::as_slice))?;
        let at_once = (searched / self.terms.len().max(1)).max(1);
        let cells: Result<Vec<_>, _> = bad.chunks(at_once).map(|few| self.search(few)).collect();
        Ok(cells?.concat())
    }

    /// The sum that each term takes part with.
    pub(super) fn sums(&self) -> Result<Vec<Wanted<'a>>, RelationError> {
        let sum = |(index, term): (usize, &Term<'a>)| {
            let fault = |fault| RelationError::Fault { term: index, fault };
            term.points.check_shape(self.rows).map_err(fault)?;
            Ok(Wanted { points: term.points, weights: self.weights, first: 0 })
        };
        self.terms.iter().enumerate().map(sum).collect()
    }

    /// The blocks in which the terms do not add up to nothing, given the parts of their [`sums`](Self::sums).
    pub(super) fn bad_blocks(&self, parts: &[Parts]) -> Result<Vec<usize>, RelationError> {
        let mut totals: Vec<Element> = Vec::new();
        for (index, (term, blocks)) in pairs(&self.terms, parts).enumerate() {
            let blocks = blocks.as_ref().map_err(|error| RelationError::new(index, error))?;
            totals.resize(blocks.len(), Element::default());
            // Equal shapes have equal numbers of blocks.
            for (total, block) in pairs(&mut totals, blocks) {
                *total += block * term.coefficient;
            }
        }
        let bad = totals.iter().enumerate().filter(|(_, total)| **total != Element::default());
        Ok(bad.map(|(block, _)| block).collect())
    }

    /// The bad cells of these blocks, in order.
    fn search(&self, blocks: &[usize]) -> Result<Vec<Cell>, RelationError> {
        // All values are public, and most coefficients 1, −1 or small.
        let combinations: Vec<Combination> =
            self.terms.iter().map(|term| Combination::new_vartime(&[term.coefficient])).collect();
        let jobs: Vec<_> = pairs(&self.terms, &combinations)
            .map(|(term, scaled)| {
                let scale = |block: usize, points: Vec<Element>| {
                    (block, scaled.of_rows_vartime(points.len(), &[points]))
                };
                term.points.job(|block| blocks.contains(&block), scale)
            })
            .collect();
        let mut differences: BTreeMap<usize, Vec<Element>> = BTreeMap::new();
        for (index, products) in run(&jobs, &|_| {}).into_iter().enumerate() {
            let products = answers(products).map_err(|error| RelationError::new(index, &error))?;
            for (block, products) in products {
                let sums = differences.entry(block).or_default();
                sums.resize(products.len(), Element::default());
                pairs(sums, products).for_each(|(sum, product)| *sum += product);
            }
        }
        let width = self.width.max(1);
        let length = self.terms.first().map_or(0, |term| term.points.block_length());
        let mut cells = Vec::new();
        for (block, sums) in &differences {
            for (position, sum) in sums.iter().enumerate() {
                if *sum != Element::default() {
                    let index = block * length + position;
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
    use psephos_core::multiexp;
    use psephos_core::rows::MemoryRows;

    use super::super::points::{Part, RootedList};
    use super::*;

    /// Expected: however many blocks fail, every bad cell is named.
    #[test]
    fn all_bad_cells_of_many_blocks() {
        let rows = 2 * multiexp::CHUNK + 1;
        let bytes = encode(&base()).repeat(rows);
        let list = MemoryRows::new(&bytes, 32).unwrap();
        let points = Points {
            list: RootedList { root: [0; 32], rows: &list },
            part: Part::Single,
            width: 1,
            identity: Identity::Refused,
            field: "list",
        };
        let relation = Relation {
            rows: rows as u64,
            width: 1,
            terms: vec![Term { coefficient: Scalar::ONE, points }],
            weights: BlockWeights::new([7; 32]),
        };
        let cells = relation.failures_by(2).unwrap();
        let expected = (0..rows as u64).map(|row| Cell { row, column: 0 });
        assert!(cells.into_iter().eq(expected));
    }
}
