//! Whole elections that are stored, each with the report that its audit must give.

mod troubles;

use crate::Election;

/// Elections whose audit must be VALID, by the name of their folder under `fixtures/valid`.
pub const VALID: [(&str, fn() -> Election); 1] = [("troubles", troubles::troubles)];
