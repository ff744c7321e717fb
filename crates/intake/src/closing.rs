//! The moment between the last receipt and the `close` record.
//!
//! A desk looks for the file behind every durable group, before it answers; whoever closes makes the file, and
//! only then lists the journal. So a group is either listed, or its desk sees the file and gives no receipts.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_remote::{Files, FilesError};

use crate::journal;

/// Where the files lie, each named by the second at which it was made.
const FOLDER: &str = "intake/closing";

/// How long a file has an effect, in seconds: the authority may think better of it.
const LASTS: u64 = 600;

/// There as soon as a server takes in ballots.
const PRESENT: &str = "intake/present";

/// What all servers of a store look for.
#[derive(Clone)]
pub(crate) struct Closing {
    files: Arc<dyn Files>,
}

impl Closing {
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files }
    }

    /// Says that ballots are taken in here.
    pub fn announce(&self) -> Result<(), FilesError> {
        self.files.create(PRESENT, &[]).map(drop)
    }

    /// No receipts for the next ten minutes.
    pub fn begin(&self) -> Result<(), FilesError> {
        let now = now();
        // Somebody else's does as well.
        self.files.create(&format!("{FOLDER}/{now:012}"), &[])?;
        for (name, since) in self.made()? {
            if since + 2 * LASTS < now {
                self.files.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Whether receipts may be given.
    pub fn receipts_are_given(&self) -> Result<bool, FilesError> {
        let now = now();
        Ok(self.made()?.iter().all(|(_, since)| since + LASTS <= now))
    }

    /// The files and when each was made.
    fn made(&self) -> Result<Vec<(String, u64)>, FilesError> {
        let names = self.files.list(FOLDER)?.into_iter();
        Ok(names
            .filter_map(|name| {
                let since = name.rsplit('/').next()?.parse().ok()?;
                Some((name, since))
            })
            .collect())
    }
}

/// For whoever is about to close an election and has not the intake's key.
pub struct Closer {
    files: Arc<dyn Files>,
}

impl Closer {
    /// Beside a board that others may take in ballots for.
    #[must_use]
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files }
    }

    /// Whether ballots with receipts wait for a server that has the key. No server of the store gives receipts from
    /// then on, as after [`crate::Intake::close_off`]. Where none has taken in ballots, nothing is written.
    ///
    /// # Errors
    /// The storage's.
    pub fn close_off(&self) -> Result<bool, FilesError> {
        if self.files.read(PRESENT)?.is_none() {
            return Ok(false);
        }
        Closing::new(Arc::clone(&self.files)).begin()?;
        Ok(!self.files.list(journal::FOLDER)?.is_empty())
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
