//! Byte strings of fixed shape for formats: a list of encodings is one string of 32 bytes each.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Encoding;

/// A list of elements or of scalars; in CBOR one byte string, 32 bytes each, not yet decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encodings(pub Vec<Encoding>);

/// Exactly `N` bytes; in CBOR a byte string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed<const N: usize>(pub [u8; N]);

impl Serialize for Encodings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_flattened())
    }
}

impl<'de> Deserialize<'de> for Encodings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(ListVisitor)
    }
}

struct ListVisitor;

impl Visitor<'_> for ListVisitor {
    type Value = Encodings;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a byte string whose length is a multiple of 32")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Encodings, E> {
        match bytes.as_chunks::<32>() {
            (encodings, []) => Ok(Encodings(encodings.to_vec())),
            _ => Err(E::invalid_length(bytes.len(), &self)),
        }
    }
}

impl<const N: usize> Serialize for Fixed<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Fixed<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(FixedVisitor)
    }
}

struct FixedVisitor<const N: usize>;

impl<const N: usize> Visitor<'_> for FixedVisitor<N> {
    type Value = Fixed<N>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a byte string of {N} bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Fixed<N>, E> {
        bytes.try_into().map(Fixed).map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_string_in_cbor() {
        let list = Encodings(vec![[7; 32], [9; 32]]);
        let bytes = serde_cbor::to_vec(&list).unwrap();
        assert_eq!(&bytes[..3], &[0x58, 64, 7]);
        assert_eq!(serde_cbor::from_slice::<Encodings>(&bytes).unwrap(), list);
        let fixed = serde_cbor::to_vec(&Fixed([1, 2, 3])).unwrap();
        assert_eq!(fixed, [0x43, 1, 2, 3]);
        assert_eq!(serde_cbor::from_slice::<Fixed<3>>(&fixed).unwrap(), Fixed([1, 2, 3]));
    }

    #[test]
    fn other_lengths_and_types_are_refused() {
        for bad in [&[0x43, 1, 2, 3][..], &[0x83, 1, 2, 3], &[0x01]] {
            assert!(serde_cbor::from_slice::<Encodings>(bad).is_err());
            assert!(serde_cbor::from_slice::<Fixed<4>>(bad).is_err());
        }
    }
}
