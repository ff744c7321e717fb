//! Which ballots count (spec/09-audit.md §3.4): derived from the board alone, by the authority for
//! its `close` record and by whoever audits it, with the very same code.

mod claims;
mod derive;
mod judge;
mod multiples;
mod twins;
mod verify;

pub use derive::{BallotSource, Intake, IntakeError, derive_intake};
