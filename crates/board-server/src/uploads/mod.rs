//! Lists on their way to the board: in parts, each checked on arrival against the leaves of the list's tree.
//!
//! Only lists are taken that a record names which would be placed if they were there.

mod spool;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use psephos_core::tree::Outline;
use psephos_core::{Digest, Encoding};
use psephos_record::board::{BoardError, WritableBoard};
use psephos_record::bodies::Blob;

use crate::keeper::{Announce, Refusal};
use spool::{Meta, Spool};
pub use spool::{PART_LENGTH, SpoolError, Upload};

/// How long a list stays announced.
const ANNOUNCED: Duration = Duration::from_secs(60 * 60);
/// Lists that one author may have announced or under way.
const LISTS: usize = 4096;

/// Why an upload does not go on.
#[derive(Debug)]
pub enum Fault {
    /// No record has announced the list, or it was too long ago.
    Unknown,
    /// The outline is not that of the list.
    Outline(String),
    /// There is no such part, or it has another length.
    Part(String),
    /// A chunk has other bytes than the outline says.
    Chunk(u64),
    /// Parts are missing.
    Unfinished,
    /// The spool fails.
    Spool(SpoolError),
    /// The board's storage fails.
    Storage(BoardError),
}

impl From<SpoolError> for Fault {
    fn from(error: SpoolError) -> Fault {
        Fault::Spool(error)
    }
}

struct Announced {
    author: Encoding,
    blob: Blob,
    at: Instant,
}

/// The lists that are awaited, and those that are coming.
pub struct Desk {
    spool: Spool,
    announced: Mutex<HashMap<Digest, Announced>>,
    active: Mutex<HashMap<Digest, Arc<Upload>>>,
    /// Bytes that one author may have announced or under way.
    most: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds one of these locks can fail half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Takes up the uploads that lie in the spool's folder.
    ///
    /// # Errors
    /// The system's.
    pub fn new(folder: std::path::PathBuf, most: u64) -> Result<Desk, SpoolError> {
        let spool = Spool::open(folder)?;
        let active = spool.all()?.into_iter().map(|upload| (upload.root(), Arc::new(upload)));
        Ok(Desk { announced: Mutex::default(), active: Mutex::new(active.collect()), spool, most })
    }

    /// How many uploads are under way.
    pub fn under_way(&self) -> usize {
        lock(&self.active).len()
    }

    /// An upload that is under way.
    pub fn find(&self, root: &Digest) -> Result<Arc<Upload>, Fault> {
        let mut active = lock(&self.active);
        match active.get(root) {
            Some(upload) if upload.is_there() => Ok(Arc::clone(upload)),
            // Another server with the same folder has completed it.
            Some(_) => {
                active.remove(root);
                Err(Fault::Unknown)
            }
            None => Err(Fault::Unknown),
        }
    }

    /// Bytes that the outline of a list may have, if the list is announced or under way.
    pub fn outline_length(&self, root: &Digest) -> Result<u64, Fault> {
        if let Some(upload) = lock(&self.active).get(root) {
            return Ok(upload.outline_length());
        }
        let announced = lock(&self.announced);
        let found = announced.get(root).filter(|found| found.at.elapsed() < ANNOUNCED);
        let length = found.and_then(|found| found.blob.length()).ok_or(Fault::Unknown)?;
        Ok(spool::outline_length(length))
    }

    /// Begins an upload, or finds it under way.
    pub fn begin(&self, root: &Digest, outline: &[u8]) -> Result<Arc<Upload>, Fault> {
        if let Ok(upload) = self.find(root) {
            return Ok(upload);
        }
        let (blob, author) = lock(&self.announced)
            .get(root)
            .filter(|found| found.at.elapsed() < ANNOUNCED)
            .map(|found| (found.blob, found.author))
            .ok_or(Fault::Unknown)?;
        let wrong = |what: &str| Fault::Outline(what.to_owned());
        let read = Outline::decode(outline)
            .ok_or_else(|| wrong("it is not a length and as many leaves as that needs"))?;
        if Some(read.length()) != blob.length() {
            return Err(wrong("its length is not the one that the record states"));
        }
        if read.root() != *root {
            return Err(wrong("its leaves do not give the root"));
        }
        let meta = Meta { author: hex::encode(author), row_length: blob.row_length };
        let mut active = lock(&self.active);
        if let Some(upload) = active.get(root) {
            return Ok(Arc::clone(upload));
        }
        let upload = Arc::new(self.spool.begin(root, &meta, read)?);
        active.insert(*root, Arc::clone(&upload));
        Ok(upload)
    }

