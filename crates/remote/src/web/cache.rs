//! What has been fetched, in a folder of this machine: a board folder like any other.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use psephos_core::Digest;
use psephos_record::board::{BoardError, FolderBoard, blob_name, record_name};
use psephos_record::message::DIGESTED;
use tempfile::{NamedTempFile, TempDir};

use super::fetch::{Begun, Fetch, hash_existing};
use super::site::Site;
use super::temporary;
use crate::download::{Download, Patience, Trouble};
use crate::room::leave_room;
use crate::runtime::wait;

/// What is not whole yet; readers of a board folder ignore it.
const INCOMING: &str = ".incoming-";
const LOCK: &str = ".incoming-lock";
/// Records that are fetched at the same time: they are read one after the other, and a request takes its time.
const RECORDS: u64 = 8;
/// The length up to which one is fetched before those in front of it were read.
const AHEAD: usize = 1 << 20;

/// A folder for what comes from a site.
#[derive(Debug)]
pub(super) struct Cache {
    folder: FolderBoard,
    /// Removes the folder with the program's end.
    _temporary: Option<TempDir>,
    /// Held, so that no other program fetches into the same folder.
    _lock: File,
    /// Whether it outlives the program.
    kept: bool,
    fetches: Mutex<HashMap<Digest, Arc<Fetch>>>,
}

impl Cache {
    /// A private folder.
    pub fn temporary() -> Result<Cache, BoardError> {
        let folder = temporary::make().map_err(|source| BoardError::Io {
            path: std::env::temp_dir(),
            action: "make a folder for what is fetched (TMPDIR names another place)",
            source,
        })?;
        Cache::new(folder.path().to_owned().as_path(), Some(folder))
    }

    /// A folder that is kept: what is in it is not fetched again.
    pub fn mirror(folder: &Path) -> Result<Cache, BoardError> {
        Cache::new(folder, None)
    }

