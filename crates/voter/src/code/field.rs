//! GF(2^11) with the polynomial x^11 + x^2 + 1, of which α = x is a primitive root
//! (spec/voter-code.md §3).

use std::ops::{Add, Mul};

use zeroize::Zeroize;

const BITS: u32 = 11;
const POLYNOMIAL: u16 = 0b1000_0000_0101;

/// An element of the field: a word of the list by its index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroize)]
pub(super) struct Symbol(u16);

impl Symbol {
    pub(super) const ZERO: Self = Self(0);

    /// The lowest eleven bits.
    pub(super) const fn new(bits: u16) -> Self {
        Self(bits & 0x7ff)
    }

    pub(super) const fn index(self) -> u16 {
        self.0
    }

    /// α^exponent.
    pub(super) fn root(exponent: u32) -> Self {
        Self(2).power(exponent)
    }

    fn power(self, exponent: u32) -> Self {
        let mut result = Self(1);
        for bit in (0..u32::BITS).rev() {
            result = result * result;
            if exponent >> bit & 1 == 1 {
                result = result * self;
            }
        }
        result
    }

    /// The inverse; zero's is zero.
    pub(super) fn inverse(self) -> Self {
        self.power((1 << BITS) - 2)
    }
}

impl Add for Symbol {
    type Output = Self;

    #[expect(clippy::suspicious_arithmetic_impl, reason = "addition over GF(2)")]
    fn add(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl Mul for Symbol {
    type Output = Self;

    /// Without branches or tables on the factors, which are parts of a secret.
    fn mul(self, other: Self) -> Self {
        let mut product = 0u16;
        for bit in (0..BITS).rev() {
            let carry = product >> (BITS - 1) & 1;
            product = (product << 1) ^ (POLYNOMIAL & carry.wrapping_neg());
            product ^= self.0 & (other.0 >> bit & 1).wrapping_neg();
        }
        Self(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_full_order() {
        let mut power = Symbol(1);
        for exponent in 0..2047 {
            assert_eq!(power, Symbol::root(exponent));
            assert!(exponent == 0 || power != Symbol(1), "{exponent}");
            power = power * Symbol(2);
        }
        assert_eq!(power, Symbol(1));
    }

    #[test]
    fn inverses_and_the_distributive_law() {
        for bits in 1..2048 {
            let symbol = Symbol(bits);
            assert_eq!(symbol * symbol.inverse(), Symbol(1));
            let (b, c) = (Symbol::new(bits.wrapping_mul(977)), Symbol::new(bits ^ 0x2aa));
            assert_eq!(symbol * (b + c), symbol * b + symbol * c);
            assert_eq!(b * c, c * b);
        }
        assert_eq!(Symbol::ZERO.inverse(), Symbol::ZERO);
    }
}
