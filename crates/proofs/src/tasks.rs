//! Stored lists, read piece by piece while every core works on what has been read.
//!
//! Reading and hashing go on beside the work on the pieces before, also from one list to the next; when enough
//! pieces wait, whoever reads takes one on itself. So memory is bounded, one core is enough, and none is idle
//! before the last list ends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};

/// Pieces that wait or are worked on, for each core.
const WAITING_PER_CORE: usize = 2;
/// A list is cut into at least so many pieces for each core, if they stay large enough: the last of them
/// leave cores idle.
const PIECES_PER_CORE: usize = 16;

/// What is made of every piece of a list.
pub(crate) struct Job<'a, T, E> {
    pub(crate) list: &'a dyn Rows,
    /// Rows in every piece but the last, at least 1.
    pub(crate) rows_in_piece: usize,
    /// Takes a piece's number, from 0, and its rows.
    pub(crate) work: Box<Work<'a, T, E>>,
}

/// Makes an answer of a piece, or none.
type Work<'a, T, E> = dyn Fn(usize, &[u8]) -> Result<T, E> + Sync + 'a;

/// The answers for a list's pieces in order, or the first of them that is none.
pub(crate) type Answers<T, E> = Result<Vec<T>, E>;

/// How many rows of `points` elements make a piece, given how many a multi-exponentiation gains from at least
/// and at most.
pub(crate) fn rows_in_piece(rows: u64, points: usize, [least, most]: [usize; 2]) -> usize {
    let points = points.max(1);
    let total = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(points);
    let share = total / (PIECES_PER_CORE * rayon::current_num_threads());
    (share.clamp(least, most) / points).max(1)
}

