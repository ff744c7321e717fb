//! Powers of a challenge, and sums over them.

use psephos_core::Scalar;
use psephos_core::pairs::pairs;
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
    let start = power_vartime(x, first);
    std::iter::successors(Some(start), |power| Some(power * x)).take(count).collect()
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
    pairs(factors, values).map(|(factor, value)| factor * value).sum()
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