    fn new(path: &Path, temporary: Option<TempDir>) -> Result<Cache, BoardError> {
        let folder = FolderBoard::create(path)?;
        let kept = temporary.is_none();
        let name = path.join(if kept { LOCK } else { temporary::LOCK });
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&name);
        let lock = opened.map_err(|source| BoardError::Io {
            path: name,
            action: "make the file",
            source,
        })?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let reason = "another program is fetching a board into it; wait for that one, or give \
                              each a folder of its own";
                return Err(BoardError::NotABoard { path: path.into(), reason: reason.into() });
            }
            // A file system without locks: then nobody can be warned.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        Ok(Cache { folder, _temporary: temporary, _lock: lock, kept, fetches: Mutex::default() })
    }

    /// A record, from the folder, or fetched whole, with some of those that follow it up to `known`.
    pub fn record(
        &self,
        site: &Site,
        sequence: u64,
        known: u64,
        patience: Patience,
    ) -> Result<File, Trouble> {
        let path = self.folder.record_path(sequence);
        if let Some(file) = open(&path)? {
            return Ok(file);
        }
        let end = sequence.saturating_add(RECORDS).min(known).max(sequence + 1);
        let wanted = (sequence..end).filter(|next| !self.folder.record_path(*next).exists());
        let fetched = wait(join_all(wanted.map(|next| {
            let most = if next == sequence { DIGESTED } else { AHEAD };
            self.fetch_record(site, next, most, patience)
        })));
        // What went wrong with others is found out when they are read.
        fetched.into_iter().next().unwrap_or(Ok(()))?;
        open(&path)?.ok_or(Trouble::Missing)
    }

    /// As much of a record as anybody reads, into the folder; one that is longer than `most`, and than a record, waits
    /// until it is read.
    async fn fetch_record(
        &self,
        site: &Site,
        sequence: u64,
        most: usize,
        patience: Patience,
    ) -> Result<(), Trouble> {
        let file = site.file(record_name(sequence));
        let mut download = Download::begin(file, patience, 0).await?;
        let waits = most < DIGESTED;
        if waits && download.length().is_some_and(|length| length > most as u64) {
            return Ok(());
        }
        let temporary = tempfile::Builder::new().prefix(INCOMING).tempfile_in(self.folder.path());
        let mut temporary = temporary.map_err(writing)?;
        let mut left = most;
        while left > 0 {
            let mut piece = download.next().await?;
            if piece.is_empty() {
                break;
            }
            piece.truncate(left);
            left -= piece.len();
            leave_room(self.folder.path(), piece.len() as u64).map_err(writing)?;
            temporary.write_all(&piece).map_err(writing)?;
        }
        if left == 0 && waits {
            return Ok(());
        }
        self.keep_record(temporary, sequence).map_err(writing)
    }

    fn keep_record(&self, temporary: NamedTempFile, sequence: u64) -> io::Result<()> {
        if self.kept {
            temporary.as_file().sync_all()?;
        }
        match temporary.persist_noclobber(self.folder.record_path(sequence)) {
            // Somebody else fetched it meanwhile.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            kept => kept.map(|_| ()).map_err(|error| error.error),
        }
    }

    /// How long a list is that lies here whole.
    pub fn blob_length(&self, root: &Digest) -> Option<u64> {
        fs::metadata(self.folder.blob_path(root)).ok().map(|found| found.len())
    }

    /// A list, from the folder, or from the site while it is fetched.
    pub fn blob(
        &self,
        site: &Site,
        root: &Digest,
        patience: Patience,
    ) -> Result<Box<dyn Read + Send>, Trouble> {
        let path = self.folder.blob_path(root);
        let mut fetches = self.fetches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fetch) = fetches.get(root) {
            if let Some(reader) = fetch.reader() {
                return Ok(Box::new(reader.map_err(writing)?));
            }
            fetches.remove(root);
        }
        if let Some(file) = open(&path)? {
            return Ok(Box::new(file));
        }
        let partial = self.folder.path().join(format!("{INCOMING}{}", hex::encode(root)));
        let begun = begin(site, root, &partial, patience)?;
        let kept = self.kept;
        let keep = move |file: &File, partial: &Path| {
            if kept {
                file.sync_all()?;
            }
            fs::rename(partial, &path)
        };
        let (fetch, reader) = Fetch::run(partial, begun, *root, keep).map_err(writing)?;
        fetches.insert(*root, fetch);
        Ok(Box::new(reader))
    }
}

/// Goes on with what an earlier download has left, or begins.
fn begin(site: &Site, root: &Digest, partial: &Path, patience: Patience) -> Result<Begun, Trouble> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(partial).map_err(writing)?;
    let (hasher, written) = hash_existing(&mut file).map_err(writing)?;
    let name = || site.file(blob_name(root));
    match Download::start(name(), patience, written) {
        Ok(download) => Ok(Begun { file, hasher, written, download }),
        // More is here than there: what is here is no part of it.
        Err(Trouble::Lasting(_)) if written > 0 => {
            file.set_len(0).and_then(|()| file.rewind()).map_err(writing)?;
            let download = Download::start(name(), patience, 0)?;
            Ok(Begun { file, hasher: Default::default(), written: 0, download })
        }
        Err(trouble) => {
            if written == 0 {
                // A leftover does no harm.
                let _ = fs::remove_file(partial);
            }
            Err(trouble)
        }
    }
}

fn open(path: &Path) -> Result<Option<File>, Trouble> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(writing(error)),
    }
}

/// The folder of the cache fails.
pub(super) fn writing(error: io::Error) -> Trouble {
    let fix = match error.kind() {
        io::ErrorKind::StorageFull => {
            "; free some space, or let --mirror or TMPDIR name a folder on another disk"
        }
        _ => "",
    };
    Trouble::Lasting(format!("the folder for what is fetched fails: {error}{fix}"))
}
