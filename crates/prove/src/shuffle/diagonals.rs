//! The diagonals of the multi-exponentiation argument (spec/04-shuffle.md §5) as one product of
//! polynomials.
//!
//! With long rows of elements `C_0 … C_3` and of scalars `a_0 … a_4`, the diagonals are the
//! coefficients of (Σ_ℓ X^{3−ℓ}·`C_ℓ`)·(Σ_j X^j·`a_j`), of degree 7. Evaluated at 0, ∞, ±1, ±2 and
//! ±1/2 they cost eight multi-exponentiations of a long row's length, where the plain sums take
//! twenty (Toom and Cook's method); what is evaluated costs additions only.

use psephos_core::cores::even_tasks;
use psephos_core::multiexp::multiexp_alone_vartime;
use psephos_core::pairs::pairs;
use psephos_core::{Element, Scalar};
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::matrix::Secrets;

/// The most places of the long rows that a task evaluates: 10 lists of their elements fit into 7 MiB.
const PLACES: usize = 1 << 12;
/// The fewest: below, a multi-exponentiation costs more a point than a second core gives.
const FEWEST: usize = 1 << 9;

fn twice<T: Copy + std::ops::Add<Output = T>>(value: T) -> T {
    value + value
}

fn times4<T: Copy + std::ops::Add<Output = T>>(value: T) -> T {
    twice(twice(value))
}

/// The coefficients 0 … 7 of the product of long rows of this length; `element(ℓ, place)` is `C_ℓ` at `place`,
/// `scalar(j, place)` is `a_j`.
pub(super) fn coefficients(
    length: usize,
    element: &(dyn Fn(usize, usize) -> Element + Sync),
    scalar: &(dyn Fn(usize, usize) -> Scalar + Sync),
) -> [Element; 8] {
    let task = even_tasks(length, [FEWEST, PLACES]);
    let starts: Vec<usize> = (0..length).step_by(task).collect();
    let values = starts.into_par_iter().map(|start| {
        let places = start..length.min(start + task);
        let scalars = evaluate_scalars(scalar, places.clone());
        let points = evaluate(element, places);
        let mut values = [Element::default(); 8];
        for (value, (points, scalars)) in pairs(&mut values, pairs(&points, &scalars)) {
            *value = multiexp_alone_vartime(scalars, points);
        }
        values
    });
    interpolate(&values.reduce(|| [Element::default(); 8], sums))
}

fn sums(mut left: [Element; 8], right: [Element; 8]) -> [Element; 8] {
    pairs(&mut left, right).for_each(|(left, right)| *left += right);
    left
}

/// The scalar polynomial Σ X^j·`a_j` at the eight points: 0, ∞, then the pairs 1, −1, 2, −2 and,
/// times 16, 1/2, −1/2.
fn evaluate_scalars(
    scalar: &(dyn Fn(usize, usize) -> Scalar + Sync),
    places: std::ops::Range<usize>,
) -> [Secrets; 8] {
    let row = |degree: usize| -> Secrets {
        Zeroizing::new(places.clone().map(|place| scalar(degree, place)).collect())
    };
    let (a0, a1, a2, a3, a4) = (row(0), row(1), row(2), row(3), row(4));
    let pair = |even: &dyn Fn(usize) -> Scalar, odd: &dyn Fn(usize) -> Scalar| {
        let both = (0..a0.len()).map(|i| (even(i), odd(i)));
        let (sums, differences) = both.map(|(even, odd)| (even + odd, even - odd)).unzip();
        [Zeroizing::new(sums), Zeroizing::new(differences)]
    };
    let one = pair(&|i| a0[i] + a2[i] + a4[i], &|i| a1[i] + a3[i]);
    let two = pair(&|i| a0[i] + times4(times4(a4[i]) + a2[i]), &|i| twice(times4(a3[i]) + a1[i]));
    let half = pair(&|i| times4(times4(a0[i]) + a2[i]) + a4[i], &|i| twice(times4(a1[i]) + a3[i]));
    let ([one, minus_one], [two, minus_two], [half, minus_half]) = (one, two, half);
    [a0, a4, one, minus_one, two, minus_two, half, minus_half]
}

