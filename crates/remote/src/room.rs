//! Room on a disk: whatever comes over a network, it does not take all of it.

use std::io;
use std::path::Path;

/// So much of a disk is left to everybody else…
#[cfg(unix)]
const LEFT: u64 = 256 << 20;
/// …or one part in so many of a small disk.
#[cfg(unix)]
const PART: u64 = 20;

/// Whether so many bytes more can be kept below a folder with some of the disk left. Where the system does not say how
/// much is free, only a full disk is one.
///
/// # Errors
/// [`io::ErrorKind::StorageFull`] if not.
pub fn leave_room(folder: &Path, bytes: u64) -> io::Result<()> {
    match free(folder) {
        Some((free, left)) if free < bytes.saturating_add(left) => {
            let left = psephos_console::bytes(left);
            let text = format!("the disk would be full: {left} of it are left to others");
            Err(io::Error::new(io::ErrorKind::StorageFull, text))
        }
        _ => Ok(()),
    }
}

/// What is free of a folder's disk for this user, and how much of that is left free.
#[cfg(unix)]
fn free(folder: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let total = disk.f_blocks.saturating_mul(disk.f_frsize);
    Some((disk.f_bavail.saturating_mul(disk.f_frsize), LEFT.min(total / PART)))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn some_of_the_disk_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (free, left) = free(folder.path()).unwrap();
        assert!(left > 0 && free > left);
        leave_room(folder.path(), 1).unwrap();
        for bytes in [free, u64::MAX] {
            let error = leave_room(folder.path(), bytes).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
        leave_room(&folder.path().join("none"), u64::MAX).unwrap();
    }
}
