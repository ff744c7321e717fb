//! One clear error: what is wrong, where, and what to do.

use std::fmt;
use std::io;
use std::path::Path;

use crate::Exit;
use crate::text::visible;

/// Why a command stopped, as a person reads it.
#[derive(Clone, Debug)]
pub struct Failure {
    exit: Exit,
    what: String,
    place: Option<String>,
    advice: Option<String>,
}

impl Failure {
    /// A failure that ends the program with `exit`.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Failure { exit, what: what.into(), place: None, advice: None }
    }

    /// The command line, or a file it names, is not what the command takes.
    pub fn usage(what: impl Into<String>) -> Self {
        Failure::new(Exit::Usage, what)
    }

    /// A fault in the program itself.
    pub fn internal(what: impl Into<String>) -> Self {
        Failure::new(Exit::Internal, what)
            .advice("this is a fault in the program; please report it with this line")
    }

    /// Reading or writing `path` failed.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Failure::new(Exit::Io, format!("{what}: {}", plain(error)))
            .at(path.display().to_string());
        match error.kind() {
            io::ErrorKind::StorageFull => {
                failure.advice("free some space and run the same command again; it continues")
            }
            io::ErrorKind::PermissionDenied => {
                failure.advice("check who owns the folder and whether it is writable")
            }
            _ => failure,
        }
    }

    /// Names the file, line or record.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do.
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The exit code that goes with it.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The failure in one line, for JSON and logs.
    pub fn line(&self) -> String {
        match &self.place {
            Some(place) => format!("{place}: {}", self.what),
            None => self.what.clone(),
        }
    }

    /// The text for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let (red, blue, off) =
            if colour { ("\x1b[1;31m", "\x1b[1;34m", "\x1b[0m") } else { ("", "", "") };
        let mut text = format!("{red}error{off}: {}\n", visible(&self.what));
        if let Some(place) = &self.place {
            text.push_str(&format!("  {blue}-->{off} {}\n", visible(place)));
        }
        if let Some(advice) = &self.advice {
            text.push_str(&format!("   {blue}={off}  {}\n", visible(advice)));
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

impl std::error::Error for Failure {}

/// The system's words without "(os error 2)", which helps nobody at an election office.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_and_what_to_do() {
        let failure =
            Failure::usage("no candidates").at("election.toml:12").advice("list at least one");
        assert_eq!(
            failure.render(false),
            "error: no candidates\n  --> election.toml:12\n   =  list at least one\n"
        );
        assert_eq!(failure.line(), "election.toml:12: no candidates");
        assert_eq!(failure.exit().code(), 64);
    }

    #[test]
    fn io_errors_keep_their_words_and_lose_their_number() {
        let error = io::Error::from_raw_os_error(2);
        let line = Failure::io("cannot open the file", Path::new("x"), &error).line();
        assert!(line.starts_with("x: cannot open the file: "), "{line}");
        assert!(!line.contains("os error"), "{line}");
    }
}
