//! Exit codes, the same for the three programs.

use std::process::ExitCode;

/// What a program tells whoever started it.
///
/// The first four are the audit's verdicts and mean the same wherever they appear: an authority that refuses
/// to act on an invalid board ends with [`Exit::Invalid`], as the verifier would.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Done; for an audit: VALID.
    Valid,
    /// A check fails.
    Invalid,
    /// Something is not there yet, or was not checked; for `--once`: somebody else is awaited.
    Incomplete,
    /// The folder cannot be read as a board.
    Unreadable,
    /// The command line, or a file it names, is not what the command takes.
    Usage,
    /// A fault in the program itself.
    Internal,
    /// Reading or writing failed.
    Io,
}

impl Exit {
    /// The number the operating system sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Valid => 0,
            Exit::Invalid => 1,
            Exit::Incomplete => 2,
            Exit::Unreadable => 3,
            Exit::Usage => 64,
            Exit::Internal => 70,
            Exit::Io => 74,
        }
    }

    /// The exit behind a number, for whoever starts one of the programs.
    pub fn from_code(code: i32) -> Option<Exit> {
        let all = [
            Exit::Valid,
            Exit::Invalid,
            Exit::Incomplete,
            Exit::Unreadable,
            Exit::Usage,
            Exit::Internal,
            Exit::Io,
        ];
        all.into_iter().find(|exit| i32::from(exit.code()) == code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
