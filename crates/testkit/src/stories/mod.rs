//! Whole elections that are stored, each with the report that its audit must give.

mod troubles;

use crate::Election;

/// The name of a folder, and what makes its election.
pub type Story = (&'static str, fn() -> Election);

/// Elections whose audit must be VALID, by the name of their folder under `fixtures/valid`.
pub const VALID: [Story; 1] = [("troubles", troubles::troubles)];
