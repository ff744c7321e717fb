//! ElGamal ciphertexts `(A, B) = (rG, M + rY)` and wide rows of them (spec/02-group.md §5).

use crate::group::{self, FixedBase, GroupError, Identity};
use crate::{Element, Encoding, Scalar};

/// Bytes of one encoded ciphertext: `A ‖ B`.
pub const CIPHERTEXT_LENGTH: usize = 64;
/// The widest row.
pub const MAX_WIDTH: usize = 32;

/// Bytes of a row of `width` ciphertexts: `A_0 ‖ B_0 ‖ A_1 ‖ B_1 …`.
pub const fn row_length(width: usize) -> usize {
    width * CIPHERTEXT_LENGTH
}

/// One ciphertext `(A, B)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ciphertext {
    /// `A = rG`.
    pub a: Element,
    /// `B = M + rY`.
    pub b: Element,
}

impl Ciphertext {
    /// Decodes `A ‖ B`; the identity is refused in both.
    ///
    /// # Errors
    /// What is wrong with the first bad half.
    pub fn decode(bytes: &[u8; CIPHERTEXT_LENGTH]) -> Result<Self, GroupError> {
        let elements = group::decode_batch(bytes, Identity::Refused).map_err(|(_, error)| error)?;
        match elements[..] {
            [a, b] => Ok(Self { a, b }),
            _ => Err(GroupError::NotElement),
        }
    }

    /// The two encodings, `A` first.
    pub fn encode(&self) -> [Encoding; 2] {
        [group::encode(&self.a), group::encode(&self.b)]
    }
}

/// The election public key `Y` with a table of its multiples.
pub struct PublicKey {
    element: Element,
    table: FixedBase,
}

impl PublicKey {
    /// Builds the table.
    pub fn new(element: Element) -> Self {
        Self { element, table: FixedBase::new(&element) }
    }

    /// `Y`.
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// `(rG, M + rY)` in constant time.
    pub fn encrypt(&self, message: &Element, randomness: &Scalar) -> Ciphertext {
        Ciphertext { a: group::mul_base(randomness), b: message + self.table.mul(randomness) }
    }

    /// `(A + rG, B + rY)` in constant time.
    pub fn reencrypt(&self, ciphertext: &Ciphertext, randomness: &Scalar) -> Ciphertext {
        let fresh = self.encrypt(&ciphertext.b, randomness);
        Ciphertext { a: ciphertext.a + fresh.a, b: fresh.b }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{base, mul_base};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn reencryption_keeps_the_message(secret in 1u64.., message in 1u64.., r in 1u64.., s in 1u64..) {
            let secret = Scalar::from(secret);
            let key = PublicKey::new(mul_base(&secret));
            let message = base() * Scalar::from(message);
            let first = key.encrypt(&message, &Scalar::from(r));
            let second = key.reencrypt(&first, &Scalar::from(s));
            prop_assert_ne!(first, second);
            prop_assert_eq!(first.b - first.a * secret, message);
            prop_assert_eq!(second.b - second.a * secret, message);
            let bytes: [u8; 64] = second.encode().as_flattened().try_into().unwrap();
            prop_assert_eq!(Ciphertext::decode(&bytes), Ok(second));
        }
    }
}
