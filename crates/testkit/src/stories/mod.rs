//! The stored elections, honest and altered, each with the answer that its audit must give.
//!
//! Everything follows from seeds: made again they are the same, byte for byte.

mod case;
mod setup;
pub mod stage;
mod troubles;

pub use case::{Case, Fixture, files_below};

use psephos_audit::Culprit;

/// Every case, file by file.
pub const CASES: &[&[Case]] = &[setup::CASES, troubles::CASES];

/// Every case.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().copied().flatten()
}

const AUTHORITY: &[Culprit] = &[Culprit::Authority];
