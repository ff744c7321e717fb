//! `page`: how the election stands, as a file for any web server.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use psephos_audit::{Options, audit};
use psephos_board_server::{clock, write_page};
use psephos_console::{Exit, Failure, Locator, say};
use psephos_page::Checked;
use psephos_remote::{Files, FolderFiles, object, open_board};
use psephos_witness::Shelf;

use crate::cli::Page;

/// The page's file: what a web server hands out for a folder.
const NAME: &str = "index.html";

/// Audits the board and writes the page.
pub fn run(arguments: &Page) -> Result<Exit, Failure> {
    let folder = arguments.output.as_path();
    fs::create_dir_all(folder)
        .map_err(|error| Failure::io("cannot make the folder", folder, &error))?;
    let path = folder.join(NAME);
    psephos_page::check_place(&path)?;
    let board = open_board(&arguments.store)
        .map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?;
    let audit = audit(&*board, &Options::default(), &|_| {})
        .map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    let notes = match beside(&arguments.store)? {
        None => Vec::new(),
        Some(files) => Shelf { files: &*files, keys: &arguments.witness_key }
            .newest()
            .map_err(|error| Failure::new(Exit::Io, error.to_string()))?,
    };
    let checked = Checked { audit: &audit, time: clock() };
    psephos_page::write(&path, &write_page(&audit.view, Some(checked), &notes, false))?;
    said(&path);
    Ok(Exit::Valid)
}

fn said(path: &Path) {
    say(format!("The page is in {}; write it again whenever the board has grown.", path.display()));
}

/// The files that servers keep beside a board, where they can be reached.
fn beside(place: &Locator) -> Result<Option<Arc<dyn Files>>, Failure> {
    match place {
        Locator::Path(folder) if folder.is_dir() => {
            Ok(Some(Arc::new(FolderFiles::new(folder.clone()))))
        }
        Locator::Path(_) => Ok(None),
        Locator::Url(url) if url.starts_with("http") => Ok(None),
        Locator::Url(url) => Ok(Some(Arc::new(object::open(url)?.files()))),
    }
}
