//! Provers for every statement in `psephos-proofs`. Each verifies its own proof before handing it
//! out, works on secrets in constant time, and draws its nonces from the transcript, the witness
//! and a source of randomness together.

pub mod ballot;
pub mod decryption;
pub mod error;
pub mod key_ceremony;
pub mod nonces;
pub mod shuffle;
pub mod sigma;

pub use error::ProveError;
