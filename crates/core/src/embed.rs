//! Thirty bytes of data in one element, with exactly one encoding for each (spec/02-group.md §6).

use curve25519_dalek::traits::IsIdentity;

use crate::group::decode;
use crate::{Element, Encoding};

/// Data bytes in one element.
pub const DATA_LENGTH: usize = 30;

/// Counters tried: about one candidate in four is an element, so all fail with
/// probability (3/4)^16384.
const COUNTERS: u16 = 1 << 14;

/// Why an element carries no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The identity carries nothing.
    #[error("the element is the identity")]
    Identity,
    /// A smaller counter encodes the same data: the larger one would be a covert mark.
    #[error("the element's counter is not the smallest")]
    NotMinimal,
    /// The bytes are no element at all.
    #[error("the bytes encode no element")]
    NotElement,
}

/// The encoding for counter c: byte 0 is 2·(c mod 128), bytes 1 to 30 the data, byte 31 is c div 128.
fn candidate(data: &[u8; DATA_LENGTH], counter: u16) -> Encoding {
    let mut bytes = [0; 32];
    bytes[0] = 2 * (counter % 128) as u8;
    bytes[1..31].copy_from_slice(data);
    bytes[31] = (counter / 128) as u8;
    bytes
}

fn proper(bytes: &Encoding) -> Option<Element> {
    decode(bytes).ok().filter(|element| !element.is_identity())
}

/// The element of the smallest counter that gives a valid encoding other than the identity's.
///
/// # Panics
/// With probability (3/4)^16384 for random data; no data with this property can be found.
pub fn embed(data: &[u8; DATA_LENGTH]) -> Element {
    (0..COUNTERS)
        .find_map(|counter| proper(&candidate(data, counter)))
        .expect("one candidate in four is an element")
}

/// The data of an element, given its encoding.
///
/// # Errors
/// [`Unreadable`], which makes a vote invalid.
pub fn extract(encoding: &Encoding) -> Result<[u8; DATA_LENGTH], Unreadable> {
    let element = decode(encoding).map_err(|_| Unreadable::NotElement)?;
    if element.is_identity() {
        return Err(Unreadable::Identity);
    }
    let mut data = [0; DATA_LENGTH];
    data.copy_from_slice(&encoding[1..31]);
    let counter = u16::from(encoding[0] / 2) + 128 * u16::from(encoding[31]);
    if (0..counter).any(|smaller| proper(&candidate(&data, smaller)).is_some()) {
        return Err(Unreadable::NotMinimal);
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::encode;
    use proptest::prelude::*;

    fn next_counter(data: &[u8; DATA_LENGTH]) -> Encoding {
        let smallest = encode(&embed(data));
        (0..COUNTERS)
            .map(|counter| candidate(data, counter))
            .find(|bytes| *bytes != smallest && proper(bytes).is_some())
            .unwrap()
    }

    proptest! {
        #[test]
        fn extract_reads_what_embed_wrote(data in any::<[u8; DATA_LENGTH]>()) {
            prop_assert_eq!(extract(&encode(&embed(&data))), Ok(data));
            prop_assert_eq!(extract(&next_counter(&data)), Err(Unreadable::NotMinimal));
        }

        #[test]
        fn no_bytes_panic(encoding in any::<Encoding>()) {
            if let Ok(data) = extract(&encoding) {
                prop_assert_eq!(encode(&embed(&data)), encoding);
            }
        }
    }

    #[test]
    fn the_identity_carries_nothing() {
        assert_eq!(extract(&[0; 32]), Err(Unreadable::Identity));
        // Counter 0 of all-zero data is the identity's encoding: it is passed over.
        assert_eq!(extract(&encode(&embed(&[0; DATA_LENGTH]))), Ok([0; DATA_LENGTH]));
    }
}
