//! One linear combination of many rows of public points: what threshold decryption adds up.

use curve25519_dalek::traits::VartimeMultiscalarMul;
use rayon::prelude::*;

use crate::pairs::pairs;
use crate::{Element, Scalar};

/// Bits of an integer that is multiplied by additions alone: one more costs as much as a doubling, and a
/// whole scalar more than two hundred of them.
const SMALL_BITS: u32 = 16;

/// Rows for each task.
const ROWS: usize = 1 << 7;

/// The coefficients of Σ coefficient·point.
///
/// Lagrange coefficients of neighbouring points are small integers: 2 and −1 for the first two, binomial
/// coefficients for the first t.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination(Coefficients);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Coefficients {
    /// All of them below 2^16 in absolute value.
    Small(Vec<Small>),
    Any(Vec<Scalar>),
}

/// ± an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Small {
    negative: bool,
    absolute: u32,
}

impl Small {
    fn new(scalar: &Scalar) -> Option<Self> {
        let absolute = |scalar: &Scalar| {
            let (low, high) = scalar.as_bytes().split_first_chunk::<4>()?;
            let absolute = u32::from_le_bytes(*low);
            (absolute >> SMALL_BITS == 0 && high.iter().all(|byte| *byte == 0)).then_some(absolute)
        };
        let positive = absolute(scalar).map(|absolute| Self { negative: false, absolute });
        positive.or_else(|| Some(Self { negative: true, absolute: absolute(&-scalar)? }))
    }
}

impl Combination {
    /// Looks at the coefficients, in variable time.
    #[must_use]
    pub fn new_vartime(coefficients: &[Scalar]) -> Self {
        let small: Option<Vec<Small>> = coefficients.iter().map(Small::new).collect();
        Self(small.map_or_else(|| Coefficients::Any(coefficients.to_vec()), Coefficients::Small))
    }

    /// For each row i, Σ coefficient j · `lists[j][i]` in variable time.
    ///
    /// # Panics
    /// When there is not one list of `rows` points for each coefficient.
    #[must_use]
    pub fn of_rows_vartime(&self, rows: usize, lists: &[Vec<Element>]) -> Vec<Element> {
        let terms = match &self.0 {
            Coefficients::Small(small) => small.len(),
            Coefficients::Any(scalars) => scalars.len(),
        };
        assert_eq!(terms, lists.len(), "one list for each coefficient");
        assert!(lists.iter().all(|list| list.len() == rows), "one point for each row");
        (0..rows)
            .into_par_iter()
            .with_min_len(ROWS)
            .map(|row| self.of_row(lists.iter().map(|list| list.get(row))))
            .collect::<Option<_>>()
            .expect("the lengths agree")
    }

    fn of_row<'a>(
        &self,
        points: impl ExactSizeIterator<Item = Option<&'a Element>> + Clone,
    ) -> Option<Element> {
        match &self.0 {
            Coefficients::Small(small) => sum_of_small(small, points),
            Coefficients::Any(scalars) => {
                Element::optional_multiscalar_mul(scalars, points.map(Option::<&Element>::cloned))
            }
        }
    }
}

/// Bit by bit from the highest, all coefficients together: the doublings are the same for all.
fn sum_of_small<'a>(
    coefficients: &[Small],
    points: impl ExactSizeIterator<Item = Option<&'a Element>> + Clone,
) -> Option<Element> {
    let bits = coefficients.iter().map(|c| u32::BITS - c.absolute.leading_zeros()).max();
    let mut sum: Option<Element> = None;
    for bit in (0..bits.unwrap_or(0)).rev() {
        sum = sum.map(|sum| sum + sum);
        for (coefficient, point) in pairs(coefficients, points.clone()) {
            if coefficient.absolute >> bit & 1 == 1 {
                let point = point?;
                sum = Some(match (sum, coefficient.negative) {
                    (None, false) => *point,
                    (None, true) => -point,
                    (Some(sum), false) => sum + point,
                    (Some(sum), true) => sum - point,
                });
            }
        }
    }
    Some(sum.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::group::mul_base;

    /// Small integers around every border, and scalars of any size.
    fn coefficient() -> impl Strategy<Value = Scalar> {
        let small = prop_oneof![0..5u64, 65_530..65_542u64, any::<u64>()].prop_map(Scalar::from);
        let full = any::<[u8; 32]>().prop_map(Scalar::from_bytes_mod_order);
        (prop_oneof![4 => small, 1 => full], any::<bool>())
            .prop_map(|(scalar, negative)| if negative { -scalar } else { scalar })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn equals_the_sum(coefficients in prop::collection::vec(coefficient(), 0..6), rows in 0usize..4) {
            let log = |list: usize, row: usize| Scalar::from((7 * list + row + 1) as u64);
            let lists: Vec<Vec<Element>> = (0..coefficients.len())
                .map(|list| (0..rows).map(|row| mul_base(&log(list, row))).collect())
                .collect();
            let expected: Vec<Element> = (0..rows)
                .map(|row| coefficients.iter().enumerate().map(|(list, c)| c * log(list, row)).sum())
                .map(|sum: Scalar| mul_base(&sum))
                .collect();
            let found = Combination::new_vartime(&coefficients).of_rows_vartime(rows, &lists);
            prop_assert_eq!(&found, &expected);
            // The general way gives the same where the other one would be taken.
            let general = Combination(Coefficients::Any(coefficients));
            prop_assert_eq!(general.of_rows_vartime(rows, &lists), expected);
        }
    }

    #[test]
    fn what_counts_as_small() {
        let small = |scalar: Scalar| Small::new(&scalar).map(|s| (s.negative, s.absolute));
        let of = |value: u64| Scalar::from(value);
        assert_eq!(small(of(0)), Some((false, 0)));
        assert_eq!(small(of(65_535)), Some((false, 65_535)));
        assert_eq!(small(-of(65_535)), Some((true, 65_535)));
        for large in [of(65_536), -of(65_536), of(1 << 32), of(u64::MAX), of(2).invert()] {
            assert_eq!(small(large), None);
        }
    }

    #[test]
    #[should_panic(expected = "one point for each row")]
    fn lists_have_one_length() {
        let _ = Combination::new_vartime(&[Scalar::ONE])
            .of_rows_vartime(2, &[vec![mul_base(&Scalar::ONE)]]);
    }
}
