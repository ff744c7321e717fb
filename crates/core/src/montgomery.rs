//! Integers mod q in Montgomery's form (Montgomery 1985): several times faster to multiply than
//! [`Scalar`], for the millions of products between scalars that a shuffle argument takes.
//!
//! A value a is kept as a·2^256 mod q in four words of 64 bits. A product with a plain [`Scalar`] is plain again.
//! Everything here runs in constant time.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use zeroize::Zeroize;

use crate::Scalar;
use crate::pairs::pairs;

/// Four words of 64 bits, the least significant first.
type Words = [u64; 4];

/// q = 2^252 + 27742317777372353535851937790883648493.
const Q: Words = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 1 << 60];
/// −1/q mod 2^64.
const NEGATED_INVERSE: u64 = {
    // Newton's iteration doubles the bits that are right; an odd number is its own inverse mod 8.
    let mut inverse = Q[0];
    let mut bits = 3;
    while bits < 64 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(Q[0].wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse.wrapping_neg()
};
/// 2^256 mod q.
const ONE: Words = power_of_two(256);
/// 2^512 mod q.
const SQUARE: Words = power_of_two(512);

/// Products that a [`LazySum`] adds up before it reduces. A reduction makes (v + m·q) / 2^256 of v, with
/// m below 2^256; that is below 2q as long as v is below 2^256·q, and 16·q is already more than 2^256.
const LAZY: usize = 15;

/// An integer mod q.
#[derive(Clone, Copy, Default, PartialEq, Eq, Zeroize)]
pub struct Montgomery(Words);

impl Montgomery {
    /// 0.
    pub const ZERO: Self = Self([0; 4]);
    /// 1.
    pub const ONE: Self = Self(ONE);

    /// `Σ left[i]·right[i]`.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn dot<'a>(
        left: impl IntoIterator<Item = &'a Self, IntoIter: ExactSizeIterator>,
        right: impl IntoIterator<Item = &'a Scalar, IntoIter: ExactSizeIterator>,
    ) -> Scalar {
        let mut sum = LazySum::default();
        pairs(left, right).for_each(|(left, right)| sum.add(left, right));
        sum.finish()
    }

    /// This number times `scalar`, without a detour through Montgomery's form.
    #[must_use]
    pub fn times(&self, scalar: &Scalar) -> Scalar {
        to_scalar(reduce(multiply_wide(&self.0, &words(scalar))))
    }

    /// A list of scalars in this form.
    pub fn of_all(scalars: &[Scalar]) -> Vec<Self> {
        scalars.iter().map(Self::from).collect()
    }
}

/// A sum of products that is reduced once every few terms, and only at its end a [`Scalar`].
#[derive(Default, Zeroize)]
pub struct LazySum {
    /// Products not reduced yet.
    products: [u64; 8],
    pending: usize,
    reduced: Words,
}

impl LazySum {
    /// Adds left·right.
    #[inline]
    pub fn add(&mut self, left: &Montgomery, right: &Scalar) {
        if self.pending == LAZY {
            self.settle();
        }
        add_wide(&mut self.products, &multiply_wide(&left.0, &words(right)));
        self.pending += 1;
    }

    fn settle(&mut self) {
        self.reduced = add_words(self.reduced, reduce(std::mem::take(&mut self.products)));
        self.pending = 0;
    }

    /// The sum.
    #[inline]
    #[must_use]
    pub fn finish(mut self) -> Scalar {
        self.settle();
        to_scalar(self.reduced)
    }
}

impl From<&Scalar> for Montgomery {
    fn from(scalar: &Scalar) -> Self {
        Self(reduce(multiply_wide(&words(scalar), &SQUARE)))
    }
}

impl From<Scalar> for Montgomery {
    fn from(scalar: Scalar) -> Self {
        Self::from(&scalar)
    }
}

impl From<&Montgomery> for Scalar {
    fn from(value: &Montgomery) -> Self {
        let [a, b, c, d] = value.0;
        to_scalar(reduce([a, b, c, d, 0, 0, 0, 0]))
    }
}

