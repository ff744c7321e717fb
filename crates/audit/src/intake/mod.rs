//! Which ballots count (spec/09-audit.md §9.5): derived from the board alone, by the authority for
//! its `close` record and by whoever audits it, with the very same code.

mod challenges;
mod claims;
mod derive;
mod judge;
mod lists;
mod merge;
mod multiples;
mod polling;
mod records;
mod rules;
mod twins;
mod verify;

pub use derive::{Intake, IntakeError, derive_intake};
pub use merge::Placement;
pub use multiples::{Standing, row_digests};
pub use polling::{BallotSource, Polling};
pub use rules::{Rules, ballot_layouts};
