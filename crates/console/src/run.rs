//! The frame around a program: arguments in, exit code out.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use clap::error::ErrorKind;

use crate::log::{self, CommandLine};
use crate::text::visible;
use crate::{Exit, Failure};

/// Reads the command line; on a mistake prints it and returns the exit code to leave with.
pub fn parse<T: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<T, Exit> {
    T::try_parse_from(arguments).map_err(|error| {
        // A closed terminal is no reason to fail differently.
        let _ = error.print();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Valid,
            _ => Exit::Usage,
        }
    })
}

/// Runs a program: prints its failure, if any, and turns a panic into exit 70 with one line.
pub fn run<T: CommandLine>(program: impl FnOnce(T) -> Result<Exit, Failure>) -> ExitCode {
    let arguments = match parse::<T>(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    log::begin(arguments.verbose(), colour());
    panic::set_hook(Box::new(|fault| {
        Failure::internal(fault.to_string().replace('\n', " ")).print();
    }));
    // Nothing of what the program held is looked at after a panic.
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| program(arguments)));
    match outcome {
        Ok(Ok(_)) if UNSAID.load(Ordering::Relaxed) => {
            let what = "standard output could not be written: what was said is missing or cut off";
            let failure = Failure::new(Exit::Io, what)
                .advice("make room, or write somewhere else, and run this again");
            failure.print();
            failure.exit().into()
        }
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            failure.print();
            failure.exit().into()
        }
        Err(_) => Exit::Internal.into(),
    }
}

impl Failure {
    /// Prints the failure to standard error.
    pub fn print(&self) {
        let _ = io::stderr().write_all(self.render(colour()).as_bytes());
    }
}

/// Whether something could not be printed, as on a full disk.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Prints a line to standard output. A reader that went away ends nothing; where [`run`] finds that a line
/// could not be written for another reason, it does not end as if all had been said.
pub fn say(text: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{}", visible(text.as_ref())).and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        UNSAID.store(true, Ordering::Relaxed);
    }
}

/// Prints a line for people to standard error, where standard output is for what is passed on.
pub fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr(), "{}", visible(text.as_ref()));
}

/// Prints a warning to standard error.
pub fn warn(text: impl AsRef<str>) {
    let (yellow, off) = if colour() { ("\x1b[1;33m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(io::stderr(), "{yellow}warning{off}: {}", visible(text.as_ref()));
}

/// Ends this process when its standard input closes, so that it never outlives whoever started it.
pub fn leash() {
    std::thread::spawn(|| {
        let mut sink = [0u8; 64];
        let mut input = io::stdin();
        while matches!(input.read(&mut sink), Ok(n) if n > 0) {}
        std::process::exit(i32::from(Exit::Incomplete.code()));
    });
}

/// Colour on standard error: a terminal, and nobody asked for none (no-color.org).
fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
