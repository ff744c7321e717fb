//! The commands.

mod lease;
pub mod page;
mod place;
pub mod serve;
