//! A page's file: written whole or not at all, and never in the place of something else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use psephos_console::Failure;

use crate::document::MARK;

/// Bytes at the beginning of a file that tell whether it is a page.
const BEGINNING: u64 = 512;

/// Asks whether a page may be written there, before the work that it is to tell of: an older page may be
/// replaced, any other file not.
///
/// # Errors
/// What stands in the way, and what to do.
pub fn check_place(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage("this is a folder, not a file to write the page to")
            .at(path.display().to_string())
            .advice("name a file in it, such as report.html"));
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(Failure::usage("there is no such folder to write the page to")
            .at(folder.display().to_string())
            .advice("make the folder, or name a file elsewhere"));
    }
    match is_page(path) {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(false) => {
            Err(Failure::usage("a file stands there that is no page of Psephos; it is left alone")
                .at(path.display().to_string())
                .advice("name another file, or move this one away"))
        }
        Err(error) => Err(Failure::io("cannot look at the file to replace", path, &error)),
    }
}

/// Writes a page: under another name first, then into its place.
///
/// # Errors
/// As [`check_place`]; or writing fails, and what stood there before still does.
pub fn write(path: &Path, page: &str) -> Result<(), Failure> {
    check_place(path)?;
    let part = part_of(path);
    let written = create(&part, page.as_bytes()).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        // It may not be there at all.
        let _ = fs::remove_file(&part);
        Failure::io("cannot write the page", path, &error)
    })
}

/// The name under which a page is written before it takes its place; one for each process.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether a file begins as pages do.
fn is_page(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?.take(BEGINNING).read_to_end(&mut beginning)?;
    let mark = MARK.as_bytes();
    Ok(beginning.windows(mark.len()).any(|bytes| bytes == mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_replaces_a_page_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        let page = |words: &str| format!("<!DOCTYPE html><html><head>{MARK}</head>{words}</html>");
        write(&path, &page("first")).unwrap();
        write(&path, &page("second")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), page("second"));
        fs::write(&path, "<html>my own page</html>").unwrap();
        let refused = write(&path, &page("third")).unwrap_err();
        assert_eq!(refused.exit().code(), 64);
        assert!(refused.line().contains("left alone"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "<html>my own page</html>");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_folder_or_a_missing_one_is_refused_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        for (path, words) in [
            (folder.path().to_owned(), "a folder"),
            (folder.path().join("a/b.html"), "no such folder"),
        ] {
            let refused = check_place(&path).unwrap_err();
            assert_eq!(refused.exit().code(), 64);
            assert!(refused.line().contains(words), "{refused}");
        }
    }
}
