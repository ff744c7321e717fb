//! The page of the result: the authority's own statement, from an audit of the whole board.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_audit::Options;
use psephos_console::{Failure, Progress, warn};
use psephos_page::{Catalogue, Made, Subject, Timings};
use psephos_participant::audit_failure;

use crate::office::Office;

/// The program with its version, as a page names it.
const PROGRAM: &str = concat!("psephos-authority ", env!("CARGO_PKG_VERSION"));

/// Writes the page where it was asked for, or beside the board. A board may lie where nothing else can: nobody
/// having asked, a page that cannot be written is worth a warning, and the board is sealed all the same.
pub fn write(office: &Office, asked: Option<&Path>) -> Result<(), Failure> {
    let path = match asked {
        Some(path) => path.to_owned(),
        None => match beside(Path::new(&office.station.board().place())) {
            Some(path) => path,
            None => {
                office.tell("A page of the result for the public: `publish --page FILE.html`.");
                return Ok(());
            }
        },
    };
    let written =
        psephos_page::check_place(&path).and_then(|()| psephos_page::write(&path, &page(office)?));
    match written {
        Ok(()) => office.tell(format!("The page of the result is in {}.", path.display())),
        Err(failure) if asked.is_none() => {
            warn(format!(
                "there is no page of the result: {failure}; --page FILE.html names another place"
            ));
        }
        Err(failure) => return Err(failure),
    }
    Ok(())
}

/// `town-result.html` beside the board `town`: so the pages of several boards in one folder are told apart.
fn beside(board: &Path) -> Option<PathBuf> {
    let board = board.canonicalize().ok()?;
    let mut name = board.file_name()?.to_owned();
    name.push("-result.html");
    Some(board.with_file_name(name))
}

/// The page. What a home has audited before is audited again for it: it speaks of the whole board.
fn page(office: &Office) -> Result<String, Failure> {
    let bar = Progress::start(office.mode, "auditing the whole board for the page", None);
    let audit = psephos_audit::audit(office.station.board(), &Options::default(), &|_| {})
        .map_err(audit_failure)?;
    bar.finish("");
    let catalogue = Catalogue::english().map_err(|error| Failure::internal(error.to_string()))?;
    let time = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    let subject = Subject { audit: &audit, expected: None, timings: &Timings::default() };
    Ok(psephos_page::statement(subject, Made { program: PROGRAM, time }, &catalogue))
}
