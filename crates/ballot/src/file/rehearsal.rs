//! An election's file as a rehearsal needs it: without dates (spec/election-toml.md §7).

use super::{ElectionFile, FileError};

/// What ties an election to days that a rehearsal does not wait for.
const DATES: [&str; 2] = ["opens", "closes"];

/// An election that is held at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undated {
    /// The election without dates; its errors still name the lines of the file.
    pub election: ElectionFile,
    /// A file that says the same.
    pub text: String,
    /// The keys that were left out.
    pub left_out: Vec<&'static str>,
}

impl Undated {
    /// Reads the text of an `election.toml`; `file` is its name for error messages.
    ///
    /// # Errors
    /// [`FileError`] with the line.
    pub fn parse(file: &str, text: &str) -> Result<Undated, FileError> {
        let mut election = ElectionFile::parse(file, text)?;
        (election.opens, election.closes) = (None, None);
        let fault = |message: String| FileError::new(file, None, message);
        let mut table: toml::Table =
            toml::from_str(text).map_err(|error| fault(error.message().to_owned()))?;
        let left_out: Vec<&'static str> =
            DATES.into_iter().filter(|key| table.remove(*key).is_some()).collect();
        let text = match left_out.as_slice() {
            [] => text.to_owned(),
            _ => toml::to_string(&table).map_err(|error| fault(error.to_string()))?,
        };
        Ok(Undated { election, text, left_out })
    }
}
