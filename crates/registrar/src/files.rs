//! Files that are made whole and never over others.

use std::fs;
use std::path::Path;

use psephos_ballot::file::FileError;
use psephos_console::Failure;
use psephos_participant::NewFile;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: it holds codes.
    Owner,
    /// Anybody: it is published.
    Anybody,
}

/// A malformed file, with its line.
pub fn malformed(error: FileError) -> Failure {
    Failure::usage(error.text()).at(error.place())
}

/// Fails if a file is there already.
pub fn absent(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    Err(Failure::usage("this file is there already, and nothing is written over it")
        .at(path.display().to_string())
        .advice("give another place with --output"))
}

/// Makes a folder that only its owner can enter, if there is none.
pub fn folder(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::io("cannot make the folder", path, &error))
}

/// Writes a new file, which is there whole or not at all.
pub fn create(path: &Path, readers: Readers, bytes: &[u8]) -> Result<(), Failure> {
    let file = match readers {
        Readers::Owner => NewFile::private(path, "the file")?,
        Readers::Anybody => NewFile::create(path, "the file")?,
    };
    file.whole(bytes)
}
