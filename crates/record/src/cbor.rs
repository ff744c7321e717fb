//! Strict decoding of deterministic CBOR (RFC 8949 §4.2.1; spec/08-board.md §8.1).
//!
//! A value has exactly one encoding: integers in their shortest form, definite lengths, map keys in
//! bytewise order of their encodings and once each, no tags, no floats. Bytes are parsed, encoded again
//! and compared; what differs is refused. This relies on every type encoding itself canonically: struct
//! fields are declared in canonical key order (shorter names first, then alphabetically).

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The deepest nesting of arrays and maps that is read.
pub const DEPTH_LIMIT: usize = 32;

/// Why bytes were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the item does, or are no CBOR at all: the record is UNREADABLE.
    #[error("no complete CBOR item")]
    Incomplete,
    /// A complete item, but not the canonical encoding of what is expected here, or bytes follow it
    /// (check `encoding.canonical`).
    #[error("not the canonical encoding of what is expected here: {reason}")]
    NotCanonical {
        /// What is wrong, for people.
        reason: String,
    },
    /// Canonical, but not what is expected here: a field is missing, unknown or of another type or size
    /// (check `shape.length` for a body).
    #[error("not of the form that is expected here: {reason}")]
    Form {
        /// What is wrong, for people.
        reason: String,
    },
    /// Longer than anything valid; nothing was parsed.
    #[error("{length} bytes long; at most {limit} are allowed here")]
    TooLarge {
        /// Length in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

impl DecodeError {
    fn not_canonical(reason: impl ToString) -> Self {
        Self::NotCanonical { reason: reason.to_string() }
    }
}

/// Encodes `value`; canonical as long as its types keep their fields in canonical order.
///
/// # Panics
/// Never for the types of this workspace: encoding into memory fails only for values that CBOR cannot
/// hold, such as integers beyond 64 bits.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Err(error) = serde_cbor::to_writer(&mut bytes, value) {
        unreachable!("a record type that CBOR cannot hold: {error}");
    }
    bytes
}

/// Decodes the canonical encoding of a `T` and nothing else.
///
/// # Errors
/// [`DecodeError::TooLarge`] when there are more than `limit` bytes, [`DecodeError::Incomplete`] when they
/// do not hold one complete item, [`DecodeError::Form`] when the item is canonical and no `T`,
/// [`DecodeError::NotCanonical`] for everything else.
pub fn decode<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    limit: usize,
) -> Result<T, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { length: bytes.len() as u64, limit: limit as u64 });
    }
    let length = item_length(bytes)?;
    if length != bytes.len() {
        return Err(DecodeError::not_canonical(match bytes.len() - length {
            1 => "1 byte follows it".to_owned(),
            more => format!("{more} bytes follow it"),
        }));
    }
    match serde_cbor::from_slice::<T>(bytes) {
        Ok(value) if is_encoding_of(&value, bytes) => Ok(value),
        Ok(_) => Err(refusal(bytes, "it can be written in another way")),
        Err(error) => Err(refusal(bytes, error)),
    }
}

fn refusal(bytes: &[u8], reason: impl ToString) -> DecodeError {
    if is_canonical(bytes) {
        DecodeError::Form { reason: reason.to_string() }
    } else {
        DecodeError::not_canonical(reason)
    }
}

fn is_encoding_of<T: Serialize>(value: &T, bytes: &[u8]) -> bool {
    let mut rest = Compare { rest: bytes };
    serde_cbor::to_writer(&mut rest, value).is_ok() && rest.rest.is_empty()
}

/// A writer that accepts only the bytes it expects, so that comparing needs no second copy.
struct Compare<'a> {
    rest: &'a [u8],
}

impl io::Write for Compare<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Length in bytes of the CBOR item at the start of `bytes` (well-formedness as RFC 8949 appendix C).
///
/// Allocates nothing but the stack of open items, at most [`DEPTH_LIMIT`] deep.
///
/// # Errors
/// [`DecodeError::Incomplete`] when there is no complete item, [`DecodeError::NotCanonical`] when it is
/// nested too deep or has an indefinite length: neither occurs in a record.
pub fn item_length(bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut position = 0usize;
    // How many items are still to come, per open array or map.
    let mut open: Vec<u64> = vec![1];
    while let Some(pending) = open.last_mut() {
        if *pending == 0 {
            open.pop();
            continue;
        }
        *pending -= 1;
        let (major, argument) = head(bytes, &mut position)?;
        let children = match major {
            2 | 3 => {
                let length = usize::try_from(argument).map_err(|_| DecodeError::Incomplete)?;
                position = position.checked_add(length).ok_or(DecodeError::Incomplete)?;
                if position > bytes.len() {
                    return Err(DecodeError::Incomplete);
                }
                0
            }
            4 => argument,
            // A map of more pairs than there are bytes cannot be complete.
            5 => argument.checked_mul(2).ok_or(DecodeError::Incomplete)?,
            6 => 1,
            _ => 0,
        };
        if children > 0 {
            if children > (bytes.len() - position) as u64 {
                return Err(DecodeError::Incomplete);
            }
            if open.len() > DEPTH_LIMIT {
                return Err(DecodeError::not_canonical("it is nested too deep"));
            }
            open.push(children);
        }
    }
    Ok(position)
}