impl From<Montgomery> for Scalar {
    fn from(value: Montgomery) -> Self {
        Self::from(&value)
    }
}

/// A scalar's four words; below q, because every [`Scalar`] is reduced.
fn words(scalar: &Scalar) -> Words {
    let (chunks, _) = scalar.as_bytes().as_chunks::<8>();
    let mut words = [0; 4];
    pairs(&mut words, chunks).for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
    words
}

fn to_scalar(words: Words) -> Scalar {
    let mut bytes = [0; 32];
    let (chunks, _) = bytes.as_chunks_mut::<8>();
    pairs(chunks, words).for_each(|(bytes, word)| *bytes = word.to_le_bytes());
    Scalar::from_bytes_mod_order(bytes)
}

/// addend + left·right + carry, as the low word and the carry to the next.
#[inline(always)]
const fn multiply_add(addend: u64, left: u64, right: u64, carry: u64) -> (u64, u64) {
    let sum = addend as u128 + left as u128 * right as u128 + carry as u128;
    (sum as u64, (sum >> 64) as u64)
}

#[inline(always)]
const fn add_carry(left: u64, right: u64, carry: u64) -> (u64, u64) {
    let sum = left as u128 + right as u128 + carry as u128;
    (sum as u64, (sum >> 64) as u64)
}

/// left − right − borrow, and the borrow: 0 or 1.
#[inline(always)]
const fn subtract_borrow(left: u64, right: u64, borrow: u64) -> (u64, u64) {
    let difference = (left as u128).wrapping_sub(right as u128).wrapping_sub(borrow as u128);
    (difference as u64, (difference >> 127) as u64)
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "constant bounds")]
fn multiply_wide(left: &Words, right: &Words) -> [u64; 8] {
    let mut product = [0; 8];
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            (product[i + j], carry) = multiply_add(product[i + j], left[i], right[j], carry);
        }
        product[i + 4] = carry;
    }
    product
}

/// Adds to a sum that stays below 2^512.
#[inline(always)]
fn add_wide(sum: &mut [u64; 8], addend: &[u64; 8]) {
    let mut carry = 0;
    for (word, addend) in pairs(sum, addend) {
        (*word, carry) = add_carry(*word, *addend, carry);
    }
}

/// value / 2^256 mod q, for values below 2^256·q. The third word of q is zero and its fourth a power of two, so
/// that a step takes three multiplications instead of five.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "constant bounds")]
fn reduce(mut value: [u64; 8]) -> Words {
    let mut over = 0;
    for i in 0..4 {
        let factor = value[i].wrapping_mul(NEGATED_INVERSE);
        let (_, carry) = multiply_add(value[i], factor, Q[0], 0);
        let (word, carry) = multiply_add(value[i + 1], factor, Q[1], carry);
        value[i + 1] = word;
        let (word, carry) = add_carry(value[i + 2], 0, carry);
        value[i + 2] = word;
        let (word, carry) = add_carry(value[i + 3], factor << 60, carry);
        value[i + 3] = word;
        let (word, carry) = add_carry(value[i + 4], factor >> 4, carry);
        let (word, lifted) = add_carry(word, over, 0);
        value[i + 4] = word;
        over = carry + lifted;
    }
    subtract_once([value[4], value[5], value[6], value[7]])
}

/// A value below 2q mod q.
#[inline(always)]
const fn subtract_once(value: Words) -> Words {
    let [a, b, c, d] = value;
    let (e, borrow) = subtract_borrow(a, Q[0], 0);
    let (f, borrow) = subtract_borrow(b, Q[1], borrow);
    let (g, borrow) = subtract_borrow(c, Q[2], borrow);
    let (h, borrow) = subtract_borrow(d, Q[3], borrow);
    let keep = borrow.wrapping_neg();
    [a & keep | e & !keep, b & keep | f & !keep, c & keep | g & !keep, d & keep | h & !keep]
}

