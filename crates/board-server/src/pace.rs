//! How slowly bytes may come, or be taken: a client that is waited for needs to go on, all the time.

use std::time::Duration;

/// Slowest pace, in bytes a second.
const SLOWEST: u64 = 16 << 10;
/// Whatever is longer than comes in this time at the slowest pace has to be faster.
const LONGEST: u64 = 10 * 60;

/// The time for which somebody is still waited for. Bytes give time, and waiting takes it; what came fast at first
/// is no reason to wait for long later.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    a_second: u64,
    most: Duration,
    left: Duration,
}

impl Pace {
    /// So many bytes are expected; nobody is ever waited for longer than `stall`.
    pub fn new(stall: Duration, bytes: u64) -> Pace {
        Pace { a_second: SLOWEST.max(bytes / LONGEST), most: stall, left: stall }
    }

    /// How long is waited from now on.
    pub fn left(&self) -> Duration {
        self.left
    }

    /// So long was waited.
    pub fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    /// So many bytes have come.
    pub fn came(&mut self, bytes: usize) {
        let earned = bytes as f64 / self.a_second as f64;
        self.left = self.left.saturating_add(Duration::from_secs_f64(earned)).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many seconds a client lasts that sends so many bytes each second, after so many at once.
    fn lasts(length: u64, at_once: usize, a_second: usize) -> Option<u64> {
        let mut pace = Pace::new(30 * SECOND, length);
        pace.came(at_once);
        (0..10_000).find(|_| {
            pace.waited(SECOND);
            let over = pace.left().is_zero();
            pace.came(a_second);
            over
        })
    }

    #[test]
    fn who_is_slow_is_not_waited_for_however_fast_the_beginning_was() {
        assert_eq!(lasts(1 << 20, 0, 1), Some(30));
        assert!(lasts(1 << 27, 1 << 26, 1).is_some_and(|seconds| seconds < 40));
        assert!(lasts(1 << 20, 0, 8 << 10).is_some_and(|seconds| seconds < 70));
        assert_eq!(lasts(1 << 20, 0, 17 << 10), None);
        assert!(lasts(1 << 27, 0, 17 << 10).is_some(), "what is long has to be faster");
        assert_eq!(lasts(1 << 27, 0, 256 << 10), None);
    }
}
