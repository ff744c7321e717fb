//! The moment between the last receipt and the `close` record.
//!
//! A desk looks for files of the closing behind every durable group, before it answers; whoever closes makes one, and
//! only then lists the journal. So a group is either listed, or its desk sees the file and gives no receipts.
//!
//! A file loses its effect, so that nobody can keep receipts from being given for ever: each server measures how long
//! it has seen the file. What a clock shows does not matter, nor whether those of two servers agree.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use psephos_remote::{Files, FilesError};

use crate::IntakeError;
use crate::journal::{self, create_new};

/// Where the files lie.
const FOLDER: &str = "intake/closing";

/// How long a file has an effect on a server that sees it: the authority may think better of it.
const LASTS: Duration = Duration::from_secs(600);

/// How soon behind its file a `close` record is placed: long before any server has seen the file for long enough.
const HOLDS: Duration = Duration::from_secs(300);

/// There as soon as a server takes in ballots.
const PRESENT: &str = "intake/present";

/// What all servers of a store look for.
#[derive(Clone)]
pub(crate) struct Closing {
    files: Arc<dyn Files>,
    /// When this server first saw each file.
    seen: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Closing {
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files, seen: Arc::default() }
    }

    /// Says that ballots are taken in here.
    pub fn announce(&self) -> Result<(), FilesError> {
        self.files.create(PRESENT, &[]).map(drop)
    }

    /// No server gives receipts from then on; then does what has to be done, for which there is not for ever time.
    pub fn while_closed<T>(
        &self,
        work: impl FnOnce() -> Result<T, IntakeError>,
    ) -> Result<T, IntakeError> {
        let begun = Instant::now();
        create_new(&*self.files, FOLDER, &[])?;
        let done = work()?;
        if begun.elapsed() < HOLDS { Ok(done) } else { Err(IntakeError::Slow) }
    }

    /// Whether receipts may be given.
    pub fn receipts_are_given(&self) -> Result<bool, FilesError> {
        let names = self.files.list(FOLDER)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|name, _| names.contains(name));
        let mut given = true;
        for name in names {
            let age = seen.entry(name.clone()).or_insert_with(Instant::now).elapsed();
            given &= age >= LASTS;
            if age >= 2 * LASTS {
                self.files.remove(&name)?;
            }
        }
        Ok(given)
    }
}

/// For whoever is about to close an election and has not the intake's key.
pub struct Closer {
    closing: Closing,
}

impl Closer {
    /// Beside a board that others may take in ballots for.
    #[must_use]
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { closing: Closing::new(files) }
    }

    /// Whether ballots with receipts wait for a server that has the key. No server of the store gives receipts from
    /// then on, as after [`crate::Intake::close_off`]: the `close` record is placed at once, or this is asked again.
    /// Where none has taken in ballots, nothing is written.
    ///
    /// # Errors
    /// [`IntakeError`]
    pub fn close_off(&self) -> Result<bool, IntakeError> {
        let files = &self.closing.files;
        if files.read(PRESENT)?.is_none() {
            return Ok(false);
        }
        self.closing.while_closed(|| Ok(!files.list(journal::FOLDER)?.is_empty()))
    }
}
