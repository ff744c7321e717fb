//! The commands, each thin over the libraries.

pub mod airgap;
pub mod exclude;
pub mod join;
pub mod run;
pub mod status;
