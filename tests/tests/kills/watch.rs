//! What changes in the folders of an election while a program runs: the instants worth killing it at.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use psephos_tests::Election;
use psephos_tests::script::{Step, receipts};

/// The folders in which a step makes, renames and removes files.
pub struct Watch {
    folders: Vec<PathBuf>,
    last: u64,
    changes: u64,
}

impl Watch {
    pub fn begin(election: &Election, step: &Step) -> Watch {
        let board = election.board();
        let mut folders = vec![election.path(""), board.clone(), receipts(election)];
        folders.extend(["records", "blobs"].map(|name| board.join(name)));
        if let Some(home) = &step.home {
            let home = election.path(home);
            folders.extend(["keys", "outbox", "intake", "made/blobs"].map(|name| home.join(name)));
            folders.push(home);
        }
        let mut watch = Watch { folders, last: 0, changes: 0 };
        watch.last = watch.names();
        watch
    }

    /// How often the folders were found changed so far. Files come and go in less than a look takes, so that
    /// it is a lower bound.
    pub fn look(&mut self) -> u64 {
        let found = self.names();
        self.changes += u64::from(found != self.last);
        self.last = found;
        self.changes
    }

    fn names(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for folder in &self.folders {
            let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort_unstable();
            names.hash(&mut hasher);
        }
        hasher.finish()
    }
}
