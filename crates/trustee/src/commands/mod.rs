//! The commands, each thin over the libraries.

pub mod join;
pub mod run;
pub mod status;
