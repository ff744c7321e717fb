//! The shuffle argument of Bayer and Groth (EUROCRYPT 2012): statement, proof, verification
//! (spec/04-shuffle.md).
//!
//! A mix re-encrypts and permutes rows. Its proof commits to the permuted exponents and to the same
//! permutation of the powers of a challenge, shows by the product argument ([`product`]) that they
//! are a permutation, and by the multi-exponentiation argument ([`multiexp`]) that the output under
//! those powers is the input under the powers in order.

mod chain;
pub mod challenge;
mod hadamard;
mod list;
pub mod multiexp;
mod open;
pub mod powers;
pub mod product;
mod proof;
mod row_form;
pub mod shape;
pub mod single_value;
mod statement;
mod trace;
mod verify;
pub mod zero;

pub use chain::{ChainError, Mix, MixFault, Refusal, verify_chain, verify_chain_told};
pub use open::verify_open;
pub use proof::Proof;
pub use shape::Shape;
pub use statement::Statement;
