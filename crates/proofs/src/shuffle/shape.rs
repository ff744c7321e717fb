//! The shape of the argument: a function of the number of rows and nothing else
//! (spec/04-shuffle.md §1).

use psephos_core::elgamal::MAX_WIDTH;

use crate::fault::Fault;

/// Long rows that the multi-exponentiation argument works on.
pub const LONG_ROWS: usize = 4;
/// Diagonals of the multi-exponentiation argument: the coefficients of a product of degree 7.
pub const DIAGONALS: usize = 2 * LONG_ROWS;
/// The diagonal that the statement forces: it has no field in the proof.
pub const FORCED_DIAGONAL: usize = LONG_ROWS;

/// Rows for each step in the number of matrix rows.
const ROWS_PER_STEP: u64 = 1 << 14;
/// The most steps: beyond, the matrix grows in its columns only.
const MAX_STEPS: u64 = 15;
/// More rows than any list that fits in memory or on a disk; keeps every product below in range.
const MAX_ROWS: u64 = 1 << 40;

/// N rows of ω ciphertexts, arranged as m rows of n cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    rows: usize,
    width: usize,
    matrix_rows: usize,
    columns: usize,
}

impl Shape {
    /// The shape of an argument over `rows` rows of `width` ciphertexts;
    /// m = 4·clamp(⌈N/2^14⌉, 1, 15) and n = max(2, ⌈N/m⌉).
    ///
    /// # Errors
    /// [`Fault::Length`] when there is no row, too many of them, or the width is not 1 to 32.
    pub fn of(rows: u64, width: u64) -> Result<Self, Fault> {
        let in_range = usize::try_from(width).ok().filter(|w| (1..=MAX_WIDTH).contains(w));
        let width = in_range.ok_or(Fault::Length { field: "width" })?;
        if rows == 0 || rows > MAX_ROWS {
            return Err(Fault::Length { field: "rows" });
        }
        let matrix_rows = 4 * rows.div_ceil(ROWS_PER_STEP).clamp(1, MAX_STEPS);
        let columns = rows.div_ceil(matrix_rows).max(2);
        let fits = |value: u64| usize::try_from(value).map_err(|_| Fault::Length { field: "rows" });
        Ok(Self {
            rows: fits(rows)?,
            width,
            matrix_rows: fits(matrix_rows)?,
            columns: fits(columns)?,
        })
    }

    /// N: rows in the lists.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// ω: ciphertexts in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// m: rows of the matrix, a multiple of 4.
    pub fn matrix_rows(&self) -> usize {
        self.matrix_rows
    }

    /// n: columns of the matrix, at least 2.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// m·n: cells of the matrix; those from N on are padding.
    pub fn cells(&self) -> usize {
        self.matrix_rows * self.columns
    }

    /// m/4: matrix rows, and so commitments, in a long row.
    pub fn pieces(&self) -> usize {
        self.matrix_rows / LONG_ROWS
    }

    /// (m/4)·n: cells of a long row.
    pub fn long_length(&self) -> usize {
        self.pieces() * self.columns
    }

    /// Where list row `row` lies: its long row (0 to 3) and its place in that.
    pub fn long_place(&self, row: usize) -> (usize, usize) {
        let (matrix_row, column) = (row / self.columns, row % self.columns);
        (matrix_row % LONG_ROWS, matrix_row / LONG_ROWS * self.columns + column)
    }

    /// The list row at place `place` of long row `long_row`; N or more is padding.
    pub fn row_at(&self, long_row: usize, place: usize) -> usize {
        let (piece, column) = (place / self.columns, place % self.columns);
        (piece * LONG_ROWS + long_row) * self.columns + column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of spec/04-shuffle.md §1.
    #[test]
    fn the_rule_of_the_specification() {
        let step = 1 << 14;
        let table = [
            (1, 4, 2),
            (2, 4, 2),
            (8, 4, 2),
            (9, 4, 3),
            (100, 4, 25),
            (step, 4, 4096),
            (step + 1, 8, 2049),
            (80_101, 20, 4006),
            (15 * step, 60, 4096),
            (1 << 18, 60, 4370),
            (1 << 20, 60, 17477),
        ];
        for (rows, m, n) in table {
            let shape = Shape::of(rows, 1).unwrap();
            assert_eq!((shape.matrix_rows(), shape.columns()), (m, n), "{rows} rows");
            assert!(shape.cells() >= rows as usize);
            assert_eq!(shape.long_length() * LONG_ROWS, shape.cells());
        }
    }

    #[test]
    fn what_has_no_shape() {
        for (rows, width) in
            [(0, 1), (MAX_ROWS + 1, 1), (u64::MAX, 1), (5, 0), (5, 33), (5, u64::MAX)]
        {
            assert!(Shape::of(rows, width).is_err(), "{rows} rows of {width}");
        }
        assert!(Shape::of(MAX_ROWS, 32).is_ok());
    }

    #[test]
    fn every_cell_has_one_place() {
        for rows in [1, 9, 100, (1 << 14) + 1] {
            let shape = Shape::of(rows, 1).unwrap();
            for row in 0..shape.cells() {
                let (long_row, place) = shape.long_place(row);
                assert!(long_row < LONG_ROWS && place < shape.long_length());
                assert_eq!(shape.row_at(long_row, place), row);
            }
        }
    }
}
