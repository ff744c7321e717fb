//! Offers that wait to be judged, never more than a limit, and counts of what became of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::answer::{Answer, Offer, Refusal};

/// Somebody who waits for an answer.
pub(crate) type Waiting = Box<dyn FnOnce(Answer) + Send>;

/// An offer and whom to answer.
pub(crate) struct Job {
    pub offer: Offer,
    pub answer: Waiting,
}

/// What an intake has done since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Offers that wait to be judged.
    pub waiting: u64,
    /// Offers that were taken.
    pub taken: u64,
    /// Offers that were refused.
    pub refused: u64,
    /// Times that everything taken stood on the board.
    pub posted: u64,
}

/// The queue between those who bring offers and the desk.
pub(crate) struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    came: Condvar,
    limit: usize,
    ended: AtomicBool,
    taken: AtomicU64,
    refused: AtomicU64,
    posted: AtomicU64,
}

impl Queue {
    pub fn new(limit: usize) -> Self {
        Self {
            jobs: Mutex::default(),
            came: Condvar::new(),
            limit,
            ended: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            posted: AtomicU64::new(0),
        }
    }

    pub fn put(&self, job: Job) -> Result<(), Refusal> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.len() >= self.limit || self.has_ended() {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Refusal::Busy);
        }
        jobs.push_back(job);
        self.came.notify_one();
        Ok(())
    }

    /// Waits for offers, at most so long; returns up to `most` of them. None once the queue has ended and is
    /// empty.
    pub fn take(&self, most: usize, patience: Duration) -> Option<Vec<Job>> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.is_empty() && !self.has_ended() {
            let waited = self.came.wait_timeout(jobs, patience);
            jobs = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if jobs.is_empty() && self.has_ended() {
            return None;
        }
        let count = jobs.len().min(most);
        Some(jobs.drain(..count).collect())
    }

    /// Answers and counts.
    pub fn answer(&self, waiting: Waiting, answer: Answer) {
        let count = if answer.is_ok() { &self.taken } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        waiting(answer);
    }

    pub fn posted(&self) {
        self.posted.fetch_add(1, Ordering::Relaxed);
    }

    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.came.notify_all();
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    pub fn load(&self) -> Load {
        let waiting = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (taken, refused) = (read(&self.taken), read(&self.refused));
        Load { waiting, taken, refused, posted: read(&self.posted) }
    }
}
