//! What a program is doing, on standard error, for whoever asks with `--verbose`.

use std::io;

use tracing::Level;

/// A command line that says how much is told.
pub trait CommandLine: clap::Parser {
    /// How often `--verbose` was given.
    fn verbose(&self) -> u8 {
        0
    }
}

/// Begins to tell: steps at 1, what they consist of at 2, everything from 3 on. Nothing secret is logged.
pub(crate) fn begin(verbose: u8, colour: bool) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let logger = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr);
    // A second logger in one process changes nothing.
    let _ = logger.with_ansi(colour).with_target(false).try_init();
}
