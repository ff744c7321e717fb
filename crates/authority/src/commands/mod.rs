//! The commands, each thin over the libraries.

pub mod amend;
pub mod close;
pub mod encrypt;
pub mod exclude;
pub mod export;
pub mod init;
pub mod intake;
pub mod intake_key;
pub mod open;
mod page;
pub mod publish;
pub mod rehearse;
pub mod reissue;
pub mod status;
pub mod waive;
