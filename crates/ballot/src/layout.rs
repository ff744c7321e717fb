//! A batch's votes as one row of elements, or as one number (spec/11-plaintext.md §1, §3, §4 and §6).

use crate::contest::Contest;
use crate::field::{Fault, Field};
use crate::vote::{Vote, VoteError};
use psephos_core::embed::{self, DATA_LENGTH, Unreadable};
use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding};
use std::collections::BTreeSet;

/// Most elements in a row.
pub const MAX_WIDTH: usize = 32;

/// Bits that a number can have.
pub const NUMBER_BITS: [u64; 3] = [8, 16, 32];

/// Where each contest of a batch stands in the data of a row.
#[derive(Clone, Debug)]
pub struct Layout<'a> {
    entries: Vec<Entry<'a>>,
    data_length: usize,
    bits: Option<u64>,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    index: usize,
    contest: &'a Contest,
    field: Field,
}

/// Why contests cannot form a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A batch of nothing.
    #[error("a batch needs at least one contest")]
    Empty,
    /// An index beyond the election's contests.
    #[error("there is no contest with index {index}")]
    NoContest {
        /// The index, from 0.
        index: u64,
    },
    /// A contest named twice.
    #[error("contest {id:?} stands twice in one batch")]
    Repeated {
        /// The contest's id.
        id: String,
    },
    /// More bytes than a row holds.
    #[error(
        "a ballot with {} takes {length} bytes, at most {} fit; allow fewer marks, ranks or scores, or shorter texts",
        named(.contests),
        MAX_WIDTH * DATA_LENGTH
    )]
    TooLong {
        /// The contests' ids, in the order of the batch.
        contests: Vec<String>,
        /// Bytes of a ballot.
        length: usize,
        /// Index in the election of the contest with most bytes.
        largest: usize,
    },
    /// More bytes than a number holds, or a number that there is not.
    #[error("a vote in {} takes {} bits, the number has {bits}; 8, 16 or 32 there may be", named(.contests), 8 * .length)]
    Number {
        /// The contests' ids, in the order of the batch.
        contests: Vec<String>,
        /// Bytes of a vote.
        length: usize,
        /// Bits of the number.
        bits: u64,
    },
}

/// Why a plaintext row is not a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Invalid {
    /// Not as many elements or bytes as the batch has.
    #[error("the row has another length than the batch's rows")]
    Length,
    /// An element that is the identity.
    #[error("element {} is the identity", .element + 1)]
    Identity {
        /// Its place in the row, from 0.
        element: usize,
    },
    /// An element whose counter is not the smallest.
    #[error("element {} does not have the smallest counter", .element + 1)]
    NotMinimal {
        /// Its place in the row, from 0.
        element: usize,
    },
    /// Bytes that encode no element.
    #[error("element {} is no group element", .element + 1)]
    NotElement {
        /// Its place in the row, from 0.
        element: usize,
    },
    /// Bytes that are no vote of a contest.
    #[error("contest {}: {fault}", .contest + 1)]
    Contest {
        /// The contest's index in the election, from 0.
        contest: usize,
        /// What is wrong.
        fault: Fault,
    },
    /// An element of a bounded batch that holds no number in its range.
    #[error("the element holds no number in the batch's range")]
    OutOfRange,
    /// The bytes after the last contest are not all zero.
    #[error("the bytes after the last contest are not zero")]
    Padding,
}