/// The element polynomial at the eight points (at ±1/2 times 8).
fn evaluate(
    element: &(dyn Fn(usize, usize) -> Element + Sync),
    places: std::ops::Range<usize>,
) -> [Vec<Element>; 8] {
    // c_d is the coefficient of X^d.
    let row = |degree: usize| -> Vec<Element> {
        places.clone().map(|place| element(3 - degree, place)).collect()
    };
    let (c0, c1, c2, c3) = (row(0), row(1), row(2), row(3));
    let pair = |even: &dyn Fn(usize) -> Element, odd: &dyn Fn(usize) -> Element| {
        let both = (0..c0.len()).map(|i| (even(i), odd(i)));
        both.map(|(even, odd)| (even + odd, even - odd)).unzip()
    };
    let one: (Vec<_>, Vec<_>) = pair(&|i| c0[i] + c2[i], &|i| c1[i] + c3[i]);
    let two: (Vec<_>, Vec<_>) = pair(&|i| c0[i] + times4(c2[i]), &|i| twice(times4(c3[i]) + c1[i]));
    let half: (Vec<_>, Vec<_>) =
        pair(&|i| twice(times4(c0[i]) + c2[i]), &|i| times4(c1[i]) + c3[i]);
    [c0, c3, one.0, one.1, two.0, two.1, half.0, half.1]
}

/// The coefficients of a polynomial P of degree 7 from P(0), P(∞), P(±1), P(±2), 2^7·P(±1/2).
fn interpolate(values: &[Element; 8]) -> [Element; 8] {
    let [zero, infinity, one, minus_one, two, minus_two, half, minus_half] = values;
    let inverse = |k: u64| Scalar::from(k).invert();
    let (by2, by4) = (inverse(2), inverse(4));
    let times = |k: u64, element: &Element| element * Scalar::from(k);
    // p_2, p_4, p_6 from their sums with powers of 1, 4 and, reversed, 4
    let even = middle(
        (one + minus_one) * by2 - zero,
        ((two + minus_two) * by2 - zero) * by4,
        (half + minus_half) * by4 - times(64, zero),
    );
    // p_1, p_3, p_5 likewise
    let odd = middle(
        (one - minus_one) * by2 - infinity,
        (two - minus_two) * by4 - times(64, infinity),
        ((half - minus_half) * by2 - infinity) * by4,
    );
    [*zero, odd[0], even[0], odd[1], even[1], odd[2], even[2], *infinity]
}

/// p, q, r from u = p + q + r, v = p + 4q + 16r and w = 16p + 4q + r.
fn middle(u: Element, v: Element, w: Element) -> [Element; 3] {
    let third = Scalar::from(3u64).invert();
    let s = (v - u) * third; // q + 5r
    let t = (times4(times4(u)) - w) * third; // 4q + 5r
    let q = (t - s) * third;
    let r = (s - q) * Scalar::from(5u64).invert();
    [u - q - r, q, r]
}

#[cfg(test)]
mod tests {
    use super::*;
    use psephos_core::group::mul_base;

    #[test]
    fn equals_the_plain_sums() {
        let scalar = |i: usize, j: usize| Scalar::from((i * 7919 + j * j * 31 + 5) as u64).invert();
        for length in [1, 2, 7] {
            let rows: Vec<Vec<Scalar>> =
                (0..5).map(|j| (0..length).map(|i| scalar(i, j)).collect()).collect();
            let element = |row: usize, place: usize| mul_base(&scalar(place + 100, row));
            let found = coefficients(length, &element, &|j, place| rows[j][place]);
            for (k, found) in found.iter().enumerate() {
                let mut expected = Element::default();
                for row in 0..4 {
                    for (j, scalars) in rows.iter().enumerate() {
                        if 3 - row + j == k {
                            expected += scalars
                                .iter()
                                .enumerate()
                                .map(|(place, s)| element(row, place) * s)
                                .sum::<Element>();
                        }
                    }
                }
                assert_eq!(*found, expected, "coefficient {k}, length {length}");
            }
        }
    }
}
