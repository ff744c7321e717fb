//! The commands, each thin over the libraries.

pub mod audit;
pub mod digest;
pub mod export;
