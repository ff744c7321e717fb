//! The tree hash that names a blob: SHA3-256 over chunks of 64 KiB (spec/08-board.md §4).
//! Parallel, streamable, and one row can be shown without the rest.

use rayon::prelude::*;

use crate::Digest;
use crate::hash::hash;

/// Bytes in a chunk.
pub const CHUNK_LENGTH: usize = 1 << 16;

fn leaf(index: u64, chunk: &[u8]) -> Digest {
    hash("psephos/v1/leaf", &[&index.to_le_bytes(), chunk])
}

/// Folds the leaves pairwise, a last odd one moving up unchanged, and binds the length.
fn finish(mut level: Vec<Digest>, length: u64) -> Digest {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .flat_map(|pair| match pair {
                [left, right] => vec![hash("psephos/v1/node", &[left, right])],
                odd => odd.to_vec(),
            })
            .collect();
    }
    let top = level.first().copied().unwrap_or([0; 32]);
    hash("psephos/v1/root", &[&length.to_le_bytes(), &top])
}

/// The root of `bytes`, on every core.
pub fn root(bytes: &[u8]) -> Digest {
    let leaves = bytes
        .par_chunks(CHUNK_LENGTH)
        .enumerate()
        .map(|(index, chunk)| leaf(index as u64, chunk))
        .collect();
    finish(leaves, bytes.len() as u64)
}

/// The root of bytes that come piece by piece; memory is 32 bytes for each 64 KiB and one chunk.
#[derive(Default)]
pub struct TreeHasher {
    leaves: Vec<Digest>,
    pending: Vec<u8>,
    length: u64,
}

impl TreeHasher {
    /// Nothing hashed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hashes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if !self.pending.is_empty() {
            let missing = (CHUNK_LENGTH - self.pending.len()).min(bytes.len());
            let (head, rest) = bytes.split_at(missing);
            self.pending.extend_from_slice(head);
            bytes = rest;
            self.flush_full();
        }
        let whole = bytes.len() - bytes.len() % CHUNK_LENGTH;
        let (chunks, rest) = bytes.split_at(whole);
        let first = self.leaves.len() as u64;
        self.leaves.par_extend(
            chunks
                .par_chunks(CHUNK_LENGTH)
                .enumerate()
                .map(|(index, chunk)| leaf(first + index as u64, chunk)),
        );
        self.pending.extend_from_slice(rest);
    }

    fn flush_full(&mut self) {
        if self.pending.len() == CHUNK_LENGTH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.leaves.push(leaf(self.leaves.len() as u64, &self.pending));
        self.pending.clear();
    }

    /// The root of everything hashed.
    pub fn finish(self) -> Digest {
        self.outline().root()
    }

    /// The leaves of everything hashed: what the pieces of it are checked against as they come.
    pub fn outline(mut self) -> Outline {
        if !self.pending.is_empty() {
            self.flush();
        }
        Outline { length: self.length, leaves: self.leaves }
    }
}

/// The leaves of a tree: whoever has them can check each chunk by itself (spec/board-server.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    length: u64,
    leaves: Vec<Digest>,
}

impl Outline {
    /// LE64 of the length in bytes, then the leaves.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.length.to_le_bytes()[..], self.leaves.as_flattened()].concat()
    }

    /// Reads what [`Outline::encode`] writes; none where the leaves are not as many as the length needs.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (length, leaves) = bytes.split_first_chunk()?;
        let (leaves, rest) = leaves.as_chunks();
        let length = u64::from_le_bytes(*length);
        let is_whole =
            rest.is_empty() && leaves.len() as u64 == length.div_ceil(CHUNK_LENGTH as u64);
        is_whole.then(|| Self { length, leaves: leaves.to_vec() })
    }

    /// The root that these leaves have.
    #[must_use]
    pub fn root(&self) -> Digest {
        finish(self.leaves.clone(), self.length)
    }

    /// Bytes in all.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Which of the chunks from `first` on, given one after the other, is the first that is not the tree's;
    /// one that is too many or too short is none of its.
    #[must_use]
    pub fn first_wrong(&self, first: u64, bytes: &[u8]) -> Option<u64> {
        let known = |index| usize::try_from(index).ok().and_then(|place| self.leaves.get(place));
        let mut chunks = bytes.chunks(CHUNK_LENGTH).enumerate();
        chunks.find_map(|(place, chunk)| {
            let index = first.saturating_add(place as u64);
            (known(index) != Some(&leaf(index, chunk))).then_some(index)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i * i / 7 + i) as u8).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn streaming_agrees_in_any_pieces(length in 0usize..5 * CHUNK_LENGTH, piece in 1usize..3 * CHUNK_LENGTH) {
            let bytes = bytes(length);
            let mut hasher = TreeHasher::new();
            for part in bytes.chunks(piece) { hasher.update(part); }
            prop_assert_eq!(hasher.finish(), root(&bytes));
        }
    }

    #[test]
    fn the_tree_is_as_specified() {
        let data = bytes(2 * CHUNK_LENGTH + 5);
        let leaves: Vec<Digest> =
            data.chunks(CHUNK_LENGTH).enumerate().map(|(i, chunk)| leaf(i as u64, chunk)).collect();
        let pair = hash("psephos/v1/node", &[&leaves[0], &leaves[1]]);
        let top = hash("psephos/v1/node", &[&pair, &leaves[2]]);
        let length = (data.len() as u64).to_le_bytes();
        assert_eq!(root(&data), hash("psephos/v1/root", &[&length, &top]));
        assert_eq!(root(&[]), hash("psephos/v1/root", &[&[0; 8], &[0; 32]]));
    }

    #[test]
    fn an_outline_checks_pieces_in_any_order() {
        let data = bytes(3 * CHUNK_LENGTH + 5);
        let mut hasher = TreeHasher::new();
        hasher.update(&data);
        let outline = hasher.outline();
        assert_eq!((outline.root(), outline.length()), (root(&data), data.len() as u64));
        assert_eq!(Outline::decode(&outline.encode()).as_ref(), Some(&outline));
        let encoded = outline.encode();
        for wrong in [&encoded[..encoded.len() - 32], &encoded[..encoded.len() - 1], &[], &[0; 7]] {
            assert_eq!(Outline::decode(wrong), None);
        }
        let (second, last) = (&data[CHUNK_LENGTH..3 * CHUNK_LENGTH], &data[3 * CHUNK_LENGTH..]);
        assert_eq!(outline.first_wrong(3, last), None);
        assert_eq!(outline.first_wrong(1, second), None);
        assert_eq!(outline.first_wrong(2, second), Some(2));
        let mut changed = second.to_vec();
        changed[CHUNK_LENGTH + 7] ^= 1;
        assert_eq!(outline.first_wrong(1, &changed), Some(2));
        assert_eq!(outline.first_wrong(3, &[last, &[0]].concat()), Some(3));
        assert_eq!(outline.first_wrong(4, &[0]), Some(4));
        assert_eq!(outline.first_wrong(u64::MAX, &[0]), Some(u64::MAX));
    }

    #[test]
    fn every_length_has_its_own_root() {
        let data = vec![0; 2 * CHUNK_LENGTH + 1];
        let lengths =
            [0, 1, CHUNK_LENGTH - 1, CHUNK_LENGTH, CHUNK_LENGTH + 1, 2 * CHUNK_LENGTH, data.len()];
        let roots: std::collections::BTreeSet<_> =
            lengths.iter().map(|l| root(&data[..*l])).collect();
        assert_eq!(roots.len(), lengths.len());
    }
}
