//! One list on its way into the cache: whoever reads it shares the one download, and reads while it comes.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use psephos_core::Digest;
use psephos_core::tree::{CHUNK_LENGTH, TreeHasher};

use super::site::WebFile;
use crate::download::Download;
use crate::room::leave_room;

/// Bytes that are fetched ahead of whoever reads: a list without end fills no disk.
const AHEAD: u64 = 32 << 20;
const PIECE_LENGTH: usize = 1 << 18;

/// A download that several can read from.
#[derive(Debug)]
pub(super) struct Fetch {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: u64,
    wanted: u64,
    readers: usize,
    /// Nobody read it any more, and it ends.
    abandoned: bool,
    /// All of it is there, or why it is not.
    end: Option<Result<(), String>>,
}

/// What a download leaves behind.
pub(super) struct Begun {
    /// What is there already, to be read and written on.
    pub file: File,
    /// The hash of what is there.
    pub hasher: TreeHasher,
    /// How much that is.
    pub written: u64,
    /// The rest.
    pub download: Download<WebFile>,
}

impl Fetch {
    /// Lets a download into the file `path` run beside the program. A list with the right root is given to
    /// `keep`, another one removed.
    pub fn run(
        path: PathBuf,
        begun: Begun,
        root: Digest,
        keep: impl FnOnce(&File, &Path) -> io::Result<()> + Send + 'static,
    ) -> io::Result<(Arc<Fetch>, Reader)> {
        let state = State { written: begun.written, readers: 1, ..State::default() };
        let file = File::open(&path)?;
        let fetch = Arc::new(Fetch { path, state: Mutex::new(state), changed: Condvar::new() });
        let here = fetch.clone();
        thread::Builder::new().name("download".into()).spawn(move || {
            let mut begun = begun;
            let copied = here.copy(&mut begun);
            // Nobody opens it under the one name while it gets the other.
            let mut state = here.lock();
            let kept = copied.and_then(|()| {
                if begun.hasher.finish() == root {
                    return keep(&begun.file, &here.path);
                }
                // Whoever is reading it finds that out; nobody gets it a second time.
                fs::remove_file(&here.path)
            });
            state.end = Some(kept.map_err(|error| error.to_string()));
            here.changed.notify_all();
        })?;
        Ok((fetch.clone(), Reader { fetch, file, position: 0 }))
    }

    /// Somebody else to read it from the beginning; nobody if it is over.
    pub fn reader(self: &Arc<Fetch>) -> Option<io::Result<Reader>> {
        let mut state = self.lock();
        while state.abandoned && state.end.is_none() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.end.is_some() {
            return None;
        }
        let file = File::open(&self.path);
        state.readers += 1;
        Some(file.map(|file| Reader { fetch: self.clone(), file, position: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches what is left.
    fn copy(&self, begun: &mut Begun) -> io::Result<()> {
        let mut piece = vec![0; PIECE_LENGTH];
        loop {
            self.await_demand()?;
            let count = begun.download.read(&mut piece)?;
            let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
                return Ok(());
            };
            leave_room(self.path.parent().unwrap_or(&self.path), count as u64)?;
            begun.file.write_all(read)?;
            hash(&mut begun.hasher, read);
            self.lock().written += count as u64;
            self.changed.notify_all();
        }
    }

    /// Waits until somebody wants more than there is.
    fn await_demand(&self) -> io::Result<()> {
        let mut state = self.lock();
        loop {
            if state.readers == 0 {
                state.abandoned = true;
                return Err(io::Error::other("nobody reads it any more"));
            }
            if state.written < state.wanted {
                return Ok(());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Reads a download from its beginning, as it comes.
pub(super) struct Reader {
    fetch: Arc<Fetch>,
    file: File,
    position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.fetch.lock();
        state.wanted = state.wanted.max(self.position + AHEAD);
        self.fetch.changed.notify_all();
        while state.written <= self.position {
            match &state.end {
                Some(Ok(())) => return Ok(0),
                Some(Err(reason)) => return Err(io::Error::other(reason.clone())),
                None => {}
            }
            state = self.fetch.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let left = state.written - self.position;
        drop(state);
        let count = (&self.file).take(left).read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.fetch.lock().readers -= 1;
        self.fetch.changed.notify_all();
    }
}

/// Hashes what an earlier download left, up to its end.
pub(super) fn hash_existing(file: &mut File) -> io::Result<(TreeHasher, u64)> {
    file.rewind()?;
    let mut hasher = TreeHasher::new();
    let mut written = 0;
    let mut piece = vec![0; PIECE_LENGTH];
    loop {
        let count = file.read(&mut piece)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            return Ok((hasher, written));
        };
        hash(&mut hasher, read);
        written += count as u64;
    }
}

/// Hashes on this thread: whoever waits for these bytes may hold every thread of the pool on which more than one
/// chunk at a time would be hashed.
fn hash(hasher: &mut TreeHasher, bytes: &[u8]) {
    for chunk in bytes.chunks(CHUNK_LENGTH) {
        hasher.update(chunk);
    }
}
