//! A server that has to be alone on its store says so there, for others to see.
//!
//! The store cannot keep two from saying so at the same moment: this finds mistakes, and no malice.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psephos_console::{Exit, Failure};
use psephos_remote::{Files, FilesError};

const FOLDER: &str = "lease";
/// How often a lease is renewed.
const RENEWED: Duration = Duration::from_secs(20);
/// Seconds for which one is good.
const GOOD: u64 = 60;

/// Held while the server runs.
pub struct Lease {
    end: Option<Sender<()>>,
    renewing: Option<JoinHandle<()>>,
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Lease {
    /// Takes the lease, unless somebody else holds it.
    ///
    /// # Errors
    /// When somebody does, or the store fails.
    pub fn take(files: Arc<dyn Files>) -> Result<Lease, Failure> {
        let failed = |error: FilesError| Failure::new(Exit::Io, error.to_string());
        let mine = write(&*files).map_err(failed)?;
        for name in files.list(FOLDER).map_err(failed)? {
            if name == mine {
                continue;
            }
            match until(&name).filter(|until| *until > now().as_secs()) {
                None => files.remove(&name).map_err(failed)?,
                Some(until) => {
                    files.remove(&mine).map_err(failed)?;
                    let left = until.saturating_sub(now().as_secs());
                    let what = "another server says that it is alone on this store";
                    return Err(Failure::new(Exit::Incomplete, what).advice(format!(
                        "end it first; one that was killed is forgotten in {left} seconds"
                    )));
                }
            }
        }
        let (end, ended) = channel();
        let renewing = thread::spawn(move || {
            let mut held = mine;
            while ended.recv_timeout(RENEWED) == Err(RecvTimeoutError::Timeout) {
                match write(&*files) {
                    Ok(next) => {
                        forget(&*files, &held);
                        held = next;
                    }
                    Err(error) => tracing::warn!(%error, "the lease cannot be renewed"),
                }
            }
            forget(&*files, &held);
        });
        Ok(Lease { end: Some(end), renewing: Some(renewing) })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(renewing) = self.renewing.take() {
            // A thread that has panicked holds nothing any more.
            let _ = renewing.join();
        }
    }
}

/// A lease's name says until when it is good.
fn write(files: &dyn Files) -> Result<String, FilesError> {
    let begun = now();
    let until = begun.as_secs().saturating_add(GOOD);
    let name = format!("{FOLDER}/{until}-{}-{}", begun.subsec_nanos(), std::process::id());
    files.create(&name, b"alone").map(|_| name)
}

fn forget(files: &dyn Files, name: &str) {
    if let Err(error) = files.remove(name) {
        tracing::warn!(%error, "an old lease cannot be removed");
    }
}

fn until(name: &str) -> Option<u64> {
    name.rsplit('/').next()?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use psephos_remote::FolderFiles;

    #[test]
    fn one_server_is_alone_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(FolderFiles::new(folder.path().to_owned()));
        // One that was killed an hour ago.
        let old = format!("{FOLDER}/{}-1-1", now().as_secs() - 3600);
        files.create(&old, b"alone").unwrap();
        let first = Lease::take(Arc::clone(&files)).unwrap();
        let names = files.list(FOLDER).unwrap();
        assert!(names.len() == 1 && names[0] != old, "{names:?}");
        let second = Lease::take(Arc::clone(&files)).err().unwrap();
        assert_eq!(second.exit(), Exit::Incomplete);
        drop(first);
        assert!(files.list(FOLDER).unwrap().is_empty());
        drop(Lease::take(files).unwrap());
    }
}
