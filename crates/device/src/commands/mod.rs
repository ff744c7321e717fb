//! The commands, each thin over the libraries.

pub mod check;
pub mod decide;
pub mod deliver;
pub mod find;
pub mod vote;
