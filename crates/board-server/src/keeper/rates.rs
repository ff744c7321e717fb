//! How often one author may have a record judged: each costs a reading of the whole log, and stands for ever.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use psephos_core::Encoding;

/// Authors that are remembered before those are forgotten whose turn it is anyway.
const REMEMBERED: usize = 1024;

/// What authors have sent lately.
pub struct Rates {
    /// How far ahead of its pace an author may be.
    ahead: Duration,
    rest: Duration,
    /// Until when each author has used up what it may send.
    used: Mutex<HashMap<Encoding, Instant>>,
}

impl Rates {
    /// So many records in a row, and from then on one after each rest.
    pub fn new(records: u32, rest: Duration) -> Rates {
        Rates { ahead: rest.saturating_mul(records), rest, used: Mutex::default() }
    }

    /// Counts one more of this author's records, or says how long it has to wait with it.
    pub fn count(&self, author: &Encoding, now: Instant) -> Result<(), Duration> {
        // Nothing that holds the lock can fail half-way.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= REMEMBERED {
            used.retain(|_, until| *until > now);
        }
        let until = used.entry(*author).or_insert(now);
        let next = (*until).max(now) + self.rest;
        match next.duration_since(now).checked_sub(self.ahead) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *until = next;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_that_hurries_waits_and_nobody_else() {
        let rates = Rates::new(3, Duration::from_secs(5));
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(rates.count(&[1; 32], now), Ok(()));
        }
        assert_eq!(rates.count(&[1; 32], now), Err(Duration::from_secs(5)));
        assert_eq!(rates.count(&[2; 32], now), Ok(()));
        let later = now + Duration::from_secs(5);
        assert_eq!(rates.count(&[1; 32], later), Ok(()));
        assert_eq!(rates.count(&[1; 32], later), Err(Duration::from_secs(5)));
    }
}