#[inline(always)]
const fn add_words(left: Words, right: Words) -> Words {
    let ([a, b, c, d], [e, f, g, h]) = (left, right);
    let (a, carry) = add_carry(a, e, 0);
    let (b, carry) = add_carry(b, f, carry);
    let (c, carry) = add_carry(c, g, carry);
    let (d, _) = add_carry(d, h, carry);
    subtract_once([a, b, c, d])
}

/// −value mod q.
#[inline(always)]
const fn negate(value: Words) -> Words {
    let [a, b, c, d] = value;
    let (a, borrow) = subtract_borrow(Q[0], a, 0);
    let (b, borrow) = subtract_borrow(Q[1], b, borrow);
    let (c, borrow) = subtract_borrow(Q[2], c, borrow);
    let (d, _) = subtract_borrow(Q[3], d, borrow);
    // q itself for zero
    subtract_once([a, b, c, d])
}

/// 2^exponent mod q.
const fn power_of_two(exponent: u32) -> Words {
    let mut value = [1, 0, 0, 0];
    let mut doubled = 0;
    while doubled < exponent {
        value = add_words(value, value);
        doubled += 1;
    }
    value
}

impl Add for Montgomery {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(add_words(self.0, other.0))
    }
}

impl Sub for Montgomery {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Montgomery {
    type Output = Self;
    fn neg(self) -> Self {
        Self(negate(self.0))
    }
}

impl Mul for Montgomery {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(reduce(multiply_wide(&self.0, &other.0)))
    }
}

impl AddAssign for Montgomery {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Montgomery {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl MulAssign for Montgomery {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Sum for Montgomery {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::scalar_wide;
    use proptest::prelude::*;

    /// Any scalar, the ends of the range more often than chance has it.
    fn any_scalar() -> impl Strategy<Value = Scalar> {
        let wide = prop::array::uniform32(any::<u8>()).prop_map(|half| {
            let mut wide = [0; 64];
            wide[..32].copy_from_slice(&half);
            wide[32..].copy_from_slice(&half);
            scalar_wide(&wide)
        });
        prop_oneof![
            4 => wide,
            1 => (0u64..3).prop_map(Scalar::from),
            1 => (0u64..3).prop_map(|k| -Scalar::from(k)),
            1 => any::<u128>().prop_map(Scalar::from),
        ]
    }

    proptest! {
        #[test]
        fn agrees_with_scalars(a in any_scalar(), b in any_scalar()) {
            let (x, y) = (Montgomery::from(a), Montgomery::from(b));
            prop_assert_eq!(Scalar::from(x), a);
            prop_assert_eq!(Scalar::from(x * y), a * b);
            prop_assert_eq!(Scalar::from(x + y), a + b);
            prop_assert_eq!(Scalar::from(x - y), a - b);
            prop_assert_eq!(Scalar::from(-x), -a);
            prop_assert_eq!(x.times(&b), a * b);
            prop_assert_eq!(x == y, a == b);
        }

        #[test]
        fn dot_products_agree(list in prop::collection::vec((any_scalar(), any_scalar()), 0..70)) {
            let (left, right): (Vec<_>, Vec<_>) = list.iter().copied().unzip();
            let expected: Scalar = list.iter().map(|(a, b)| a * b).sum();
            prop_assert_eq!(Montgomery::dot(&Montgomery::of_all(&left), &right), expected);
        }
    }

    #[test]
    fn longest_lazy_sums_do_not_overflow() {
        let largest = Montgomery(negate([1, 0, 0, 0]));
        let all = vec![largest; 3 * LAZY + 1];
        let scalars = vec![-Scalar::ONE; all.len()];
        let expected = -Scalar::from(largest) * Scalar::from(all.len() as u64);
        assert_eq!(Montgomery::dot(&all, &scalars), expected);
    }

    #[test]
    fn constants() {
        assert_eq!(Scalar::from(Montgomery::ONE), Scalar::ONE);
        assert_eq!(Scalar::from(Montgomery::ZERO), Scalar::ZERO);
        assert_eq!(Q[0].wrapping_mul(NEGATED_INVERSE), u64::MAX);
        assert_eq!(words(&-Scalar::ONE), [Q[0] - 1, Q[1], Q[2], Q[3]]);
    }
}
