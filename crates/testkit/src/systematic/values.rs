//! What stands in the place of an element or a scalar.

use psephos_core::group::{self, GroupError};
use psephos_core::{Encoding, Scalar};

/// What 32 bytes are replaced by: whether they were an element, a scalar or a digest, each of these is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The identity; the scalar 0.
    Zero,
    /// The scalar 1.
    One,
    /// The scalar q − 1.
    MinusOne,
    /// The same scalar, not reduced.
    PlusOrder,
    /// The same element with the other sign, which its encoding must not have.
    Negated,
    /// The same bytes with the highest bit set.
    HighBit,
    /// The base point.
    Base,
    /// A canonical field value that encodes no element.
    NonElement,
    /// What stands behind it.
    Next,
    /// What stands in the same place of another record.
    Another,
}

impl Value {
    /// All of them.
    pub const ALL: [Value; 10] = [
        Value::Zero,
        Value::One,
        Value::MinusOne,
        Value::PlusOrder,
        Value::Negated,
        Value::HighBit,
        Value::Base,
        Value::NonElement,
        Value::Next,
        Value::Another,
    ];

    /// The bytes for these ones, of which `next` and `another` are the neighbours.
    pub(super) fn of(self, old: &Encoding, next: &Encoding, another: &Encoding) -> Encoding {
        match self {
            Value::Zero => [0; 32],
            Value::One => Scalar::ONE.to_bytes(),
            Value::MinusOne => (-Scalar::ONE).to_bytes(),
            Value::PlusOrder => plus_order(old),
            Value::Negated => negated(old),
            Value::HighBit => {
                let mut bytes = *old;
                bytes[31] |= 0x80;
                bytes
            }
            Value::Base => group::encode(&group::base()),
            Value::NonElement => non_element(),
            Value::Next => *next,
            Value::Another => *another,
        }
    }
}

/// s + q, mod 2^256.
fn plus_order(old: &Encoding) -> Encoding {
    let mut order = (-Scalar::ONE).to_bytes();
    order[0] += 1;
    let mut sum = *old;
    let mut carry = 0;
    for (byte, add) in psephos_core::pairs::pairs(&mut sum, &order) {
        carry += u16::from(*byte) + u16::from(*add);
        *byte = carry as u8;
        carry >>= 8;
    }
    sum
}

/// p − s for p = 2^255 − 19, mod 2^256.
fn negated(old: &Encoding) -> Encoding {
    let mut difference = [0xff; 32];
    (difference[0], difference[31]) = (0xed, 0x7f);
    let mut borrow = 0;
    for (byte, minus) in psephos_core::pairs::pairs(&mut difference, old) {
        let value = i16::from(*byte) - i16::from(*minus) - borrow;
        *byte = value as u8;
        borrow = i16::from(value < 0);
    }
    difference
}

/// The lowest field value that is no element.
fn non_element() -> Encoding {
    let value = |low: u8| {
        let mut bytes = [0; 32];
        bytes[0] = low;
        bytes
    };
    let mut values = (2..0xff).step_by(2).map(value);
    values.find(|bytes| group::decode(bytes) == Err(GroupError::NotElement)).expect("half of them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_are_refused_and_stand_for_the_same() {
        let scalar = Scalar::from(77u64).to_bytes();
        let other = Value::PlusOrder.of(&scalar, &scalar, &scalar);
        assert_eq!(Scalar::from_bytes_mod_order(other).to_bytes(), scalar);
        assert_eq!(group::scalar(&other), Err(GroupError::NonCanonical));
        let base = group::encode(&group::base());
        for form in [Value::Negated, Value::HighBit] {
            let other = form.of(&base, &base, &base);
            assert_eq!(group::decode(&other), Err(GroupError::NonCanonical), "{form:?}");
        }
        assert_eq!(negated(&negated(&base)), base);
        assert_eq!(group::decode(&non_element()), Err(GroupError::NotElement));
    }
}
