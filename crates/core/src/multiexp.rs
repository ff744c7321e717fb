//! Multi-exponentiation of public values.

use curve25519_dalek::traits::{Identity, VartimeMultiscalarMul};
use rayon::prelude::*;

use crate::cores::even_tasks;
use crate::{Element, Scalar};

/// Points per task. Pippenger's method gains little beyond, and buckets and points of a task
/// still fit the caches.
pub const CHUNK: usize = 1 << 13;

/// Below this a second task costs more per point than a second core gives.
const SMALLEST_TASK: usize = 1 << 9;

/// Σ `scalars[i]·points[i]` in variable time, on every core.
///
/// # Panics
/// When the lengths differ: a shorter list would silently drop terms.
pub fn multiexp_vartime(scalars: &[Scalar], points: &[Element]) -> Element {
    assert_eq!(scalars.len(), points.len(), "one scalar for each point");
    let task = even_tasks(points.len(), [SMALLEST_TASK, CHUNK]);
    scalars
        .par_chunks(task)
        .zip_eq(points.par_chunks(task))
        .map(|(scalars, points)| multiexp_alone_vartime(scalars, points))
        .reduce(Element::identity, |a, b| a + b)
}

/// [`multiexp_vartime`] on one core, for one of many tasks.
///
/// # Panics
/// When the lengths differ.
pub fn multiexp_alone_vartime(scalars: &[Scalar], points: &[Element]) -> Element {
    assert_eq!(scalars.len(), points.len(), "one scalar for each point");
    Element::vartime_multiscalar_mul(scalars, points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::mul_base;
    use crate::pairs::pairs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn equals_the_sum(length in 0usize..2500, seed in any::<u64>()) {
            let scalars: Vec<Scalar> =
                (0..length as u64).map(|i| Scalar::from(seed) * Scalar::from(i + 1) + Scalar::from(i)).collect();
            let logs: Vec<Scalar> = (0..length as u64).map(|i| Scalar::from(3 * i + 1)).collect();
            let points: Vec<Element> = logs.iter().map(mul_base).collect();
            let sum: Scalar = pairs(&scalars, &logs).map(|(a, b)| a * b).sum();
            prop_assert_eq!(multiexp_vartime(&scalars, &points), mul_base(&sum));
        }
    }

    #[test]
    #[should_panic(expected = "one scalar for each point")]
    fn lengths_must_agree() {
        multiexp_vartime(&[Scalar::ONE], &[]);
    }
}
