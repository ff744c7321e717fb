//! Provers.

pub mod nonces;
pub mod shuffle;
