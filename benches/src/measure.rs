//! Time and memory of one step.

use std::sync::atomic::{AtomicBool, Ordering};
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
pub fn measure<T>(name: &str, mut step: impl FnMut() -> T) -> (T, Cost) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let (mut fastest, mut spent, mut runs) = (f64::INFINITY, 0.0, 0);
    loop {
        let begun = Instant::now();
        let answer = counted(&mut step);
        let seconds = begun.elapsed().as_secs_f64();
        fastest = fastest.min(seconds);
        spent += seconds;
        runs += 1;
        if spent >= SHORT || runs == RUNS || is_counting() {
            if is_counting() {
                println!("{name}");
            }
            let peak_bytes = HEAP.peak_usage().saturating_sub(before);
            return (answer, Cost { seconds: fastest, peak_bytes });
        }
    }
}

/// Whether an instruction counter watches: every step runs once, and says its name.
static COUNTING: AtomicBool = AtomicBool::new(false);

/// Begins to count instructions; see [`COUNTED`].
pub fn count_instructions() {
    COUNTING.store(true, Ordering::Relaxed);
}

/// Whether instructions are counted, and not time.
#[must_use]
pub fn is_counting() -> bool {
    COUNTING.load(Ordering::Relaxed)
}

/// The function in which steps run, as a counter sees its name.
pub const COUNTED: &str = "psephos_benches::measure::counted";

#[inline(never)]
fn counted<T>(step: impl FnOnce() -> T) -> T {
    std::hint::black_box(step())
}
