//! Statements, proofs and their verification: no secrets, no source of randomness.
//!
//! One module per argument. A prover (crate `prove`) and a verifier share the statement, the proof
//! type and one challenge schedule, all of which live here.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod ballot;
pub mod context;
pub mod decryption;
pub mod fault;
pub mod key_ceremony;
pub mod shuffle;
pub mod sigma;
mod tasks;

pub use context::{BatchContext, ElectionContext};
pub use fault::Fault;
