//! What the handlers share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use psephos_core::Encoding;
use psephos_intake::Intake;
use psephos_record::board::BoardError;
use psephos_record::checkpoint::WitnessKey;
use psephos_remote::Files;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::keeper::{Keeper, Refusal, Store};
use crate::limits::{Limits, Memory, Turns};
use crate::metrics::Metrics;
use crate::polls::{Others, Polls};
use crate::probe::{ProbeError, clear, probe};
use crate::problem::Problem;
use crate::showcase::Showcase;
use crate::trackers::Trackers;
use crate::uploads::{Desk, SpoolError};

/// How often uploads that nobody goes on with are looked for, in looks at the board.
const LOOKS_A_SWEEP: u64 = 1000;
/// How often a list that could not be read is looked at again, in looks at the board.
const LOOKS_AGAIN: u64 = 100;
/// Records that wait to be judged at a time.
const WAITING: usize = 64;

/// A server's state, behind all of its handlers.
pub struct App {
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) desk: Desk,
    pub(crate) trackers: Trackers,
    pub(crate) limits: Limits,
    pub(crate) memory: Memory,
    pub(crate) turns: Turns,
    pub(crate) records: Arc<Semaphore>,
    pub(crate) metrics: Metrics,
    /// Whether the board was there when it was last looked at.
    pub(crate) reachable: AtomicBool,
    /// Whether it could be read and written when that was last tried.
    pub(crate) usable: AtomicBool,
    /// Where that is tried.
    tried: OnceLock<Arc<dyn Files>>,
    /// How many records there were when ballots were last looked for in them.
    indexed: AtomicU64,
    polls: OnceLock<Polls>,
    pub(crate) showcase: Arc<Showcase>,
    closing: watch::Sender<bool>,
    /// Wakes whoever looks at the board.
    news: Notify,
}

/// Why a server cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The board's storage fails.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The spool of uploads fails.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

impl App {
    /// The server of a board, with the folder of its uploads. With an `authority`, only that key begins an
    /// election.
    ///
    /// # Errors
    /// [`BeginError`].
    pub fn new(
        store: Store,
        spool: PathBuf,
        authority: Option<Encoding>,
        limits: Limits,
    ) -> Result<Arc<App>, BeginError> {
        Ok(Arc::new(App {
            keeper: Arc::new(Keeper::new(store, authority, &limits)?),
            desk: Desk::new(spool, limits.upload_bytes)?,
            trackers: Trackers::default(),
            memory: Memory::new(limits.rooms),
            turns: Turns::new(limits.requests),
            records: Arc::new(Semaphore::new(WAITING)),
            metrics: Metrics::new(),
            reachable: AtomicBool::new(true),
            usable: AtomicBool::new(true),
            tried: OnceLock::new(),
            indexed: AtomicU64::new(0),
            polls: OnceLock::new(),
            showcase: Arc::default(),
            closing: watch::Sender::new(false),
            news: Notify::new(),
            limits,
        }))
    }

    /// Ballots are taken in from now on; the first intake stays.
    pub fn take_ballots(&self, intake: Arc<Intake>) {
        let polls = self.polls.get_or_init(|| Polls::new(intake));
        self.keeper.set_gate(Arc::new(polls.clone()));
    }

    /// Other servers may take in ballots, and share these files: the election is not closed while any wait.
    pub fn mind_others(&self, files: Arc<dyn Files>) {
        self.keeper.set_gate(Arc::new(Others::new(files)));
    }

    /// What these witnesses send is kept among the files from now on, and shown.
    pub fn take_cosignatures(&self, files: Arc<dyn Files>, keys: Vec<WitnessKey>) {
        self.showcase.take_cosignatures(files, keys);
    }

    /// Tries whether the storage can be read and written, beside the board among these files, from now on.
    ///
    /// # Errors
    /// When it cannot.
    pub fn try_storage(&self, files: Arc<dyn Files>) -> Result<(), ProbeError> {
        clear(&*files)?;
        self.tried.get_or_init(|| files);
        self.probe()
    }

    fn probe(&self) -> Result<(), ProbeError> {
        let Some(files) = self.tried.get() else { return Ok(()) };
        probe(&**self.keeper.store(), &**files, self.keeper.log().length() > 0)
    }

    /// Tries the storage until the server ends.
    pub(crate) async fn keep_trying(self: Arc<App>) {
        loop {
            sleep(self.limits.probe).await;
            let tried = self.blocking(App::probe).await;
            if let Ok(Err(error)) = &tried {
                tracing::error!(%error, "the storage cannot be used");
            }
            self.usable.store(matches!(tried, Ok(Ok(()))), Ordering::Relaxed);
        }
    }

    /// Where ballots are taken in, if they are.
    pub(crate) fn polls(&self) -> Option<&Polls> {
        self.polls.get()
    }

    /// The board.
    pub fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    /// Does what waits for the storage where nothing else waits for it.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<App>,
        work: impl FnOnce(&App) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let app = Arc::clone(self);
        Ok(spawn_blocking(move || work(&app)).await?)
    }

    /// Does what places a record, as soon as it is its turn; the turn of too many is not waited for.
    pub(crate) async fn placing<T: Send + 'static>(
        self: &Arc<App>,
        work: impl FnOnce(&App) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.records)
            .try_acquire_owned()
            .map_err(|_| Problem::busy("too many records wait to be judged", 2))?;
        let placed = self
            .blocking(move |app| {
                let placed = work(app);
                drop(turn);
                placed
            })
            .await??;
        self.news.notify_one();
        Ok(placed)
    }

    /// Tells when the server ends.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// The server ends: whoever follows events is let go.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Looks at the board until the server ends: for records that others append, and for what is new in them.
    pub async fn follow(self: Arc<App>) {
        let mut closing = self.closing();
        for look in 0u64.. {
            let looked = self.blocking(move |app| app.look(look)).await;
            self.reachable.store(matches!(looked, Ok(true)), Ordering::Relaxed);
            let woken = async {
                tokio::select! {
                    () = self.news.notified() => {}
                    _ = closing.wait_for(|closing| *closing) => {}
                }
            };
            // Either is a reason to look again.
            let _ = timeout(self.limits.look, woken).await;
            if *self.closing.borrow() {
                return;
            }
        }
    }

    /// One look; whether the board could be read.
    fn look(&self, number: u64) -> bool {
        if number.is_multiple_of(LOOKS_A_SWEEP)
            && let Err(error) = self.desk.sweep(self.limits.upload_age)
        {
            tracing::warn!(%error, "old uploads cannot be removed");
        }
        let again = number.is_multiple_of(LOOKS_AGAIN);
        let seen = self.keeper.catch_up().and_then(|records| {
            if self.indexed.swap(records, Ordering::Relaxed) != records || again {
                let outline = self.keeper.outline()?;
                self.trackers.catch_up(&**self.keeper.store(), &outline.view);
            }
            Ok(records)
        });
        match seen {
            Ok(records) => {
                self.metrics.look(records, self.desk.under_way());
                if let Some(polls) = self.polls() {
                    self.metrics.took(&polls.load());
                }
                true
            }
            Err(error) => {
                tracing::error!(%error, "the board cannot be read");
                false
            }
        }
    }
}
