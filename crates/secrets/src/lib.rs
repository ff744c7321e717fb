//! Secrets: erased when dropped, never printed, never serialised but in the encrypted key file.

pub mod permutation;

pub use permutation::Permutation;
