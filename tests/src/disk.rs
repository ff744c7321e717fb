//! A disk that can be full.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the file system hands out at once.
const PAGE: u64 = 4096;

/// A small file system in memory, gone when dropped, after a panic too.
pub struct Disk {
    place: PathBuf,
}

impl Disk {
    /// None, with a line that says why, where this user may not mount.
    ///
    /// # Panics
    /// When there is no program that mounts.
    #[must_use]
    pub fn mount(place: &Path) -> Option<Disk> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs"]).arg(place);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: this user may not mount a file system, so that no disk can be full");
            return None;
        }
        Some(Disk { place: place.to_owned() })
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Fills the disk but for so many pages.
    ///
    /// # Panics
    /// When the disk cannot be written to at all.
    pub fn fill(&self, pages: u64) {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        let mut file: File = options.open(self.ballast()).expect("a ballast");
        let block = vec![0; PAGE as usize];
        while file.write_all(&block).is_ok() {}
        let length = file.metadata().expect("its length").len() / PAGE * PAGE;
        file.set_len(length.saturating_sub(pages * PAGE)).expect("shortened");
    }

    /// Gives all room back.
    ///
    /// # Panics
    /// When the disk was never full.
    pub fn free(&self) {
        let file = OpenOptions::new().write(true).open(self.ballast()).expect("a ballast");
        file.set_len(0).expect("emptied");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}
