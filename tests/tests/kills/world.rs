//! The election as it stood before a step, so that the step can be killed in more ways than one.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_tests::Election;
use psephos_tests::ledger::files;
use tempfile::TempDir;

/// A copy of all of an election's files.
pub struct World {
    place: PathBuf,
    copy: TempDir,
}

impl World {
    pub fn keep(election: &Election) -> World {
        let world = World {
            place: election.path(""),
            copy: tempfile::tempdir().expect("a temporary folder"),
        };
        copy(&world.place, world.copy.path());
        world
    }

    /// Everything as it was.
    pub fn again(&self) {
        for path in files(&self.place) {
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("removed");
        }
        copy(self.copy.path(), &self.place);
    }
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir(&target).expect("made");
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}
