//! The commands, each thin over the libraries.

pub mod amend;
pub mod check;
pub mod make;
