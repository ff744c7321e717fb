//! What a ballot costs, with and without a bounded batch: `cargo run --release -p psephos-benches --bin ballots`.
//!
//! Prints, for each form of ballot, its bytes, the milliseconds to make one on one core, and those to verify
//! one among many on every core. An argument changes how many are made.

use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use psephos_core::{Scalar, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotLayout, verify_rows};
use psephos_secrets::SecretScalar;
use psephos_voter::{BallotMaker, BatchContent};
use rand_core::SeedableRng;

fn main() {
    let ballots = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(200);
    println!("{:<20} {:>6} {:>10} {:>12}", "batch", "bytes", "make (ms)", "verify (ms)");
    for bits in [None, Some(8), Some(16), Some(32)] {
        let (bytes, make, verify) = measure(bits, ballots);
        let name = bits.map_or("one element".to_owned(), |bits| format!("{bits} bits"));
        let each = |time: Duration| 1000.0 * time.as_secs_f64() / ballots as f64;
        println!("{name:<20} {bytes:>6} {:>10.3} {:>12.3}", each(make), each(verify));
    }
}

/// Bytes of a ballot of one batch, and how long it takes to make and to verify all.
fn measure(bits: Option<u64>, ballots: usize) -> (usize, Duration, Duration) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let public_key = group::encode(&SecretScalar::random(&mut rng).public());
    let election = ElectionContext { election: [1; 32], public_key };
    let layout = BallotLayout::of(&[(1, bits)]).expect("a layout");
    let maker = BallotMaker::with_layout(election, 0, layout.clone()).expect("a maker");
    let begun = Instant::now();
    let mut rows = Vec::new();
    for number in 0..ballots as u64 {
        let content = match bits {
            Some(_) => BatchContent::Number(number % 256),
            None => BatchContent::Elements(vec![group::mul_base(&Scalar::from(number + 1))]),
        };
        let credential = SecretScalar::random(&mut rng);
        let ballot = maker.encrypt(&[content], &credential, 0, &mut rng).expect("a ballot");
        rows.extend(ballot.cast());
    }
    let make = begun.elapsed();
    let begun = Instant::now();
    let answers = verify_rows(&election, 0, &layout, &rows);
    let verify = begun.elapsed();
    assert!(answers.len() == ballots && answers.iter().all(Result::is_ok), "good ballots");
    (layout.row_length(), make, verify)
}
