//! The commands, each thin over the library.

pub mod key;
pub mod watch;
