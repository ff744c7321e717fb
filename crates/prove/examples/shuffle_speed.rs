//! Times one mix and the verification of a chain, per ballot:
//! `cargo run --release -p psephos-prove --example shuffle_speed -- ROWS WIDTH MIXES`.

use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use psephos_core::elgamal::{PublicKey, row_length};
use psephos_core::rows::{MemoryRows, Rows};
use psephos_core::{Element, Scalar, group};
use psephos_proofs::shuffle::{Statement, verify_chain};
use psephos_proofs::{BatchContext, ElectionContext};
use psephos_prove::shuffle::{Mixed, Turn, mix};
use psephos_secrets::Permutation;
use rand_core::{Rng, SeedableRng};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>().expect("a number"));
    let mut next = |default| numbers.next().unwrap_or(default);
    let (rows, width, mixes) = (next(80_000), next(1), next(3));
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = group::mul_base(&Scalar::from(rng.next_u64()));

    let mut lists = vec![ballots(rows, width, &key, &mut rng)];
    let mut done: Vec<Mixed> = Vec::new();
    for position in 0..mixes as u64 {
        let election = ElectionContext { election: [0; 32], public_key: group::encode(&key) };
        let context = BatchContext { election, close: [0; 32], box_index: 0, batch_index: 0 };
        let turn =
            Turn { context, position, prover: position, prover_key: [0; 32], width: width as u64 };
        let permutation = Permutation::random(rows, &mut rng);
        let start = Instant::now();
        let input = &lists[position as usize];
        let mixed = mix(&turn, input, &permutation, &mut rng).expect("an honest mix");
        report("mix, its own check included", start.elapsed(), rows);
        lists.push(mixed.output.clone());
        done.push(mixed);
    }

    let claims: Vec<(Statement, _)> =
        done.iter().map(|mixed| (mixed.statement, mixed.proof.as_ref())).collect();
    let views: Vec<MemoryRows> = lists
        .iter()
        .map(|list| MemoryRows::new(list, row_length(width)).expect("whole rows"))
        .collect();
    let views: Vec<&dyn Rows> = views.iter().map(|view| view as &dyn Rows).collect();
    let start = Instant::now();
    verify_chain(&claims, &views, &[]).expect("honest mixes");
    report(&format!("verify a chain of {mixes}"), start.elapsed(), rows * mixes.max(1));
}

fn report(what: &str, time: Duration, rows: usize) {
    let each = time.as_secs_f64() * 1e6 / rows as f64;
    println!("{what}: {:.2} s, {each:.1} µs per ballot and mix", time.as_secs_f64());
}

fn ballots(rows: usize, width: usize, key: &Element, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let key = PublicKey::new(*key);
    let elements: Vec<Element> = (1..=rows * width)
        .flat_map(|i| {
            let message = group::mul_base(&Scalar::from(i as u64));
            let ciphertext = key.encrypt(&message, &Scalar::from(rng.next_u64()));
            [ciphertext.a, ciphertext.b]
        })
        .collect();
    group::encode_batch(&elements).into_flattened()
}