/// Reads every list once, from its beginning to its end, and works on all its pieces; tells `told` after each
/// reading how many rows have been read. After a piece without answer the rest of its list is only read, as
/// what was found counts if the list is what its root names.
pub(crate) fn run<T: Send, E: Send>(
    jobs: &[Job<'_, T, E>],
    told: &(dyn Fn(u64) + Sync),
) -> Vec<Result<Answers<T, E>, RowsError>> {
    let waiting = AtomicUsize::new(0);
    let most = WAITING_PER_CORE * rayon::current_num_threads();
    let lists: Vec<Worked<T, E>> = jobs.iter().map(|_| Worked::default()).collect();
    let mut before = 0;
    let read = rayon::scope(|scope| {
        let mut read = Vec::with_capacity(jobs.len());
        for (job, list) in pairs(jobs, &lists) {
            let waiting = &waiting;
            let mut start = |number: usize, piece: Vec<u8>| {
                if list.failed.load(Ordering::Relaxed) {
                    return;
                }
                let work = move || {
                    list.note(number, (job.work)(number, &piece));
                    waiting.fetch_sub(1, Ordering::Relaxed);
                };
                if waiting.fetch_add(1, Ordering::Relaxed) < most {
                    scope.spawn(move |_| work());
                } else {
                    work();
                }
            };
            read.push(cut(job.list, job.rows_in_piece, &mut start, &|rows| {
                told(rows.saturating_add(before));
            }));
            before = job.list.count().saturating_add(before);
        }
        read
    });
    pairs(read, lists).map(|(read, list)| read.map(|()| list.answers())).collect()
}

/// What is known of a list's pieces.
struct Worked<T, E> {
    failed: AtomicBool,
    noted: Mutex<Vec<(usize, Result<T, E>)>>,
}

impl<T, E> Default for Worked<T, E> {
    fn default() -> Self {
        Self { failed: AtomicBool::new(false), noted: Mutex::new(Vec::new()) }
    }
}

impl<T, E> Worked<T, E> {
    fn note(&self, number: usize, answer: Result<T, E>) {
        if answer.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push((number, answer));
    }

    fn answers(self) -> Answers<T, E> {
        let mut noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Pieces start in order: all before one that failed have been worked on.
        noted.sort_unstable_by_key(|(number, _)| *number);
        noted.into_iter().map(|(_, answer)| answer).collect()
    }
}

/// Cuts a list into numbered pieces of whole rows.
fn cut(
    list: &dyn Rows,
    rows_in_piece: usize,
    start: &mut dyn FnMut(usize, Vec<u8>),
    told: &dyn Fn(u64),
) -> Result<(), RowsError> {
    let length = rows_in_piece.saturating_mul(list.row_length());
    let mut missing = list.count().saturating_mul(list.row_length() as u64);
    let (mut number, mut pending) = (0, Vec::new());
    list.visit(&mut |first, mut bytes| {
        let rows = bytes.len().checked_div(list.row_length()).unwrap_or(0) as u64;
        missing = missing.checked_sub(bytes.len() as u64).ok_or_else(not_whole)?;
        while !bytes.is_empty() {
            let (head, rest) = bytes.split_at(bytes.len().min(length - pending.len()));
            pending.extend_from_slice(head);
            bytes = rest;
            if pending.len() == length {
                start(number, std::mem::replace(&mut pending, Vec::with_capacity(length)));
                number += 1;
            }
        }
        told(first.saturating_add(rows));
        Ok(())
    })?;
    if missing != 0 {
        return Err(not_whole());
    }
    if !pending.is_empty() {
        start(number, pending);
    }
    Ok(())
}

fn not_whole() -> RowsError {
    RowsError::Storage("the list has not as many bytes as it says".into())
}

#[cfg(test)]
mod tests {
    use psephos_core::rows::{MemoryRows, Visitor};

    use super::*;

    /// A list that gives these pieces, and says that it has `count` rows of 3 bytes.
    struct List {
        count: u64,
        pieces: Vec<Vec<u8>>,
        end: Result<(), RowsError>,
    }

    impl Rows for List {
        fn count(&self) -> u64 {
            self.count
        }

        fn row_length(&self) -> usize {
            3
        }

        fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
            self.pieces.iter().try_for_each(|piece| visit(0, piece))?;
            self.end.clone()
        }
    }

    fn bytes(rows: usize) -> Vec<u8> {
        (0..3 * rows).map(|place| place as u8).collect()
    }

    fn list(pieces: &[usize]) -> List {
        let all = bytes(pieces.iter().sum());
        let mut rest = &all[..];
        let cut = |rows: &usize| {
            let (piece, tail) = rest.split_at(3 * rows);
            rest = tail;
            piece.to_vec()
        };
        let pieces: Vec<Vec<u8>> = pieces.iter().map(cut).collect();
        List { count: all.len() as u64 / 3, pieces, end: Ok(()) }
    }

    type Piece = (usize, Vec<u8>);

    /// Gives every piece back, but refuses those with a byte of this value.
    fn copy(list: &dyn Rows, rows_in_piece: usize, refused: Option<u8>) -> Job<'_, Piece, usize> {
        let work = move |number: usize, bytes: &[u8]| match refused {
            Some(byte) if bytes.contains(&byte) => Err(number),
            _ => Ok((number, bytes.to_vec())),
        };
        Job { list, rows_in_piece, work: Box::new(work) }
    }

    fn on_cores<T: Send>(cores: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap().install(work)
    }

    #[test]
    fn every_row_is_in_one_piece_however_the_list_is_read() {
        for cores in 1..4 {
            for rows_in_piece in [1, 2, 5, 40, 1000] {
                let lists = [list(&[1, 7, 0, 50, 3]), list(&[]), list(&[39, 1]), list(&[200])];
                let jobs: Vec<_> =
                    lists.iter().map(|list| copy(list, rows_in_piece, None)).collect();
                let found = on_cores(cores, || run(&jobs, &|_| {}));
                for (list, found) in pairs(&lists, found) {
                    let pieces = found.unwrap().unwrap();
                    let expected: Vec<Vec<u8>> = bytes(list.count as usize)
                        .chunks(3 * rows_in_piece)
                        .map(<[u8]>::to_vec)
                        .collect();
                    assert!(pieces.into_iter().eq(expected.into_iter().enumerate()));
                }
            }
        }
    }

    #[test]
    fn the_first_piece_that_fails_is_named() {
        for cores in 1..4 {
            let lists = [list(&[80]), list(&[10, 60]), list(&[5])];
            let jobs: Vec<_> = lists.iter().map(|list| copy(list, 2, Some(100))).collect();
            let found = on_cores(cores, || run(&jobs, &|_| {}));
            // Byte 100 is in row 33, so in piece 16; the third list has none.
            assert_eq!(found[0], Ok(Err(16)));
            assert_eq!(found[1], Ok(Err(16)));
            assert_eq!(found[2].as_ref().unwrap().as_ref().unwrap().len(), 3);
        }
    }

    /// However well its rows fit, and whatever is wrong in them.
    #[test]
    fn nothing_counts_of_a_list_that_is_not_what_it_says() {
        let error = RowsError::Root("of another list".into());
        let damaged = || List { end: Err(error.clone()), ..list(&[30, 30]) };
        let (short, long) = (List { count: 61, ..list(&[60]) }, List { count: 59, ..list(&[60]) });
        let whole = list(&[60]);
        for refused in [None, Some(7)] {
            let lists = [&damaged(), &short, &long, &whole];
            let jobs = lists.map(|list| copy(list, 4, refused));
            let found = run(&jobs, &|_| {});
            assert_eq!(found[0], Err(error.clone()));
            assert_eq!(found[1], Err(not_whole()));
            assert_eq!(found[2], Err(not_whole()));
            assert!(found[3].is_ok());
            assert_eq!(found[3].as_ref().unwrap().is_ok(), refused.is_none());
        }
    }

    #[test]
    fn pieces_are_neither_too_small_nor_too_large() {
        on_cores(2, || {
            // 32 pieces, within what a multi-exponentiation gains from.
            assert_eq!(rows_in_piece(1 << 17, 2, [1 << 12, 1 << 13]), 1 << 12);
            assert_eq!(rows_in_piece(1 << 20, 2, [1 << 12, 1 << 13]), 1 << 12);
            assert_eq!(rows_in_piece(100, 2, [1 << 12, 1 << 13]), 1 << 11);
            assert_eq!(rows_in_piece(5 << 16, 1, [1 << 12, 1 << 14]), 10 << 10);
            // A row is never cut, and no rows are no reason to stop.
            assert_eq!(rows_in_piece(10, 1 << 20, [1 << 12, 1 << 13]), 1);
            assert_eq!(rows_in_piece(0, 0, [1 << 12, 1 << 13]), 1 << 12);
            assert_eq!(rows_in_piece(u64::MAX, 7, [1 << 12, 1 << 13]), (1 << 13) / 7);
        });
    }

    #[test]
    fn what_is_read_is_told() {
        let (first, second) = (bytes(20_000), bytes(3));
        let lists = [&first, &second].map(|bytes| MemoryRows::new(bytes, 3).unwrap());
        let jobs: Vec<_> = lists.iter().map(|list| copy(list, 100, None)).collect();
        let told = Mutex::new(Vec::new());
        run(&jobs, &|rows| told.lock().unwrap().push(rows));
        assert_eq!(told.into_inner().unwrap(), [8192, 16_384, 20_000, 20_003]);
    }
}
