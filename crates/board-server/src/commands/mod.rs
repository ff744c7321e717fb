//! The commands.

mod lease;
pub mod serve;