impl<'a> Layout<'a> {
    /// The layout of the contests with these indices, in this order.
    /// `contests` are all of the election, as [`crate::contest::check`] accepts them.
    ///
    /// # Errors
    /// [`LayoutError`]; `TooLong` when the row would have more than [`MAX_WIDTH`] elements.
    pub fn of(contests: &'a [Contest], indices: &[u64]) -> Result<Layout<'a>, LayoutError> {
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for &number in indices {
            let index = usize::try_from(number).unwrap_or(usize::MAX);
            let contest = contests.get(index).ok_or(LayoutError::NoContest { index: number })?;
            if !seen.insert(index) {
                return Err(LayoutError::Repeated { id: contest.id.clone() });
            }
            entries.push(Entry { index, contest, field: Field::of(contest) });
        }
        let largest = entries.iter().max_by_key(|entry| entry.field.length());
        let largest = largest.ok_or(LayoutError::Empty)?.index;
        let data_length = entries.iter().map(|entry| entry.field.length()).sum();
        if data_length > MAX_WIDTH * DATA_LENGTH {
            let contests = ids(&entries);
            return Err(LayoutError::TooLong { contests, length: data_length, largest });
        }
        Ok(Layout { entries, data_length, bits: None })
    }

    /// The layout of all contests in one batch.
    ///
    /// # Errors
    /// As [`Layout::of`].
    pub fn all(contests: &'a [Contest]) -> Result<Layout<'a>, LayoutError> {
        let indices: Vec<u64> = (0..).take(contests.len()).collect();
        Layout::of(contests, &indices)
    }

    /// Whether the votes fit into one number of so many bits.
    ///
    /// # Errors
    /// `Number`.
    pub fn check_bits(&self, bits: u64) -> Result<(), LayoutError> {
        let length = self.data_length;
        if NUMBER_BITS.contains(&bits) && 8 * length as u64 <= bits {
            return Ok(());
        }
        Err(LayoutError::Number { contests: ids(&self.entries), length, bits })
    }

    /// The layout of a bounded batch, whose rows hold one number each.
    ///
    /// # Errors
    /// As [`Layout::check_bits`].
    pub fn bounded(self, bits: u64) -> Result<Layout<'a>, LayoutError> {
        self.check_bits(bits)?;
        Ok(Layout { bits: Some(bits), ..self })
    }

    /// The bits of a bounded batch's number; none where the votes stand in elements.
    pub fn bits(&self) -> Option<u64> {
        self.bits
    }

    /// Bytes that the votes take, without padding.
    pub fn data_length(&self) -> usize {
        self.data_length
    }

    /// Elements in a row, 1 to [`MAX_WIDTH`].
    pub fn width(&self) -> usize {
        self.data_length.div_ceil(DATA_LENGTH)
    }

    /// Each contest of the batch with its index in the election.
    pub fn contests(&self) -> impl Iterator<Item = (usize, &'a Contest)> + '_ {
        self.entries.iter().map(|entry| (entry.index, entry.contest))
    }

    /// The bytes of one vote for each contest, in the order of the batch; 30 for each element.
    ///
    /// # Errors
    /// The index in the batch of the first vote that does not fit its contest, and why.
    pub fn encode(&self, votes: &[Vote]) -> Result<Vec<u8>, (usize, VoteError)> {
        let mut data = self.fields(votes)?;
        data.resize(self.width() * DATA_LENGTH, 0);
        Ok(data)
    }

    /// The fields of all contests, without padding.
    fn fields(&self, votes: &[Vote]) -> Result<Vec<u8>, (usize, VoteError)> {
        let (expected, found) = (self.entries.len(), votes.len());
        if expected != found {
            return Err((expected.min(found), VoteError::Count { expected, found }));
        }
        let mut data = Vec::with_capacity(self.width() * DATA_LENGTH);
        for (place, (entry, vote)) in pairs(&self.entries, votes).enumerate() {
            vote.check(entry.contest).map_err(|error| (place, error))?;
            entry.field.write(vote, &mut data);
        }
        Ok(data)
    }

    /// The votes of a row's bytes, the inverse of [`Layout::encode`].
    ///
    /// # Errors
    /// For any other bytes; the first fault in the order of the row.
    pub fn decode(&self, data: &[u8]) -> Result<Vec<Vote>, Invalid> {
        if data.len() != self.width() * DATA_LENGTH {
            return Err(Invalid::Length);
        }
        self.read(data)
    }

    /// One vote for each contest, in the order of the batch, as a number below 2^(8·[`Layout::data_length`]):
    /// the bytes of the fields, least significant first.
    ///
    /// # Errors
    /// As [`Layout::encode`]; `NoNumber` for a batch with more than four bytes.
    pub fn encode_number(&self, votes: &[Vote]) -> Result<u32, (usize, VoteError)> {
        let data = self.fields(votes)?;
        let fits = data.len() <= size_of::<u32>();
        if !fits {
            return Err((0, VoteError::NoNumber { length: data.len() }));
        }
        Ok(data.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
    }

    /// The votes of a number, the inverse of [`Layout::encode_number`].
    ///
    /// # Errors
    /// For any other number; the first fault in the order of its bytes.
    pub fn decode_number(&self, number: u32) -> Result<Vec<Vote>, Invalid> {
        self.read(&number.to_le_bytes())
    }

    /// The fields of all contests, followed by zeros only.
    fn read(&self, data: &[u8]) -> Result<Vec<Vote>, Invalid> {
        let mut rest = data;
        let mut votes = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let fault = |fault| Invalid::Contest { contest: entry.index, fault };
            let (vote, after) = entry.field.read(rest).map_err(fault)?;
            votes.push(vote);
            rest = after;
        }
        if rest.iter().any(|&byte| byte != 0) {
            return Err(Invalid::Padding);
        }
        Ok(votes)
    }

    /// The plaintext row of one vote for each contest: [`Layout::width`] elements.
    ///
    /// # Errors
    /// As [`Layout::encode`].
    pub fn encode_row(&self, votes: &[Vote]) -> Result<Vec<Element>, (usize, VoteError)> {
        Ok(data_to_elements(&self.encode(votes)?))
    }

    /// The votes of a decrypted row.
    ///
    /// # Errors
    /// Whatever makes the ballot invalid.
    pub fn decode_row(&self, row: &[Encoding]) -> Result<Vec<Vote>, Invalid> {
        if row.len() != self.width() {
            return Err(Invalid::Length);
        }
        self.decode(&elements_to_data(row)?)
    }
}

/// Each 30 bytes in an element; zeros are added to the last.
pub fn data_to_elements(data: &[u8]) -> Vec<Element> {
    let block = |chunk: &[u8]| {
        embed::embed(&std::array::from_fn(|place| chunk.get(place).copied().unwrap_or(0)))
    };
    data.chunks(DATA_LENGTH).map(block).collect()
}

/// The 30 bytes of each element, one after the other.
///
/// # Errors
/// The first element that carries no data.
pub fn elements_to_data(row: &[Encoding]) -> Result<Vec<u8>, Invalid> {
    let mut data = Vec::with_capacity(row.len() * DATA_LENGTH);
    for (element, encoding) in row.iter().enumerate() {
        data.extend(embed::extract(encoding).map_err(|fault| Invalid::unreadable(element, fault))?);
    }
    Ok(data)
}

impl Invalid {
    pub(crate) fn unreadable(element: usize, fault: Unreadable) -> Invalid {
        match fault {
            Unreadable::Identity => Invalid::Identity { element },
            Unreadable::NotMinimal => Invalid::NotMinimal { element },
            Unreadable::NotElement => Invalid::NotElement { element },
        }
    }
}

fn ids(entries: &[Entry<'_>]) -> Vec<String> {
    entries.iter().map(|entry| entry.contest.id.clone()).collect()
}

fn named(contests: &[String]) -> String {
    match contests {
        [one] => format!("contest {one:?}"),
        [first, second, third] => format!("contests {first:?}, {second:?} and {third:?}"),
        [first, second] => format!("contests {first:?} and {second:?}"),
        [first, .., last] => format!("the {} contests {first:?} to {last:?}", contests.len()),
        [] => "no contest".into(),
    }
}
