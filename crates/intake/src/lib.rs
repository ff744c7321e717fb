//! Taking in ballots one at a time (spec/intake.md).
//!
//! A ballot is judged when it arrives, by the very rules of the audit; it is answered with a signed receipt
//! once a file that holds it is durable; and it goes to the board in a block with others, at a stated
//! interval. Several servers of one store share the files, so that any of them posts what the others have
//! taken: a receipt is honoured even if the server that gave it never comes back.
//!
//! | file | holds |
//! |---|---|
//! | `intake/journal/<random>` | ballots and challenges that were taken together |
//! | `intake/blocks/<counter>` | signed records, and the files of the journal that they cover |
//! | `intake/present` | nothing: ballots are taken in here |
//! | `intake/closing/<random>` | nothing: for ten minutes no receipts are given, as the election is closed |
//!
//! Files are made once and never changed, and of those that want to make the same one only one can: that is
//! all that the servers agree by.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod answer;
mod blocks;
mod closing;
mod desk;
mod hall;
mod journal;
mod known;
mod poster;
mod queue;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use psephos_record::board::{BoardError, WritableBoard};
use psephos_remote::{Files, FilesError};

pub use answer::{Accepted, Answer, Offer, Refusal};
pub use closing::Closer;
pub use queue::Load;

use closing::Closing;
use desk::Desk;
use poster::Poster;
use queue::{Job, Queue};

/// A board that several threads write to.
pub type SharedBoard = Arc<dyn WritableBoard + Send + Sync>;

/// How ballots are taken in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often what was taken goes to the board.
    pub every: Duration,
    /// How many may wait to be judged; more are told to come back.
    pub waiting: usize,
    /// How many ballots one credential may hand in, and how many challenges while this server runs.
    pub per_credential: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { every: Duration::from_secs(60), waiting: 8192, per_credential: 100 }
    }
}

/// Why nothing can be taken in or posted at the moment.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The board's storage failed, or it is no board.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The files beside it failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The records on the board cannot be made sense of.
    #[error("{0}")]
    Rules(String),
    /// A file of the intake is not what it should be.
    #[error("{name}: {reason}; restore it from a copy of the store, receipts depend on it")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// All was posted before the election is closed, and it took so long that receipts may be given again.
    #[error(
        "posting took too long to close the election behind it; what is left takes less: close again"
    )]
    Slow,
    /// Receipts were given, and the election was closed behind this server's back.
    #[error(
        "the election was closed past this server, which has {ballots} ballots and {challenges} challenges that \
         cannot go to the board any more; whoever holds a receipt for one of them can prove it"
    )]
    Withheld {
        /// Ballots with receipts.
        ballots: usize,
        /// Challenges.
        challenges: usize,
    },
}

/// An intake at work: one thread judges and answers, another one posts.
pub struct Intake {
    queue: Arc<Queue>,
    poster: Arc<Mutex<Poster>>,
    closing: Closing,
    threads: Vec<JoinHandle<()>>,
}

/// How often the posting thread looks whether it shall end.
const TICK: Duration = Duration::from_millis(50);

impl Intake {
    /// Takes over what lies in `files`, then takes in ballots for the election on `board` whenever it is open;
    /// `key` signs receipts and records.
    #[must_use]
    pub fn start(
        board: SharedBoard,
        files: Arc<dyn Files>,
        key: SigningKey,
        settings: &Settings,
    ) -> Self {
        let queue = Arc::new(Queue::new(settings.waiting));
        let closing = Closing::new(Arc::clone(&files));
        let desk = Desk::new(
            Arc::clone(&board),
            Arc::clone(&files),
            key.clone(),
            closing.clone(),
            settings.per_credential,
        );
        let poster = Arc::new(Mutex::new(Poster::new(board, files, key)));
        let judging = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || desk.work(&queue))
        };
        let posting = {
            let (queue, poster, every) = (Arc::clone(&queue), Arc::clone(&poster), settings.every);
            thread::spawn(move || post_regularly(&queue, &poster, every))
        };
        Self { queue, poster, closing, threads: vec![judging, posting] }
    }

    /// Hands in a ballot or a challenge; `answer` is called once, from another thread.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait, and then `answer` is not called.
    pub fn offer(
        &self,
        offer: Offer,
        answer: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), Refusal> {
        self.queue.put(Job { offer, answer: Box::new(answer) })
    }

    /// What it has done so far, and what waits.
    #[must_use]
    pub fn load(&self) -> Load {
        self.queue.load()
    }

    /// Puts everything on the board that any server of the store has given a receipt for.
    ///
    /// # Errors
    /// [`IntakeError`]; nothing is lost then, and the next call goes on.
    pub fn post(&self) -> Result<(), IntakeError> {
        self.poster.lock().unwrap_or_else(PoisonError::into_inner).post()
    }

    /// As [`Intake::post`], and no server of the store gives receipts from then on, until the election is closed
    /// or ten minutes are over: so nobody has a receipt for a ballot that comes after the `close` record, if that
    /// is placed at once.
    ///
    /// # Errors
    /// As [`Intake::post`]; [`IntakeError::Slow`].
    pub fn close_off(&self) -> Result<(), IntakeError> {
        self.closing.while_closed(|| self.post())
    }
}

impl Drop for Intake {
    /// Answers what waits, posts what was taken, and ends.
    fn drop(&mut self) {
        self.queue.end();
        for thread in self.threads.drain(..) {
            // A thread that has panicked has nothing more to say.
            let _ = thread.join();
        }
    }
}

/// Seconds since 1970 by this machine's clock.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Posts at every interval, once more at the end; what fails is tried again.
fn post_regularly(queue: &Queue, poster: &Mutex<Poster>, every: Duration) {
    loop {
        let begun = Instant::now();
        while begun.elapsed() < every && !queue.has_ended() {
            thread::sleep(TICK.min(every));
        }
        let ended = queue.has_ended();
        match poster.lock().unwrap_or_else(PoisonError::into_inner).post() {
            Ok(()) => queue.posted(),
            Err(error) => tracing::warn!("ballots wait to be posted: {error}"),
        }
        if ended {
            return;
        }
    }
}