/// A value that holds no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flat<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
}

/// The fields of the map of so many at the start of `bytes`, in whatever order and width of numbers: definite
/// lengths, no tags, every name a text that stands once, every value flat. What follows the map is not
/// looked at.
pub(crate) fn flat_fields(bytes: &[u8], count: u64) -> Option<BTreeMap<&str, Flat<'_>>> {
    let mut position = 0;
    if head(bytes, &mut position).ok()? != (5, count) {
        return None;
    }
    let mut fields = BTreeMap::new();
    for _ in 0..count {
        let Flat::Text(name) = flat(bytes, &mut position)? else { return None };
        if fields.insert(name, flat(bytes, &mut position)?).is_some() {
            return None;
        }
    }
    Some(fields)
}

fn flat<'a>(bytes: &'a [u8], position: &mut usize) -> Option<Flat<'a>> {
    let (major, argument) = head(bytes, position).ok()?;
    if major == 0 {
        return Some(Flat::Number(argument));
    }
    let end = position.checked_add(usize::try_from(argument).ok()?)?;
    let content = bytes.get(*position..end)?;
    *position = end;
    match major {
        2 => Some(Flat::Bytes(content)),
        3 => std::str::from_utf8(content).ok().map(Flat::Text),
        _ => None,
    }
}

/// Whether a complete item, whatever it says, is the one encoding of that. Bounded by [`DEPTH_LIMIT`], as
/// [`item_length`] has read it before.
fn is_canonical(bytes: &[u8]) -> bool {
    canonical_item(bytes, &mut 0).is_some()
}

/// Moves `position` behind a canonical item.
fn canonical_item(bytes: &[u8], position: &mut usize) -> Option<()> {
    let start = *position;
    let (major, argument) = head(bytes, position).ok()?;
    let shortest = match argument {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    };
    if *position - start != shortest {
        return None;
    }
    match major {
        0 | 1 => Some(()),
        2 | 3 => {
            let end = position.checked_add(usize::try_from(argument).ok()?)?;
            let content = bytes.get(*position..end)?;
            *position = end;
            (major == 2 || std::str::from_utf8(content).is_ok()).then_some(())
        }
        4 => (0..argument).try_for_each(|_| canonical_item(bytes, position)),
        5 => canonical_pairs(argument, bytes, position),
        // false, true and null; no tags, no floats.
        7 => (20..=22).contains(&argument).then_some(()),
        _ => None,
    }
}

/// The pairs of a map: their keys increase.
fn canonical_pairs(pairs: u64, bytes: &[u8], position: &mut usize) -> Option<()> {
    let mut before: &[u8] = &[];
    for _ in 0..pairs {
        let start = *position;
        canonical_item(bytes, position)?;
        let key = bytes.get(start..*position)?;
        if key <= before {
            return None;
        }
        before = key;
        canonical_item(bytes, position)?;
    }
    Some(())
}

/// Reads an item's initial byte and argument and moves `position` behind them.
fn head(bytes: &[u8], position: &mut usize) -> Result<(u8, u64), DecodeError> {
    let initial = *bytes.get(*position).ok_or(DecodeError::Incomplete)?;
    *position += 1;
    let (major, info) = (initial >> 5, initial & 31);
    let extra = match info {
        0..=23 => return Ok((major, u64::from(info))),
        24..=27 => 1usize << (info - 24),
        31 if (2..=5).contains(&major) => {
            return Err(DecodeError::not_canonical("it has an indefinite length"));
        }
        _ => return Err(DecodeError::Incomplete),
    };
    let end = position.checked_add(extra).ok_or(DecodeError::Incomplete)?;
    let argument = bytes.get(*position..end).ok_or(DecodeError::Incomplete)?;
    *position = end;
    let argument = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    // A simple value below 32 in a byte of its own is not well-formed (RFC 8949 §3.3).
    if (major, info) == (7, 24) && argument < 32 {
        return Err(DecodeError::Incomplete);
    }
    Ok((major, argument))
}

/// Serde form of a list of 32-byte strings (keys, digests): an array of byte strings of exactly 32 bytes.
pub mod keys {
    use psephos_core::Encoding;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Key(#[serde(with = "serde_bytes")] Encoding);

    /// Writes the list.
    ///
    /// # Errors
    /// As the serializer.
    pub fn serialize<S: Serializer>(keys: &[Encoding], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(keys.iter().map(|key| Key(*key)))
    }

    /// Reads the list.
    ///
    /// # Errors
    /// When an item is no byte string of 32 bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Encoding>, D::Error> {
        let keys = Vec::<Key>::deserialize(deserializer)?;
        Ok(keys.into_iter().map(|key| key.0).collect())
    }
}
