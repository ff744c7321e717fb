//! Provers.

pub mod shuffle;