    /// Puts a whole list on the board.
    pub fn complete(&self, board: &dyn WritableBoard, root: &Digest) -> Result<(), Fault> {
        let upload = match self.find(root) {
            Err(Fault::Unknown) if self.is_there(board, root)? => return Ok(()),
            upload => upload?,
        };
        let whole = upload.alone();
        if !upload.missing().is_empty() {
            return Err(Fault::Unfinished);
        }
        let stored = board.put_blob(upload.row_length(), &mut |out| upload.write_to(out));
        match stored {
            Ok(blob) if blob.root == *root => {}
            // Every part was checked when it came: the spool has been damaged since.
            Ok(_) => {
                self.forget(root)?;
                return Err(Fault::Unfinished);
            }
            Err(error) => return Err(Fault::Storage(error)),
        }
        drop(whole);
        self.forget(root)?;
        lock(&self.announced).remove(root);
        Ok(())
    }

    fn is_there(&self, board: &dyn WritableBoard, root: &Digest) -> Result<bool, Fault> {
        board.blob_length(root).map(|length| length.is_some()).map_err(Fault::Storage)
    }

    fn forget(&self, root: &Digest) -> Result<(), Fault> {
        lock(&self.active).remove(root);
        Ok(self.spool.remove(root)?)
    }

    /// Removes uploads that nobody has gone on with for so long, and announcements that are over.
    ///
    /// # Errors
    /// The system's.
    pub fn sweep(&self, age: Duration) -> Result<usize, SpoolError> {
        lock(&self.announced).retain(|_, found| found.at.elapsed() < ANNOUNCED);
        let now = SystemTime::now();
        let uploads: Vec<Arc<Upload>> = lock(&self.active).values().cloned().collect();
        let mut swept = 0;
        for upload in uploads {
            let idle = now.duration_since(upload.touched()).unwrap_or_default();
            if idle >= age {
                lock(&self.active).remove(&upload.root());
                self.spool.remove(&upload.root())?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

impl Announce for Desk {
    fn announce(&self, author: &Encoding, lists: &[Blob]) -> Result<(), Refusal> {
        let too_much = |reason: String| Refusal::TooMuch { reason };
        let mut announced = lock(&self.announced);
        announced.retain(|_, found| found.at.elapsed() < ANNOUNCED);
        let mut known: HashMap<Digest, u64> = HashMap::new();
        for upload in lock(&self.active).values() {
            if upload.author() == hex::encode(author) {
                known.insert(upload.root(), upload.length());
            }
        }
        let own = announced.iter().filter(|(_, found)| found.author == *author);
        known.extend(own.map(|(root, found)| (*root, found.blob.length().unwrap_or(u64::MAX))));
        known.extend(lists.iter().map(|blob| (blob.root, blob.length().unwrap_or(u64::MAX))));
        let bytes = known.values().fold(0u64, |sum, length| sum.saturating_add(*length));
        if known.len() > LISTS {
            return Err(too_much(format!("one author may have {LISTS} lists under way")));
        }
        if bytes > self.most {
            let most = self.most;
            return Err(too_much(format!(
                "one author may have {most} bytes of lists under way, and these would make {bytes}"
            )));
        }
        for blob in lists {
            let found = Announced { author: *author, blob: *blob, at: Instant::now() };
            announced.insert(blob.root, found);
        }
        Ok(())
    }
}

/// Where lists lie on the board before the record is offered, none is announced.
pub struct Stored;

impl Announce for Stored {
    fn announce(&self, _: &Encoding, _: &[Blob]) -> Result<(), Refusal> {
        Ok(())
    }
}
