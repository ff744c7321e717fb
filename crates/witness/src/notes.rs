//! The file that a witness adds its notes to.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure};
use psephos_record::checkpoint::Note;
use psephos_witness::replace;

/// A file of notes.
pub struct Notes {
    path: PathBuf,
    /// The newest one that is known to stand there.
    last: Option<Note>,
}

impl Notes {
    /// The file at this path; it need not be there.
    pub fn at(path: &Path) -> Notes {
        Notes { path: path.to_owned(), last: None }
    }

    /// Adds a note, unless it stands there.
    pub fn add(&mut self, note: &Note) -> Result<(), Failure> {
        if self.last.as_ref() == Some(note) {
            return Ok(());
        }
        let there = match fs::read(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => {
                read.map_err(|error| Failure::io("cannot read the notes", &self.path, &error))?
            }
        };
        let notes = if there.is_empty() { Ok(Vec::new()) } else { Note::parse_all(&there) };
        let notes = notes.map_err(|error| {
            Failure::new(Exit::Io, format!("this is no file of notes: {error}"))
                .at(self.path.display().to_string())
                .advice("name another file with --output; nothing is overwritten")
        })?;
        if !notes.contains(note) {
            let parted = if notes.is_empty() { "" } else { "\n" };
            let added = format!("{parted}{note}").into_bytes();
            replace(&self.path, &[there, added].concat())?;
        }
        self.last = Some(note.clone());
        Ok(())
    }
}
