//! `--report`: the audit as a page for people.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_console::{Exit, Failure};
use psephos_core::Digest;
use psephos_page::{Catalogue, Made, Subject};

use super::watch::Timed;

/// The program with its version, as a page names it.
const PROGRAM: &str = concat!("psephos-verifier ", env!("CARGO_PKG_VERSION"));

/// Where a page is to be written.
pub struct Paper {
    path: PathBuf,
    catalogue: Catalogue,
}

impl Paper {
    /// Asks whether a page can be written there, before the audit is made.
    pub fn at(path: &Path) -> Result<Paper, Failure> {
        psephos_page::check_place(path)?;
        Ok(Paper { path: path.to_owned(), catalogue: sentences()? })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what the audit has found; or, where the board could not be read at all, that.
    pub fn write(&self, timed: &Result<Timed, Failure>, expect: &[Digest]) -> Result<(), Failure> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        let made = Made { program: PROGRAM, time };
        let page = match timed {
            Ok(Timed { audit, timings }) => {
                let subject = Subject { audit, expected: Some(expect), timings };
                psephos_page::report(subject, made, &self.catalogue)
            }
            Err(failure) if failure.exit() == Exit::Unreadable => {
                psephos_page::unreadable(&failure.line(), made, &self.catalogue)
            }
            Err(_) => return Ok(()),
        };
        psephos_page::write(&self.path, &page)
    }
}

/// The sentences that are said in the report for people, too.
pub fn sentences() -> Result<Catalogue, Failure> {
    Catalogue::english().map_err(|error| Failure::internal(error.to_string()))
}
