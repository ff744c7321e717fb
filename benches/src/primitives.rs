//! What the group's and the hash's operations take on this machine, on one core.

use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use psephos_core::hash::{hash, xof};
use psephos_core::montgomery::Montgomery;
use psephos_core::{Element, Encoding, Scalar, group};
use rand_core::{Rng, SeedableRng};
use serde::Serialize;

/// Points of a multi-exponentiation: as many as pay, and as few as fit the caches.
const POINTS: usize = 1 << 13;
/// Elements for the other operations.
const FEW: usize = 1 << 10;

/// Microseconds of one operation each.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Primitives {
    /// Fixed-base multiplication, constant time.
    pub fixed_base: f64,
    /// Variable-base multiplication, constant time.
    pub variable_base: f64,
    /// Encoding an element.
    pub compress: f64,
    /// Encoding the double of an element, among many.
    pub compress_doubled: f64,
    /// Decoding an element.
    pub decompress: f64,
    /// A point in a multi-exponentiation with scalars of 253 bits.
    pub multiexp: f64,
    /// With scalars of 128 bits.
    pub multiexp_half: f64,
    /// With scalars of 20 bits.
    pub multiexp_short: f64,
    /// Adding two elements.
    pub add: f64,
    /// Multiplying two integers mod q, in Montgomery's form.
    pub multiply: f64,
    /// The same in a long dot product, the addition included.
    pub dot: f64,
    /// Hashing to the group.
    pub hash_to_group: f64,
    /// SHA3-256 over a ciphertext's 64 bytes, of 64 KiB.
    pub hash: f64,
}

impl Primitives {
    /// Measures all of them: about two seconds.
    #[must_use]
    pub fn measure() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut wide = [0; 64];
        let mut scalar = || {
            rng.fill_bytes(&mut wide);
            group::scalar_wide(&wide)
        };
        let scalars: Vec<Scalar> = (0..POINTS).map(|_| scalar()).collect();
        let points: Vec<Element> = scalars.iter().map(group::mul_base).collect();
        let (some, others) = (&points[..FEW], &scalars[..FEW]);
        let encodings: Vec<Encoding> = some.iter().map(group::encode).collect();
        let cut = |bytes: usize| -> Vec<Scalar> {
            let low = |scalar: &Scalar| {
                let mut short = [0; 32];
                short[..bytes].copy_from_slice(&scalar.as_bytes()[..bytes]);
                if bytes < 16 {
                    short[2] &= 0x0f;
                }
                Scalar::from_bytes_mod_order(short)
            };
            scalars.iter().map(low).collect()
        };
        let (half, short) = (cut(16), cut(3));
        let numbers = Montgomery::of_all(&scalars);
        let mut product = Montgomery::ONE;
        let bytes = vec![7; 1 << 16];
        let multiexp =
            |scalars: &[Scalar]| RistrettoPoint::vartime_multiscalar_mul(scalars, &points);
        Self {
            fixed_base: each(FEW, || sum(others.iter().map(group::mul_base))),
            variable_base: each(FEW, || sum(others.iter().map(|s| some[1] * s))),
            compress: each(FEW, || some.iter().map(group::encode).fold([0; 32], |_, e| e)),
            compress_doubled: each(FEW, || RistrettoPoint::double_and_compress_batch(some)),
            decompress: each(FEW, || {
                sum(encodings.iter().map(|e| group::decode(e).unwrap_or_default()))
            }),
            multiexp: each(POINTS, || multiexp(&scalars)),
            multiexp_half: each(POINTS, || multiexp(&half)),
            multiexp_short: each(POINTS, || multiexp(&short)),
            add: each(POINTS, || points.iter().sum::<Element>()),
            multiply: each(POINTS, || {
                numbers.iter().for_each(|number| product *= *number);
                product
            }),
            dot: each(POINTS, || Montgomery::dot(&numbers, &scalars)),
            hash_to_group: each(FEW, || {
                let hashed = |i: usize| {
                    let uniform = xof("benchmark", &[&i.to_le_bytes()]).take();
                    Element::from_uniform_bytes(&uniform)
                };
                sum((0..FEW).map(hashed))
            }),
            hash: each(bytes.len() / 64, || hash("benchmark", &[&bytes])),
        }
    }
}

fn sum(elements: impl Iterator<Item = Element>) -> Element {
    elements.fold(Element::default(), |sum, element| sum + element)
}

/// How long each operation is repeated.
const SPAN: Duration = Duration::from_millis(100);

/// Microseconds of one of `count` operations, on average.
fn each<T>(count: usize, mut operations: impl FnMut() -> T) -> f64 {
    let begun = Instant::now();
    let mut runs = 0.0;
    while begun.elapsed() < SPAN {
        std::hint::black_box(operations());
        runs += 1.0;
    }
    1e6 * begun.elapsed().as_secs_f64() / (runs * count as f64)
}
