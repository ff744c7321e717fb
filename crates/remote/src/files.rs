//! Small files that all servers of one board share: written whole, once, and never changed.
//!
//! Names have the characters `a-z`, `0-9`, `-`, `.` and `/`; a name is taken as long as its file is there.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use psephos_record::board::Placed;
use tempfile::NamedTempFile;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{place}: cannot {action}: {reason}")]
pub struct FilesError {
    /// The file.
    pub place: String,
    /// What was tried.
    pub action: &'static str,
    /// The system's answer.
    pub reason: String,
}

/// Files beside a board.
pub trait Files: Send + Sync {
    /// Writes a file if there is none of its name; whole or not at all, and durable on return.
    ///
    /// # Errors
    /// The storage's. Whether the file is there is not known then.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, FilesError>;

    /// The bytes of a file; none if it is not there.
    ///
    /// # Errors
    /// The storage's.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FilesError>;

    /// The names of all files that lie directly in `folder`, in bytewise order, each with its folder.
    ///
    /// A file that was created before the call began and has not been removed is among them.
    ///
    /// # Errors
    /// The storage's.
    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError>;

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// The storage's.
    fn remove(&self, name: &str) -> Result<(), FilesError>;
}

/// What a file has before it has its name.
const TEMPORARY: &str = ".incoming-";

/// Files in a folder of this machine, which must lie on a file system with hard links.
#[derive(Clone, Debug)]
pub struct FolderFiles {
    folder: PathBuf,
}

impl FolderFiles {
    /// Files below `folder`, which is made when the first one is written.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> FilesError {
    move |error| FilesError { place: path.display().to_string(), action, reason: error.to_string() }
}

impl Files for FolderFiles {
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, FilesError> {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(&self.folder);
        let write = || -> io::Result<Placed> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            link(&file, &path, folder)
        };
        write().map_err(failed(&path, "write the file"))
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, "read the file")(error)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError> {
        let path = self.path(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed(&path, "list the folder"))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed(&path, "list the folder"))?;
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if let Ok(name) = entry.file_name().into_string()
                && is_file
                && !name.starts_with(TEMPORARY)
            {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> Result<(), FilesError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed(&path, "remove the file")(error))
            }
            _ => Ok(()),
        }
    }
}

/// Gives a whole file its name, if nobody else has it.
fn link(file: &NamedTempFile, path: &Path, folder: &Path) -> io::Result<Placed> {
    match fs::hard_link(file.path(), path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Placed::Taken),
        linked => linked?,
    }
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(Placed::Here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_temporary_file_is_left_or_listed() {
        let folder = tempfile::tempdir().unwrap();
        let files = FolderFiles::new(folder.path().join("beside"));
        assert_eq!(files.create("journal/b", b"one").unwrap(), Placed::Here);
        assert_eq!(files.create("journal/b", b"two").unwrap(), Placed::Taken);
        let journal = folder.path().join("beside/journal");
        assert_eq!(fs::read_dir(&journal).unwrap().count(), 1);
        fs::write(journal.join(".incoming-of-a-crash"), b"half").unwrap();
        assert_eq!(files.list("journal").unwrap(), ["journal/b"]);
    }
}
