//! A folder into which files of ballots come.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use psephos_console::{Exit, Failure};

use super::{Desk, voting};

/// How often the folder is looked at. A file counts as whole when two looks find the same size.
const LOOK: Duration = Duration::from_secs(2);

/// Takes in every file that appears, until interrupted or voting ends.
pub fn watch(desk: &mut Desk, folder: &Path) -> Result<Exit, Failure> {
    desk.office.tell(format!("watching {}; interrupt to stop", folder.display()));
    let mut sizes: BTreeMap<PathBuf, u64> = BTreeMap::new();
    let mut done: BTreeMap<PathBuf, u64> = BTreeMap::new();
    loop {
        let found = files(folder)?;
        for (path, size) in &found {
            if sizes.get(path) != Some(size) || done.get(path) == Some(size) {
                continue;
            }
            done.insert(path.clone(), *size);
            match desk.offer(path) {
                Ok(offer) => desk.take(&offer)?,
                // One bad file must not keep the others off the board.
                Err(failure) => failure.print(),
            }
        }
        sizes = found;
        thread::sleep(LOOK);
        if desk.office.station.has_news()? {
            desk.audited = desk.office.settle()?;
        }
        voting(&desk.office, &desk.audited)?;
    }
}

/// The plain files of a folder with their sizes, hidden ones left out.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, u64>, Failure> {
    let failed = |error: io::Error| Failure::io("cannot list the folder", folder, &error);
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if let Ok(data) = entry.metadata()
            && data.is_file()
            && !hidden
        {
            found.insert(entry.path(), data.len());
        }
    }
    Ok(found)
}
