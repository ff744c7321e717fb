//! A ballot's bytes (spec/06-ballot.md §6.2).

use psephos_core::elgamal::CIPHERTEXT_LENGTH;
use psephos_core::{Digest, Encoding, hash};

use super::range::{Bits, BoundedRow};

const BEFORE_ROWS: usize = 32 + 8 + 32 + 8;
const PROOF_LENGTH: usize = 64;

/// What the ballots of a box consist of: the widths and bounds of its batches in manifest order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BallotLayout {
    widths: Vec<usize>,
    total: usize,
    bounded: Vec<Bounded>,
    ranges: usize,
}

/// Where a bounded batch stands in a ballot.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bounded {
    batch: usize,
    ciphertext: usize,
    bits: Bits,
    /// Where its range part begins among the range parts.
    part: usize,
}

impl BallotLayout {
    /// The layout of a box without bounded batches. `None` when the widths add up to more than a
    /// `usize` of bytes.
    #[must_use]
    pub fn new(widths: &[usize]) -> Option<Self> {
        let total = widths.iter().try_fold(0usize, |sum, width| sum.checked_add(*width))?;
        total.checked_mul(CIPHERTEXT_LENGTH)?.checked_add(BEFORE_ROWS + PROOF_LENGTH)?;
        Some(Self { widths: widths.to_vec(), total, bounded: Vec::new(), ranges: 0 })
    }

    /// The layout of a box, one entry a batch: its width, and the bits of its number if it is bounded.
    /// `None` where [`BallotLayout::new`] has none, for a bounded batch of another width than 1, and for
    /// bits there are not.
    #[must_use]
    pub fn of(batches: &[(usize, Option<u64>)]) -> Option<Self> {
        let widths: Vec<usize> = batches.iter().map(|(width, _)| *width).collect();
        let mut layout = Self::new(&widths)?;
        let mut ciphertext = 0;
        for (batch, (width, bits)) in batches.iter().enumerate() {
            if let Some(bits) = bits {
                let bits = Bits::of(*bits).filter(|_| *width == 1)?;
                let part = layout.ranges;
                layout.bounded.push(Bounded { batch, ciphertext, bits, part });
                layout.ranges = part.checked_add(bits.part_length())?;
            }
            ciphertext += width;
        }
        layout.row_length_checked()?;
        Some(layout)
    }

    fn row_length_checked(&self) -> Option<usize> {
        let rows = self.total.checked_mul(CIPHERTEXT_LENGTH)?;
        rows.checked_add(self.ranges)?.checked_add(BEFORE_ROWS + PROOF_LENGTH)
    }

    /// Ciphertexts in a ballot, all batches together.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        self.total
    }

    /// Widths of the batches.
    #[must_use]
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// The bound of a batch's number; none when it is not bounded, or not there.
    #[must_use]
    pub fn bits(&self, batch: usize) -> Option<Bits> {
        self.bounded.iter().find(|bounded| bounded.batch == batch).map(|bounded| bounded.bits)
    }

    /// The bounded batches, each with the place of its ciphertext among all of a ballot.
    pub fn bounded(&self) -> impl Iterator<Item = (u64, usize, Bits)> + '_ {
        self.bounded.iter().map(|bounded| (bounded.batch as u64, bounded.ciphertext, bounded.bits))
    }

    /// Bytes of a ballot: 144 + 64·Σω, and the range parts.
    #[must_use]
    pub fn row_length(&self) -> usize {
        BEFORE_ROWS + self.total * CIPHERTEXT_LENGTH + self.ranges + PROOF_LENGTH
    }

    /// Reads a ballot; `None` when it has another length.
    #[must_use]
    pub fn read<'a>(&'a self, bytes: &'a [u8]) -> Option<BallotRow<'a>> {
        let (election, rest) = bytes.split_first_chunk()?;
        let (box_index, rest) = rest.split_first_chunk()?;
        let (credential, rest) = rest.split_first_chunk()?;
        let (counter, rest) = rest.split_first_chunk()?;
        let (rest, response) = rest.split_last_chunk()?;
        let (rest, commitment) = rest.split_last_chunk()?;
        let (rows, ranges) = rest.split_at_checked(rest.len().checked_sub(self.ranges)?)?;
        let (elements, []) = rows.as_chunks::<32>() else { return None };
        (bytes.len() == self.row_length()).then_some(BallotRow {
            bytes,
            election,
            box_index: u64::from_le_bytes(*box_index),
            credential,
            counter: u64::from_le_bytes(*counter),
            rows,
            elements,
            ranges,
            commitment,
            response,
            layout: self,
        })
    }

    /// The row of one batch in a ballot's `rows`: 64·ω bytes.
    #[must_use]
    pub fn batch<'a>(&self, rows: &'a [u8], batch: usize) -> Option<&'a [u8]> {
        let first: usize = self.widths.get(..batch)?.iter().sum();
        let width = *self.widths.get(batch)?;
        rows.get(first * CIPHERTEXT_LENGTH..(first + width) * CIPHERTEXT_LENGTH)
    }
}

/// A ballot read from its bytes; nothing is decoded yet.
#[derive(Clone, Copy, Debug)]
pub struct BallotRow<'a> {
    /// The whole ballot.
    pub bytes: &'a [u8],
    /// The election it was made for.
    pub election: &'a Digest,
    /// The box it was made for.
    pub box_index: u64,
    /// The voter's key K.
    pub credential: &'a Encoding,
    /// The voter's own counter.
    pub counter: u64,
    /// The rows of all batches, 64·Σω bytes.
    pub rows: &'a [u8],
    /// The same as `A_0`, `B_0`, `A_1`, `B_1` …
    pub elements: &'a [Encoding],
    /// The range parts of the bounded batches.
    pub ranges: &'a [u8],
    /// The proof's commitment T.
    pub commitment: &'a Encoding,
    /// The proof's response z.
    pub response: &'a Encoding,
    layout: &'a BallotLayout,
}

impl<'a> BallotRow<'a> {
    /// The bounded batches with their ciphertexts and range parts.
    pub fn bounded(&self) -> impl Iterator<Item = BoundedRow<'a>> + '_ {
        self.layout.bounded.iter().filter_map(|bounded| {
            let (pair, _) =
                self.elements.get(2 * bounded.ciphertext..)?.split_first_chunk::<2>()?;
            let [a, b] = pair;
            let end = bounded.part.checked_add(bounded.bits.part_length())?;
            let part = self.ranges.get(bounded.part..end)?;
            Some(BoundedRow { batch: bounded.batch as u64, bits: bounded.bits, a, b, part })
        })
    }

    /// Whether any batch of the ballot is bounded.
    #[must_use]
    pub fn has_ranges(&self) -> bool {
        !self.layout.bounded.is_empty()
    }

    /// See [`tracker`].
    #[must_use]
    pub fn tracker(&self) -> Digest {
        tracker(self.bytes)
    }
}

/// H[psephos/v1/tracker](the ballot's bytes): by this a voter finds the ballot.
#[must_use]
pub fn tracker(ballot: &[u8]) -> Digest {
    hash::hash("psephos/v1/tracker", &[ballot])
}

/// The box that a ballot with these bytes names, whatever else they are; none of fewer bytes than it takes to name
/// one (spec/06-ballot.md §6.2).
#[must_use]
pub fn box_of(ballot: &[u8]) -> Option<u64> {
    let field = ballot.get(32..40)?.try_into().ok()?;
    Some(u64::from_le_bytes(field))
}
