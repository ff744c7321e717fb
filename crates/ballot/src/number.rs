//! Bounded batches: finding the number m in the element m·G (spec/06-ballot.md §6.5).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding, Scalar, group};
use rayon::prelude::*;

use crate::layout::{Invalid, Layout};
use crate::vote::Vote;

/// Most multiples of G that are kept to look numbers up.
const MOST_STEPS: u64 = 1 << 20;
/// Multiples of G encoded at once while a number is looked for.
const BLOCK: u64 = 1 << 8;
/// Bytes by which a multiple is known; a hit is checked.
const KEY: usize = 16;

/// The votes of a decrypted row of a bounded batch. For many rows, keep one [`Numbers`] instead.
///
/// # Errors
/// Whatever makes the ballot invalid.
pub fn decode_row(layout: &Layout<'_>, bits: u64, row: &[Encoding]) -> Result<Vec<Vote>, Invalid> {
    Numbers::new(bits, 1).decode_row(layout, row)
}

/// Reads the rows of bounded batches, every different element once.
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberReader {
    tables: BTreeMap<u64, Arc<Numbers>>,
    found: BTreeMap<(u64, Encoding), Option<u32>>,
}

impl NumberReader {
    /// The votes of each row, of one element; `bits` is 8, 16 or 32.
    pub(crate) fn read(
        &mut self,
        layout: &Layout<'_>,
        bits: u64,
        rows: &[Encoding],
    ) -> Vec<Result<Vec<Vote>, Invalid>> {
        let unknown = rows.iter().filter(|row| !self.found.contains_key(&(bits, **row)));
        let unknown: Vec<&Encoding> = unknown.collect::<BTreeSet<_>>().into_iter().collect();
        let new = || Arc::new(Numbers::new(bits, unknown.len() as u64));
        let table = Arc::clone(self.tables.entry(bits).or_insert_with(new));
        let found = unknown.into_par_iter().map(|row| ((bits, *row), table.find(row)));
        self.found.extend(found.collect::<Vec<_>>());
        let number = |row: &Encoding| self.found.get(&(bits, *row)).copied().flatten();
        rows.iter()
            .map(|row| layout.decode_number(number(row).ok_or(Invalid::OutOfRange)?))
            .collect()
    }
}

/// Finds the number m < 2^bits of an element m·G, by baby steps and giant steps.
#[derive(Debug)]
pub struct Numbers {
    limit: u64,
    steps: u64,
    giant: Element,
    /// Of the encoding of 2j·G, j below `steps`: doubles are encoded in batches, much faster.
    table: HashMap<[u8; KEY], u32>,
}

impl Numbers {
    /// Prepares for about `rows` different elements; `bits` is 8, 16 or 32.
    #[must_use]
    pub fn new(bits: u64, rows: u64) -> Self {
        let limit = 1 << bits.min(32);
        let steps = rows.max(1).saturating_mul(limit).isqrt().max(1).next_power_of_two();
        let steps = steps.min(limit).min(MOST_STEPS);
        let multiples = multiples(&Element::default(), &group::base(), steps);
        let encodings = group::encode_doubled_batch(&multiples);
        let table = pairs(0..steps as u32, &encodings).map(|(j, bytes)| (key(bytes), j)).collect();
        Self { limit, steps, giant: group::base() * Scalar::from(steps), table }
    }

    /// The number of an element; none when there is none below 2^bits, or the bytes are no element.
    #[must_use]
    pub fn find(&self, encoding: &Encoding) -> Option<u32> {
        let target = group::decode(encoding).ok()?;
        let giants = self.limit / self.steps;
        let mut rest = target;
        let mut passed = 0;
        while passed < giants {
            let block = multiples(&rest, &-self.giant, BLOCK.min(giants - passed));
            let encodings = group::encode_doubled_batch(&block);
            for (place, encoding) in encodings.iter().enumerate() {
                if let Some(baby) = self.table.get(&key(encoding)) {
                    let giant = passed + place as u64;
                    let number = giant * self.steps + u64::from(*baby);
                    if group::mul_base(&Scalar::from(number)) == target {
                        return u32::try_from(number).ok();
                    }
                }
            }
            passed += block.len() as u64;
            rest = block.last()? - self.giant;
        }
        None
    }

    /// The votes of a decrypted row.
    ///
    /// # Errors
    /// `Length`, `OutOfRange`, or as [`Layout::decode_number`].
    pub fn decode_row(&self, layout: &Layout<'_>, row: &[Encoding]) -> Result<Vec<Vote>, Invalid> {
        let [encoding] = row else { return Err(Invalid::Length) };
        layout.decode_number(self.find(encoding).ok_or(Invalid::OutOfRange)?)
    }
}

/// first, first + step, first + 2·step, …
fn multiples(first: &Element, step: &Element, count: u64) -> Vec<Element> {
    let mut next = *first;
    (0..count)
        .map(|_| {
            let this = next;
            next += step;
            this
        })
        .collect()
}

fn key(encoding: &Encoding) -> [u8; KEY] {
    let mut key = [0; KEY];
    key.copy_from_slice(&encoding[..KEY]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(number: u64) -> Encoding {
        group::encode(&group::mul_base(&Scalar::from(number)))
    }

    #[test]
    fn every_number_of_8_bits_is_found_and_no_other() {
        for rows in [1, 1000] {
            let numbers = Numbers::new(8, rows);
            for number in 0..256 {
                assert_eq!(numbers.find(&element(number)), Some(number as u32));
            }
            for other in [256, 257, 511, 65_536, u64::MAX] {
                assert_eq!(numbers.find(&element(other)), None, "{other}");
            }
            let minus_one = group::encode(&-group::base());
            assert_eq!(numbers.find(&minus_one), None);
            assert_eq!(numbers.find(&[0xff; 32]), None);
        }
    }

    #[test]
    fn larger_numbers_are_found_at_both_ends() {
        for (bits, rows) in [(16, 1), (16, 1 << 20), (32, 1)] {
            let numbers = Numbers::new(bits, rows);
            assert_eq!(numbers.table.len() as u64, numbers.steps);
            let end = 1u64 << bits;
            for number in [0, 1, 77, end / 2, end - 2, end - 1] {
                assert_eq!(numbers.find(&element(number)), Some(number as u32), "{bits} {number}");
            }
            for other in [end, end + 1, 2 * end] {
                assert_eq!(numbers.find(&element(other)), None, "{bits} {other}");
            }
        }
    }
}
