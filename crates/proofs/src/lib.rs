//! Statements, proofs and their verification.

pub mod shuffle;
