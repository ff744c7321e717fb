//! Files of secrets: readable by their owner only, there whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::vault::VaultError;

/// A secret is a key or a few; anything longer is not ours.
const MAX_LENGTH: u64 = 1 << 20;

/// What happens to a file of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replace {
    Allowed,
    Never,
}

pub(crate) fn io_error(path: &Path, error: io::Error) -> VaultError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => VaultError::Missing(path),
        io::ErrorKind::AlreadyExists => VaultError::Exists(path),
        _ => VaultError::Io { path, error },
    }
}

/// Makes a folder that only its owner can enter; an existing one is left as it is.
pub(crate) fn make_folder(folder: &Path) -> Result<(), VaultError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| VaultError::Io { path: folder.to_owned(), error })
}

/// The bytes of a file of ordinary size.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let mut bytes = Vec::new();
    file.take(MAX_LENGTH + 1).read_to_end(&mut bytes).map_err(|error| io_error(path, error))?;
    if bytes.len() as u64 > MAX_LENGTH {
        return Err(VaultError::Damaged { path: path.to_owned(), reason: "it is too long" });
    }
    Ok(bytes)
}

/// Writes under a temporary name, fsyncs, gives the file its name and fsyncs the folder: after a
/// crash there is the old file or the new one.
pub(crate) fn write_atomically(
    path: &Path,
    bytes: &[u8],
    replace: Replace,
) -> Result<(), VaultError> {
    let temporary = path.with_extension("partial");
    let written = write_whole(&temporary, bytes).and_then(|()| match replace {
        Replace::Allowed => fs::rename(&temporary, path),
        Replace::Never => fs::hard_link(&temporary, path),
    });
    if written.is_err() || replace == Replace::Never {
        // What matters is in `written`; a leftover is encrypted, and is overwritten next time or erased with
        // the vault.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_folder(path)).map_err(|error| io_error(path, error))
}

/// Overwrites a file and removes it.
pub(crate) fn erase(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()?;
    fs::remove_file(path)?;
    sync_folder(path)
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
