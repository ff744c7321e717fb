//! What the group's, the integers' and the hash's operations take: `cargo bench -p psephos-benches --bench primitives`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use psephos_core::elgamal::PublicKey;
use psephos_core::generators::Generators;
use psephos_core::group::{self, Identity};
use psephos_core::hash::hash;
use psephos_core::montgomery::Montgomery;
use psephos_core::multiexp::multiexp_vartime;
use psephos_core::{Element, Encoding, Scalar};

/// Elements of a batch.
const MANY: u64 = 1 << 12;

/// Scalars that look like any others.
fn scalars() -> Vec<Scalar> {
    let step = -Scalar::from(0x9e37_79b9_7f4a_7c15u64).invert();
    std::iter::successors(Some(step), |last| Some(last * step)).take(MANY as usize).collect()
}

fn elements(scalars: &[Scalar]) -> Vec<Element> {
    scalars.iter().map(group::mul_base).collect()
}

fn single(c: &mut Criterion) {
    let scalars = scalars();
    let points = elements(&scalars[..2]);
    let (point, scalar) = (points[0], scalars[0]);
    let encoding = group::encode(&point);
    let key = PublicKey::new(point);
    let numbers = Montgomery::of_all(&scalars);
    c.bench_function("fixed-base", |b| b.iter(|| group::mul_base(&scalar)));
    c.bench_function("variable-base", |b| b.iter(|| point * scalar));
    c.bench_function("encrypt", |b| b.iter(|| key.encrypt(&points[1], &scalar)));
    c.bench_function("encode", |b| b.iter(|| group::encode(&point)));
    c.bench_function("decode", |b| b.iter(|| group::decode(&encoding)));
    c.bench_function("add", |b| b.iter(|| point + points[1]));
    c.bench_function("scalar product", |b| b.iter(|| scalar * scalars[1]));
    c.bench_function("montgomery product", |b| b.iter(|| numbers[0] * numbers[1]));
    c.bench_function("dot product of 4096", |b| b.iter(|| Montgomery::dot(&numbers, &scalars)));
    c.bench_function("hash of a ciphertext", |b| b.iter(|| hash("benchmark", &[&[7; 64]])));
}

fn batches(c: &mut Criterion) {
    let scalars = scalars();
    let points = elements(&scalars);
    let encodings: Vec<Encoding> = group::encode_batch(&points);
    let mut group = c.benchmark_group("batch");
    group.throughput(Throughput::Elements(MANY)).sample_size(20);
    group.bench_function("decode", |b| {
        b.iter(|| group::decode_all(&encodings, Identity::Refused));
    });
    group.bench_function("encode", |b| b.iter(|| group::encode_batch(&points)));
    group.bench_function("encode doubled", |b| b.iter(|| group::encode_doubled_batch(&points)));
    group.bench_function("generators", |b| b.iter(|| Generators::derive(MANY as usize)));
    for bits in [20, 128, 253] {
        let cut: Vec<Scalar> = scalars.iter().map(|scalar| low(scalar, bits)).collect();
        let id = BenchmarkId::new("multi-exponentiation", bits);
        group.bench_function(id, |b| b.iter(|| multiexp_vartime(&cut, &points)));
    }
}

/// The low bits of a scalar; a multiple of 4.
fn low(scalar: &Scalar, bits: usize) -> Scalar {
    let mut bytes = *scalar.as_bytes();
    for (index, byte) in bytes.iter_mut().enumerate() {
        match bits.saturating_sub(8 * index) {
            0 => *byte = 0,
            4 => *byte &= 0x0f,
            _ => {}
        }
    }
    Scalar::from_bytes_mod_order(bytes)
}

criterion_group!(benches, single, batches);
criterion_main!(benches);
