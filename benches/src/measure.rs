//! Time and memory of one step.

use std::time::Instant;

use peak_alloc::PeakAlloc;

/// Counts the bytes in use, for every program of this crate.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// A step shorter than this is repeated, and the fastest run counts: what else the machine does makes a run
/// longer, never shorter.
const SHORT: f64 = 0.5;
/// The most runs of a short step.
const RUNS: usize = 7;

/// What a step took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Wall time of its fastest run.
    pub seconds: f64,
    /// The most bytes in use beyond those in use before it.
    pub peak_bytes: usize,
}

/// Runs a step and hands out what its last run answered.
pub fn measure<T>(mut step: impl FnMut() -> T) -> (T, Cost) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let (mut fastest, mut spent, mut runs) = (f64::INFINITY, 0.0, 0);
    loop {
        let (answer, seconds) = time(&mut step);
        fastest = fastest.min(seconds);
        spent += seconds;
        runs += 1;
        if spent >= SHORT || runs == RUNS {
            let peak_bytes = HEAP.peak_usage().saturating_sub(before);
            return (answer, Cost { seconds: fastest, peak_bytes });
        }
    }
}

fn time<T>(step: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let answer = std::hint::black_box(step());
    (answer, begun.elapsed().as_secs_f64())
}
