//! The secret permutation of one mix.

use std::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Output row i comes from input row π(i). Erased when dropped; used for one mix only.
pub struct Permutation(Zeroizing<Vec<u64>>);

impl Permutation {
    /// Draws one of the `length`! permutations, each equally likely (Fisher–Yates).
    pub fn random(length: usize, rng: &mut dyn CryptoRng) -> Self {
        let mut sources: Zeroizing<Vec<u64>> = Zeroizing::new((0..length as u64).collect());
        for last in (1..length).rev() {
            let chosen = below(last as u64 + 1, rng);
            sources.swap(last, chosen as usize);
        }
        Self(sources)
    }

    /// π(0), π(1), …
    pub fn sources(&self) -> &[u64] {
        &self.0
    }

    /// How many rows it permutes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it permutes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Permutation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Permutation(<redacted>, {} rows)", self.len())
    }
}

/// Uniform in 0 … bound − 1, bound ≥ 1: values beyond the largest multiple of `bound` are redrawn.
fn below(bound: u64, rng: &mut dyn CryptoRng) -> u64 {
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let value = rng.next_u64();
        if value < limit {
            return value % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{TryCryptoRng, TryRng};
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    /// A counter through a mixing function: enough to test a distribution.
    struct Counter(u64);

    impl TryRng for Counter {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            self.try_next_u64().map(|value| value as u32)
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            Ok(z ^ (z >> 31))
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.fill_with(|| self.0 as u8);
            Ok(())
        }
    }

    impl TryCryptoRng for Counter {}

    #[test]
    fn every_permutation_comes_about_equally_often() {
        let mut rng = Counter(7);
        let mut seen: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
        for _ in 0..12_000 {
            *seen.entry(Permutation::random(4, &mut rng).sources().to_vec()).or_default() += 1;
        }
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|count| (350..650).contains(count)), "{seen:?}");
    }

    #[test]
    fn it_permutes_and_keeps_its_secret() {
        let mut rng = Counter(1);
        for length in [0, 1, 2, 100] {
            let permutation = Permutation::random(length, &mut rng);
            let mut sorted = permutation.sources().to_vec();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..length as u64));
            assert_eq!(
                format!("{permutation:?}"),
                format!("Permutation(<redacted>, {length} rows)")
            );
        }
    }
}
