//! A ballot's bytes (spec/06-ballot.md §6.2).

use psephos_core::elgamal::CIPHERTEXT_LENGTH;
use psephos_core::{Digest, Encoding, hash};

const BEFORE_ROWS: usize = 32 + 8 + 32 + 8;
const PROOF_LENGTH: usize = 64;

/// How long the ballots of a box are: the widths of its batches in manifest order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BallotLayout {
    widths: Vec<usize>,
    total: usize,
}

impl BallotLayout {
    /// The layout of a box. `None` when the widths add up to more than a `usize` of bytes.
    #[must_use]
    pub fn new(widths: &[usize]) -> Option<Self> {
        let total = widths.iter().try_fold(0usize, |sum, width| sum.checked_add(*width))?;
        total.checked_mul(CIPHERTEXT_LENGTH)?.checked_add(BEFORE_ROWS + PROOF_LENGTH)?;
        Some(Self { widths: widths.to_vec(), total })
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

    /// Bytes of a ballot: 144 + 64·Σω.
    #[must_use]
    pub fn row_length(&self) -> usize {
        BEFORE_ROWS + self.total * CIPHERTEXT_LENGTH + PROOF_LENGTH
    }

    /// Reads a ballot; `None` when it has another length.
    #[must_use]
    pub fn read<'a>(&self, bytes: &'a [u8]) -> Option<BallotRow<'a>> {
        let (election, rest) = bytes.split_first_chunk()?;
        let (box_index, rest) = rest.split_first_chunk()?;
        let (credential, rest) = rest.split_first_chunk()?;
        let (counter, rest) = rest.split_first_chunk()?;
        let (rest, response) = rest.split_last_chunk()?;
        let (rows, commitment) = rest.split_last_chunk()?;
        let (elements, []) = rows.as_chunks::<32>() else { return None };
        (bytes.len() == self.row_length()).then_some(BallotRow {
            bytes,
            election,
            box_index: u64::from_le_bytes(*box_index),
            credential,
            counter: u64::from_le_bytes(*counter),
            rows,
            elements,
            commitment,
            response,
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
    /// The proof's commitment T.
    pub commitment: &'a Encoding,
    /// The proof's response z.
    pub response: &'a Encoding,
}

impl BallotRow<'_> {
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
