//! The commands.

mod lease;
mod place;
pub mod serve;
