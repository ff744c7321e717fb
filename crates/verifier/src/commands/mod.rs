//! The commands, each thin over the libraries.

pub mod audit;
pub mod corpus;
pub mod digest;
pub mod evidence;
pub mod export;
mod notes;
mod paper;
pub mod show;
pub mod statement;
mod watch;
