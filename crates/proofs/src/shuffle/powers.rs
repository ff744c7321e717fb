//! Powers of a challenge, and sums over them.

use psephos_core::Scalar;
use psephos_core::montgomery::Montgomery;
use rayon::prelude::*;

/// Entries per task in parallel work on scalars.
pub const TASK: usize = 1 << 12;

/// x^exponent in variable time: for challenges.
pub fn power_vartime(x: &Scalar, mut exponent: u64) -> Scalar {
    let (mut square, mut result) = (*x, Scalar::ONE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    result
}

/// `count` powers x^first, x^{first+1}, …
pub fn powers(x: &Scalar, first: u64, count: usize) -> Vec<Scalar> {
    progression(x, first).take(count).map(Scalar::from).collect()
}

/// x^first, x^{first+1}, … without end.
pub fn progression(x: &Scalar, first: u64) -> impl Iterator<Item = Montgomery> {
    let (start, x) = (Montgomery::from(power_vartime(x, first)), Montgomery::from(x));
    std::iter::successors(Some(start), move |power| Some(*power * x))
}

/// [`powers`] on every core.
pub fn powers_parallel(x: &Scalar, first: u64, count: usize) -> Vec<Scalar> {
    let starts: Vec<usize> = (0..count).step_by(TASK).collect();
    starts
        .into_par_iter()
        .flat_map_iter(|start| powers(x, first + start as u64, TASK.min(count - start)))
        .collect()
}

/// `Σ factors[i]·values[i]`.
///
/// # Panics
/// When the lengths differ.
pub fn dot(factors: &[Scalar], values: &[Scalar]) -> Scalar {
    Montgomery::dot(&Montgomery::of_all(factors), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_follow_each_other() {
        let x = Scalar::from(7u64);
        assert_eq!(power_vartime(&x, 0), Scalar::ONE);
        assert_eq!(power_vartime(&x, 5), Scalar::from(16807u64));
        let plain = powers(&x, 3, 2 * TASK + 9);
        assert_eq!(plain[1], Scalar::from(2401u64));
        assert_eq!(plain, powers_parallel(&x, 3, 2 * TASK + 9));
        assert_eq!(
            dot(&plain[..2], &[Scalar::ONE, Scalar::from(2u64)]),
            Scalar::from(343u64 + 4802)
        );
    }
}
