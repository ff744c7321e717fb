//! Folders for what is fetched that go with the program, or, if it was killed, with the next one.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// How their names begin.
const PREFIX: &str = "psephos-fetched-";
/// Locked as long as its program runs; folders that are kept have another one.
pub(super) const LOCK: &str = ".incoming-temporary";
/// A younger one may be about to be locked.
const AGE: Duration = Duration::from_secs(60);

/// Makes one, and removes those that were left behind.
pub(super) fn make() -> io::Result<TempDir> {
    sweep(&std::env::temp_dir());
    tempfile::Builder::new().prefix(PREFIX).tempdir()
}

/// Removes those that no program uses any more.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left(&entry.path()) {
            // What stays only takes space.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_left(folder: &Path) -> bool {
    let Ok(lock) = OpenOptions::new().write(true).open(folder.join(LOCK)) else { return false };
    let made = lock.metadata().and_then(|lock| lock.modified());
    let age = made.ok().and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age > AGE) && lock.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::PathBuf;
    use std::time::SystemTime;

    use super::*;

    fn folder(place: &Path, name: &str, lock: &str, age: Duration) -> (PathBuf, File) {
        let folder = place.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("record"), "of a board").unwrap();
        let lock = File::create(folder.join(lock)).unwrap();
        lock.set_modified(SystemTime::now() - age).unwrap();
        (folder, lock)
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let old = 2 * AGE;
        let (left, _) = folder(place.path(), "psephos-fetched-1", LOCK, old);
        let (used, lock) = folder(place.path(), "psephos-fetched-2", LOCK, old);
        lock.try_lock().unwrap();
        let stay = [
            used,
            folder(place.path(), "psephos-fetched-3", LOCK, Duration::ZERO).0,
            folder(place.path(), "psephos-fetched-4", ".incoming-lock", old).0,
            folder(place.path(), "psephos-else", LOCK, old).0,
        ];
        sweep(place.path());
        assert!(!left.exists());
        assert!(stay.iter().all(|folder| folder.join("record").exists()), "{stay:?}");
    }
}
