//! What the three programs share on a terminal: exit codes, errors, progress and durations.
//!
//! Results go to standard output; progress and errors go to standard error, so that `--json` stays one object.

pub mod arguments;
pub mod ask;
mod error;
mod exit;
mod locator;
mod log;
mod progress;
mod run;
mod text;

pub use error::Failure;
pub use exit::Exit;
pub use locator::Locator;
pub use log::CommandLine;
pub use progress::{Mode, Phases, Progress};
pub use run::{leash, note, parse, run, say, warn};
pub use text::{
    bytes, count, date, digits, duration, moment, nth, numbered, plural, table, visible,
    voting_hours,
};
