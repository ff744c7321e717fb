//! A file that is there whole under its name, or not at all; no other file is overwritten.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use psephos_console::Failure;
use tempfile::NamedTempFile;

/// A file being written beside its place; it goes when it is not kept.
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    folder: PathBuf,
    what: String,
}

impl NewFile {
    /// Begins a file that will have this name; `what` it is stands in errors.
    pub fn create(path: &Path, what: &str) -> Result<NewFile, Failure> {
        Self::with_mode(path, what, 0o644)
    }

    /// The same for its owner's eyes only.
    pub fn private(path: &Path, what: &str) -> Result<NewFile, Failure> {
        Self::with_mode(path, what, 0o600)
    }

    fn with_mode(path: &Path, what: &str, mode: u32) -> Result<NewFile, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        let mut builder = tempfile::Builder::new();
        builder.prefix(".psephos-");
        #[cfg(not(unix))]
        let _ = mode;
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        let failed = |error| Failure::io(&format!("cannot write {what}"), &folder, &error);
        let file = builder.tempfile_in(&folder).map_err(failed)?;
        Ok(NewFile { file, path: path.to_owned(), folder, what: what.to_owned() })
    }

    /// Where to write.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Where it lies until it is kept.
    pub fn place(&self) -> &Path {
        self.file.path()
    }

    /// Writes all of it, and gives it its name.
    pub fn whole(self, bytes: &[u8]) -> Result<(), Failure> {
        self.file().write_all(bytes).map_err(|error| self.failure(&error))?;
        self.keep()
    }

    /// Why it cannot be written.
    pub fn failure(&self, error: &io::Error) -> Failure {
        Failure::io(&format!("cannot write {}", self.what), &self.path, error)
    }

    /// Gives it its name, durably. A file of that name stays what it is; if it is the same one, that is as good.
    pub fn keep(self) -> Result<(), Failure> {
        self.file.as_file().sync_all().map_err(|error| self.failure(&error))?;
        let NewFile { file, path, folder, what } = self;
        let failed = |error: &io::Error| Failure::io(&format!("cannot write {what}"), &path, error);
        match file.persist_noclobber(&path) {
            Ok(_) => sync(&folder).map_err(|error| failed(&error)),
            Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => {
                match same(refused.file.path(), &path) {
                    Ok(true) => Ok(()),
                    Ok(false) => {
                        Err(Failure::usage("another file is there, and nothing is overwritten")
                            .at(path.display().to_string())
                            .advice("name another one with --output"))
                    }
                    Err(error) => {
                        Err(Failure::io("cannot read the file that is there", &path, &error))
                    }
                }
            }
            Err(refused) => Err(failed(&refused.error)),
        }
    }
}

/// Makes a new name in a folder durable, where the system can.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Whether two files hold the same bytes.
fn same(first: &Path, second: &Path) -> io::Result<bool> {
    let lengths = [fs::metadata(first)?, fs::metadata(second)?];
    let [first_length, second_length] = lengths.map(|found| found.is_file().then_some(found.len()));
    if first_length != second_length {
        return Ok(false);
    }
    let open =
        |path| Ok::<_, io::Error>(BufReader::with_capacity(1 << 20, File::open(path)?).bytes());
    let (mut first, mut second) = (open(first)?, open(second)?);
    loop {
        match (first.next().transpose()?, second.next().transpose()?) {
            (None, None) => return Ok(true),
            (left, right) if left != right => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_and_nothing_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |text: &str, keep: bool| {
            let new = NewFile::create(&path, "the file").unwrap();
            new.file().write_all(text.as_bytes()).unwrap();
            keep.then(|| new.keep())
        };
        write("one", false);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(write("one", true).unwrap().is_ok());
        assert!(write("one", true).unwrap().is_ok());
        for other in ["two", "one and more", ""] {
            assert!(write(other, true).unwrap().is_err());
        }
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
